import type { FormNode, GroupNode } from "./form-node.js";
import { getAt, isSame, setAt, type ValuePath, withDefaults } from "./values.js";

/** A field whose value is not the stored one. */
export interface FormChange {
  readonly node: FormNode;
  readonly path: ValuePath;
  readonly from: unknown;
  readonly to: unknown;
}

/** Fields that differ between two values; a list counts as one field. */
export function changesOf(form: GroupNode, from: unknown, to: unknown, path: ValuePath = []): readonly FormChange[] {
  return form.children.flatMap((node) => {
    const here = [...path, node.key];
    if (node.kind === "group") return changesOf(node, from, to, here);
    const [before, after] = [getAt(from, here), getAt(to, here)];
    return isSame(before, after) ? [] : [{ node, path: here, from: before, to: after }];
  });
}

/** Takes edits over to values that were stored meanwhile: what was not edited follows them. */
export function rebase(
  form: GroupNode,
  edit: { readonly base: unknown; readonly draft: unknown },
  stored: unknown,
): unknown {
  return changesOf(form, edit.base, edit.draft).reduce((value, { path, to }) => setAt(value, path, to), stored);
}

/** How many parts of a list of nodes have their default. */
export const atDefault = (nodes: readonly FormNode[], siblings: unknown): number =>
  nodes.filter(({ key, schema }) => isSame(getAt(siblings, [key]), withDefaults(schema, undefined))).length;

/** A new row of a list, with the defaults of its fields. */
export function newItem(item: FormNode): unknown {
  if (item.schema.default !== undefined) return withDefaults(item.schema, undefined);
  if (item.kind === "group") return withDefaults(item.schema, {});
  if (item.kind === "choice") return item.choices[0]?.value;
  if (item.kind === "switch") return false;
  if (item.kind === "list") return [];
  return item.kind === "number" ? undefined : "";
}
