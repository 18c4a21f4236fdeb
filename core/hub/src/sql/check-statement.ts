import { CheckContext, type Checks } from "./check-context.js";
import { checkExpression } from "./check-expression.js";
import { checkSubquery } from "./check-parts.js";
import { checkQuery } from "./check-query.js";
import { checkTable } from "./check-table.js";
import type { TreeNode } from "./statement-tree.js";

const CHECKS: Checks = { query: checkQuery, table: checkTable, expression: checkExpression };

/**
 * Refuses everything but a SELECT over the virtual tables, by DuckDB's own tree of the statement: what is not listed is not allowed.
 * @returns the virtual tables that it names
 * @throws E_SQL_REFUSED
 */
export function checkStatement(statement: TreeNode, virtual: ReadonlySet<string>): ReadonlySet<string> {
  const context = new CheckContext(virtual);
  checkSubquery(statement, { checks: CHECKS, context, names: new Set(), depth: 0 });
  return context.used;
}
