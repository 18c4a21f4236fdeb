import type { Place } from "./check-context.js";
import { requireEmpty, requireKnownKeys } from "./check-shape.js";
import { listOf, nodeOf, type TreeNode } from "./statement-tree.js";

/** A list of expressions. */
export function checkExpressions(nodes: unknown, place: Place): void {
  for (const node of listOf(nodes)) place.checks.expression(nodeOf(node), place);
}

/** An expression that may be missing. */
export function checkOptional(node: unknown, place: Place): void {
  if (node !== null && node !== undefined) place.checks.expression(nodeOf(node), place);
}

/** What rows are put in order by. */
export function checkOrders(orders: unknown, place: Place): void {
  for (const item of listOf(orders)) {
    const order = nodeOf(item);
    requireKnownKeys(order, ["null_order", "expression"]);
    place.checks.expression(nodeOf(order.expression), place);
  }
}

/** A statement inside another one. */
export function checkSubquery(statement: TreeNode, place: Place): void {
  requireKnownKeys(statement, ["node", "named_param_map"]);
  requireEmpty(statement, ["named_param_map"]);
  place.checks.query(nodeOf(statement.node), place);
}
