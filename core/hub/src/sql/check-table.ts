import { ALLOWED_TABLE_FUNCTIONS } from "./allowed-functions.js";
import { below, type Place } from "./check-context.js";
import { checkExpressions, checkOptional, checkSubquery } from "./check-parts.js";
import { requireEmpty, requireKnownKeys } from "./check-shape.js";
import { checkTableFunction } from "./check-table-function.js";
import { refused, shown } from "./refusal.js";
import { listOf, nodeOf, plainName, type TreeNode, textOf } from "./statement-tree.js";

type Check = (node: TreeNode, place: Place) => void;

/** What stands behind FROM. */
export function checkTable(node: TreeNode, above: Place): void {
  const place = below(above);
  const check = TABLES[textOf(node.type)];
  if (!check) throw refused(`${shown(textOf(node.type))} is not supported behind FROM`);
  check(node, place);
}

function checkNamed(node: TreeNode, { context, names }: Place): void {
  requireKnownKeys(node, ["sample", "schema_name", "table_name", "column_name_alias", "catalog_name", "at_clause"]);
  requireEmpty(node, ["at_clause"]);
  context.table();
  const written = textOf(node.table_name);
  if (textOf(node.schema_name) !== "" || textOf(node.catalog_name) !== "")
    throw refused(`${shown(written)} is named with a schema or a database; tables have plain names here`);
  const name = plainName(written);
  if (names.has(name)) return;
  if (!context.isVirtual(name)) throw refused(`there is no table ${shown(written)}`);
  context.used.add(name);
}

function checkJoin(node: TreeNode, place: Place): void {
  requireKnownKeys(node, [
    ...["sample", "left", "right", "condition", "join_type", "ref_type", "using_columns", "delim_flipped"],
    "duplicate_eliminated_columns",
  ]);
  requireEmpty(node, ["duplicate_eliminated_columns", "delim_flipped"]);
  checkTable(nodeOf(node.left), place);
  checkTable(nodeOf(node.right), place);
  checkOptional(node.condition, place);
}

const TABLES: Readonly<Record<string, Check>> = {
  EMPTY: (node) => requireKnownKeys(node, ["sample"]),
  BASE_TABLE: checkNamed,
  JOIN: checkJoin,
  SUBQUERY: (node, place) => {
    requireKnownKeys(node, ["sample", "subquery", "column_name_alias"]);
    place.context.table();
    checkSubquery(nodeOf(node.subquery), place);
  },
  EXPRESSION_LIST: (node, place) => {
    requireKnownKeys(node, ["sample", "expected_names", "expected_types", "values"]);
    for (const row of listOf(node.values)) checkExpressions(row, place);
  },
  TABLE_FUNCTION: (node, place) => {
    requireKnownKeys(node, ["sample", "function", "column_name_alias", "with_ordinality"]);
    place.context.table();
    const call = nodeOf(node.function);
    const name = textOf(call.function_name);
    if (textOf(call.class) !== "FUNCTION" || !ALLOWED_TABLE_FUNCTIONS.has(plainName(name)))
      throw refused(`the function ${shown(name)} is not one of those that may stand behind FROM`);
    checkTableFunction(call, place);
  },
};
