import { below, type Place } from "./check-context.js";
import { checkExpressions, checkOptional, checkOrders, checkSubquery } from "./check-parts.js";
import { requireEmpty, requireKnownKeys } from "./check-shape.js";
import { refused, shown } from "./refusal.js";
import { STATEMENT_LIMITS } from "./statement-limits.js";
import { listOf, nodeOf, plainName, type TreeNode, textOf } from "./statement-tree.js";

type Check = (node: TreeNode, place: Place) => void;

/** A query: SELECT, or several that are put together. */
export function checkQuery(node: TreeNode, above: Place): void {
  const here = below(above);
  const check = QUERIES[textOf(node.type)];
  if (!check) throw refused(`${shown(textOf(node.type))} is not supported`);
  const place = checkOwnTables(nodeOf(node.cte_map), here);
  checkModifiers(listOf(node.modifiers), place);
  check(node, place);
}

const QUERIES: Readonly<Record<string, Check>> = { SELECT_NODE: checkSelect, SET_OPERATION_NODE: checkSetOperation };

const SELECT_KEYS = [
  ...["modifiers", "cte_map", "select_list", "from_table", "where_clause", "group_expressions", "group_sets"],
  ...["aggregate_handling", "having", "sample", "qualify"],
];

function checkSelect(node: TreeNode, place: Place): void {
  requireKnownKeys(node, SELECT_KEYS);
  if (listOf(node.group_sets).length > STATEMENT_LIMITS.groupingSets) throw refused("it groups in too many ways");
  place.checks.table(nodeOf(node.from_table), place);
  checkExpressions(node.select_list, place);
  checkExpressions(node.group_expressions, place);
  for (const key of ["where_clause", "having", "qualify"]) checkOptional(node[key], place);
}

function checkSetOperation(node: TreeNode, place: Place): void {
  requireKnownKeys(node, ["modifiers", "cte_map", "setop_type", "left", "right", "children", "setop_all"]);
  for (const side of [node.left, node.right]) if (side !== undefined && side !== null) checkQuery(nodeOf(side), place);
  for (const child of node.children === undefined ? [] : listOf(node.children)) checkQuery(nodeOf(child), place);
}

/** Tables of WITH: each sees those before it. */
function checkOwnTables(map: TreeNode, place: Place): Place {
  requireKnownKeys(map, ["map"]);
  let names = place.names;
  for (const item of listOf(map.map)) {
    const { key, value } = nodeOf(item);
    const name = plainName(textOf(key));
    if (place.context.isVirtual(name) || name.startsWith("vatio_"))
      throw refused(`${shown(textOf(key))} in WITH is the name of a table that is there already; choose another one`);
    const own = nodeOf(value);
    requireKnownKeys(own, ["aliases", "query", "materialized", "key_targets"]);
    requireEmpty(own, ["key_targets"]);
    place.context.table();
    checkSubquery(nodeOf(own.query), { ...place, names });
    names = new Set([...names, name]);
  }
  return { ...place, names };
}

function checkModifiers(modifiers: readonly unknown[], place: Place): void {
  for (const item of modifiers) {
    const modifier = nodeOf(item);
    const check = MODIFIERS[textOf(modifier.type)];
    if (!check) throw refused(`${shown(textOf(modifier.type))} is not supported`);
    check(modifier, place);
  }
}

function checkLimit(node: TreeNode, place: Place): void {
  requireKnownKeys(node, ["limit", "offset"]);
  checkOptional(node.limit, place);
  checkOptional(node.offset, place);
}

const MODIFIERS: Readonly<Record<string, Check>> = {
  ORDER_MODIFIER: (node, place) => {
    requireKnownKeys(node, ["orders"]);
    checkOrders(node.orders, place);
  },
  LIMIT_MODIFIER: checkLimit,
  LIMIT_PERCENT_MODIFIER: checkLimit,
  DISTINCT_MODIFIER: (node, place) => {
    requireKnownKeys(node, ["distinct_on_targets"]);
    checkExpressions(node.distinct_on_targets, place);
  },
};
