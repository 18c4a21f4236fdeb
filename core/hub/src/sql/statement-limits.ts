/** How large a statement may be. */
export const STATEMENT_LIMITS = {
  /** Characters. */
  length: 20_000,
  /** Nested expressions, subqueries and joins. */
  depth: 100,
  /** Parts of its tree. */
  nodes: 5_000,
  /** Tables and table functions that it names. */
  tables: 40,
  /** Characters of one text in it. */
  text: 256,
  /** Texts that are joined by `||` and `concat` in all. */
  joinedTexts: 16,
  /** `%` and `_` in one pattern of LIKE. */
  wildcards: 3,
  /** Sets of GROUPING SETS, ROLLUP and CUBE. */
  groupingSets: 64,
  /** Numbers that `range` and `generate_series` make. */
  series: 1_000_000,
} as const;
