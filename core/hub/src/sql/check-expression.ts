import {
  ALLOWED_FUNCTIONS,
  ALLOWED_TYPES,
  JOINS_TEXT,
  MATCHES_PATTERN,
  MOST_ARGUMENTS,
  TELLING_NAMES,
} from "./allowed-functions.js";
import { below, type Place } from "./check-context.js";
import { checkExpressions, checkOptional, checkOrders, checkSubquery } from "./check-parts.js";
import { requireEmpty, requireKnownKeys, requireNoSchema, requirePlainCall } from "./check-shape.js";
import { checkUnnest } from "./check-table-function.js";
import { refused, shown } from "./refusal.js";
import { STATEMENT_LIMITS } from "./statement-limits.js";
import { isNode, listOf, nodeOf, plainName, type TreeNode, textOf } from "./statement-tree.js";

type Check = (node: TreeNode, place: Place) => void;

/** An expression. @throws E_SQL_REFUSED */
export function checkExpression(node: TreeNode, above: Place): void {
  const place = below(above);
  const check = EXPRESSIONS[textOf(node.class)];
  if (!check) throw refused(`${shown(textOf(node.type) || textOf(node.class))} is not supported`);
  check(node, place);
}

function checkCall(node: TreeNode, place: Place): void {
  requirePlainCall(node);
  const name = plainName(textOf(node.function_name));
  const children = listOf(node.children);
  if (name === "unnest") {
    checkUnnest(children.map(nodeOf), place);
    return;
  }
  requireAllowed(name, children.length);
  if (JOINS_TEXT.has(name)) place.context.joinTexts(children.length);
  if (MATCHES_PATTERN.has(name)) requirePattern(children[1]);
  checkExpressions(children, place);
  checkOptional(node.filter, place);
  if (isNode(node.order_bys)) checkOrders(node.order_bys.orders, place);
}

function requireAllowed(name: string, count: number): void {
  if (!ALLOWED_FUNCTIONS.has(name)) throw refused(`the function ${shown(name)} is not one of those that may be called`);
  if (count > (MOST_ARGUMENTS.get(name) ?? Number.POSITIVE_INFINITY))
    throw refused(`${name} takes fewer arguments here`);
}

/** Matching many wildcards takes time beyond measure, and nothing can end it. */
function requirePattern(pattern: unknown): void {
  const value = isNode(pattern) && textOf(pattern.class) === "CONSTANT" ? nodeOf(pattern.value).value : undefined;
  if (typeof value !== "string") throw refused("the pattern of LIKE must be written out");
  if ((value.match(/[%_]/g) ?? []).length > STATEMENT_LIMITS.wildcards)
    throw refused(`a pattern of LIKE has at most ${STATEMENT_LIMITS.wildcards} wildcards; use regexp_matches`);
}

const WINDOW_KEYS = [
  ...[
    "function_name",
    "schema",
    "catalog",
    "children",
    "partitions",
    "orders",
    "start",
    "end",
    "start_expr",
    "end_expr",
  ],
  ...["offset_expr", "default_expr", "ignore_nulls", "filter_expr", "exclude_clause", "distinct", "arg_orders"],
];

function checkWindow(node: TreeNode, place: Place): void {
  requireKnownKeys(node, WINDOW_KEYS);
  requireEmpty(node, ["catalog"]);
  requireNoSchema(node);
  requireAllowed(plainName(textOf(node.function_name)), listOf(node.children).length);
  checkExpressions(node.children, place);
  checkExpressions(node.partitions, place);
  checkOrders(node.orders, place);
  checkOrders(node.arg_orders, place);
  for (const key of ["start_expr", "end_expr", "offset_expr", "default_expr", "filter_expr"])
    checkOptional(node[key], place);
}

function checkConstant(node: TreeNode): void {
  requireKnownKeys(node, ["value"]);
  const { value, type } = nodeOf(node.value);
  requireType(type);
  if (typeof value === "string" && value.length > STATEMENT_LIMITS.text)
    throw refused(`a text in it is longer than ${STATEMENT_LIMITS.text} characters`);
}

function requireType(type: unknown): void {
  const { id, type_info: info } = nodeOf(type);
  // NULL has a type of its own; sizes of decimals are the only further information that is expected.
  const isKnown = ALLOWED_TYPES.has(textOf(id)) || textOf(id) === "NULL";
  const isPlain = info === null || info === undefined || textOf(nodeOf(info).type) === "DECIMAL_TYPE_INFO";
  if (!isKnown || !isPlain) throw refused(`the type ${shown(textOf(id))} is not supported`);
}

function checkColumn(node: TreeNode): void {
  requireKnownKeys(node, ["column_names"]);
  const names = listOf(node.column_names).map(textOf);
  const [only = ""] = names.length === 1 ? names : [];
  if (TELLING_NAMES.has(plainName(only))) throw refused(`${shown(only)} is not told here`);
}

const OPERATORS: ReadonlySet<string> = new Set([
  ...["COMPARE_IN", "COMPARE_NOT_IN", "OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_COALESCE"],
  "OPERATOR_NULLIF",
]);

const children =
  (keys: readonly string[]): Check =>
  (node, place) => {
    requireKnownKeys(node, keys);
    for (const key of keys) checkOptional(node[key], place);
  };

const EXPRESSIONS: Readonly<Record<string, Check>> = {
  COLUMN_REF: checkColumn,
  CONSTANT: checkConstant,
  FUNCTION: checkCall,
  WINDOW: checkWindow,
  COMPARISON: children(["left", "right"]),
  BETWEEN: children(["input", "lower", "upper"]),
  CONJUNCTION: (node, place) => {
    requireKnownKeys(node, ["children"]);
    checkExpressions(node.children, place);
  },
  OPERATOR: (node, place) => {
    requireKnownKeys(node, ["children"]);
    if (!OPERATORS.has(textOf(node.type))) throw refused(`${shown(textOf(node.type))} is not supported`);
    checkExpressions(node.children, place);
  },
  CASE: (node, place) => {
    requireKnownKeys(node, ["case_checks", "else_expr"]);
    for (const check of listOf(node.case_checks)) children(["when_expr", "then_expr"])(nodeOf(check), place);
    checkOptional(node.else_expr, place);
  },
  CAST: (node, place) => {
    requireKnownKeys(node, ["child", "cast_type", "try_cast"]);
    requireType(node.cast_type);
    checkExpression(nodeOf(node.child), place);
  },
  SUBQUERY: (node, place) => {
    requireKnownKeys(node, ["subquery_type", "subquery", "child", "comparison_type"]);
    checkSubquery(nodeOf(node.subquery), place);
    checkOptional(node.child, place);
  },
  STAR: (node, place) => {
    requireKnownKeys(node, [
      ...["relation_name", "exclude_list", "replace_list", "columns", "expr", "qualified_exclude_list", "rename_list"],
    ]);
    requireEmpty(node, ["expr"]);
    for (const item of listOf(node.replace_list)) checkOptional(nodeOf(item).value, place);
  },
};
