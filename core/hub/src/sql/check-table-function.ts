import { below, type Place } from "./check-context.js";
import { requirePlainCall } from "./check-shape.js";
import { refused } from "./refusal.js";
import { STATEMENT_LIMITS } from "./statement-limits.js";
import { listOf, nodeOf, plainName, type TreeNode, textOf } from "./statement-tree.js";

/** `range`, `generate_series` and `unnest` behind FROM. */
export function checkTableFunction(call: TreeNode, above: Place): void {
  const place = below(above);
  requirePlainCall(call);
  const children = listOf(call.children).map(nodeOf);
  if (plainName(textOf(call.function_name)) === "unnest") checkUnnest(children, place);
  else checkSeries(children, place);
}

/** `unnest` of values that are written out: anything else would be a list, and lists grow. */
export function checkUnnest(children: readonly TreeNode[], place: Place): void {
  const [list, ...more] = children;
  const isWritten =
    list !== undefined && textOf(list.class) === "FUNCTION" && textOf(list.function_name) === "list_value";
  if (!isWritten || more.length > 0) throw refused("unnest takes values that are written out: unnest([1, 2, 3])");
  requirePlainCall(list);
  for (const child of listOf(list.children)) place.checks.expression(nodeOf(child), place);
}

/** Numbers are counted; instants are not, their number is bounded by the time of the query. */
function checkSeries(children: readonly TreeNode[], place: Place): void {
  for (const child of children) {
    if (!isWritten(child)) throw refused("range and generate_series take values that are written out");
    place.checks.expression(child, place);
  }
  const numbers = children.map(numberOf);
  if (numbers.some((value) => value === undefined)) return;
  const [first = 0, second, step = 1] = numbers as number[];
  const [from, to] = second === undefined ? [0, first] : [first, second];
  if (Math.abs((to - from) / (step || 1)) > STATEMENT_LIMITS.series)
    throw refused(`a series has at most ${STATEMENT_LIMITS.series.toLocaleString("en")} numbers`);
}

/** A value, or one that is turned into a type: `TIMESTAMP '2026-01-01'`, `-5`. */
function isWritten(node: TreeNode): boolean {
  if (textOf(node.class) === "CONSTANT") return true;
  if (textOf(node.class) === "CAST") return isWritten(nodeOf(node.child));
  return isNegation(node) && isWritten(nodeOf(listOf(node.children)[0]));
}

const isNegation = (node: TreeNode): boolean =>
  textOf(node.class) === "FUNCTION" && textOf(node.function_name) === "-" && listOf(node.children).length === 1;

function numberOf(node: TreeNode): number | undefined {
  if (isNegation(node)) {
    const value = numberOf(nodeOf(listOf(node.children)[0]));
    return value === undefined ? undefined : -value;
  }
  if (textOf(node.class) === "CAST")
    return /INT/.test(textOf(nodeOf(node.cast_type).id)) ? writtenNumber(nodeOf(node.child)) : undefined;
  return writtenNumber(node);
}

function writtenNumber(node: TreeNode): number | undefined {
  if (textOf(node.class) !== "CONSTANT") return undefined;
  const { type, value } = nodeOf(node.value);
  if (typeof value === "number") return value;
  // Huge numbers are written as objects or texts: whatever they are, they are too many.
  return textOf(nodeOf(type).id) === "VARCHAR" ? Number(value) : Number.POSITIVE_INFINITY;
}
