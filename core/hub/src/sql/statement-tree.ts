import { invalid, refused } from "./refusal.js";

/** A part of DuckDB's own tree of a statement, as `json_serialize_sql` writes it. */
export type TreeNode = Readonly<Record<string, unknown>>;

/** The one statement of a serialised text. @throws E_SQL_INVALID, E_SQL_REFUSED */
export function onlyStatement(json: string): TreeNode {
  const tree = treeOf(json);
  if (tree.error) throw unparsed(String(tree.error_message ?? "it is not SQL"));
  const [statement, ...more] = tree.statements ?? [];
  if (more.length > 0) throw refused("there is more than one");
  if (!isNode(statement)) throw invalid("it is empty.");
  return statement;
}

interface StatementTree {
  readonly error?: boolean;
  readonly error_message?: string;
  readonly statements?: readonly unknown[];
}

/** DuckDB writes a number that is none, such as `1e309`, as JSON does not know it. */
function treeOf(json: string): StatementTree {
  try {
    return JSON.parse(json) as StatementTree;
  } catch {
    throw refused("it has a number that is too large");
  }
}

const unparsed = (message: string): Error =>
  message.includes("Only SELECT statements") ? refused("only SELECT may be run") : invalid(`${message}.`);

/** Whether this is an object of the tree. */
export const isNode = (value: unknown): value is TreeNode =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A part that must be an object. @throws E_SQL_REFUSED: what is not understood is not allowed */
export function nodeOf(value: unknown): TreeNode {
  if (isNode(value)) return value;
  throw refused("a part of it is not understood");
}

/** A part that must be a list. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw refused("a part of it is not understood");
}

/** Text of a part; empty when it is something else. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** Names are compared as DuckDB does: by letters of ASCII. */
export const plainName = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Where things stand in the text does not matter. */
const PLACE = "query_location";

/** Whether two trees are alike but for where things stand in their texts. */
export function sameTree(a: unknown, b: unknown): boolean {
  const plain = (value: unknown): string => JSON.stringify(value, (key, part) => (key === PLACE ? 0 : part));
  return plain(a) === plain(b);
}
