import { VatioError } from "@vatio/plugin-api";
import { nodeOf, sameTree, type TreeNode } from "./statement-tree.js";

/** A table that a statement finds under a name, as the query behind it. */
export interface TableBody {
  readonly name: string;
  readonly body: string;
}

const WITH = "WITH ";

/** A statement, as DuckDB printed it, with tables put before it. */
export function withTables(statement: string, tables: readonly TableBody[]): string {
  if (tables.length === 0) return statement;
  const list = tables.map(({ name, body }) => `${name} AS (${body})`).join(", ");
  return statement.startsWith(WITH) ? `${WITH}${list}, ${statement.slice(WITH.length)}` : `${WITH}${list} ${statement}`;
}

/**
 * Makes sure that a statement is still the one that was checked when tables stand before it.
 * @throws E_INTERNAL when it is not
 */
export function assertUnchanged(checked: TreeNode, extended: TreeNode, tables: readonly TableBody[]): void {
  const node = nodeOf(extended.node);
  const map = nodeOf(node.cte_map).map as readonly { readonly key: string }[];
  const added = map.slice(0, tables.length).map(({ key }) => key);
  const rest = { ...extended, node: { ...node, cte_map: { map: map.slice(tables.length) } } };
  const isWhole = added.join() === tables.map(({ name }) => name).join();
  if (isWhole && sameTree(rest, checked)) return;
  throw new VatioError("E_INTERNAL", "A statement changed its meaning when its tables were put before it.");
}
