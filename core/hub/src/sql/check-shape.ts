import { refused, shown } from "./refusal.js";
import { type TreeNode, textOf } from "./statement-tree.js";

/** Keys that every part has and that say nothing about what it does. */
const PLAIN = ["type", "class", "alias", "query_location"];

/** Refuses a part that has more to it than is known: a later DuckDB may say new things in new places. */
export function requireKnownKeys(node: TreeNode, known: readonly string[]): void {
  for (const key of Object.keys(node))
    if (!known.includes(key) && !PLAIN.includes(key)) throw refused(`${shown(key)} is not supported`);
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  value === false ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === "object" && Object.values(value).every(isEmpty));

/** Refuses a part when one of these keys says anything. */
export function requireEmpty(node: TreeNode, keys: readonly string[]): void {
  for (const key of keys) if (!isEmpty(node[key])) throw refused(`${shown(key)} is not supported`);
}

const CALL_KEYS = [
  ...[
    "function_name",
    "schema",
    "children",
    "filter",
    "order_bys",
    "distinct",
    "is_operator",
    "export_state",
    "catalog",
  ],
];

/** A call by a plain name. */
export function requirePlainCall(node: TreeNode): void {
  requireKnownKeys(node, CALL_KEYS);
  requireEmpty(node, ["export_state", "catalog"]);
  requireNoSchema(node);
}

/** DuckDB itself writes `main.date_part` for EXTRACT and others. */
export function requireNoSchema(node: TreeNode): void {
  if (!["", "main"].includes(textOf(node.schema)))
    throw refused(`${shown(textOf(node.function_name))} is called with a schema; functions have plain names here`);
}
