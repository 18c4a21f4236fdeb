import { VatioError } from "@vatio/plugin-api";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkStatement } from "../../src/sql/check-statement.js";
import { SqlSandbox } from "../../src/sql/sql-sandbox.js";
import { onlyStatement } from "../../src/sql/statement-tree.js";

const TABLES = new Set(["readings", "slots", "points"]);
const RUNS = 10_000;

let sandbox: SqlSandbox;
beforeAll(async () => {
  sandbox = await SqlSandbox.open();
});
afterAll(() => sandbox.close());

const WORDS = [
  ..."SELECT FROM WHERE GROUP BY ORDER LIMIT WITH AS RECURSIVE UNION ALL JOIN ON USING LATERAL VALUES CASE WHEN THEN END OVER PARTITION".split(
    " ",
  ),
  ..."NOT IN IS NULL LIKE BETWEEN AND OR EXISTS CAST FILTER PIVOT DESCRIBE COLUMNS EXCLUDE REPLACE DISTINCT INTERVAL TIMESTAMP".split(
    " ",
  ),
  ..."readings slots points users power_w point x y sum count read_csv getenv range unnest query list_value main.".split(
    " ",
  ),
  ...[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    "*",
    "+",
    "-",
    "||",
    "->",
    "::",
    "=",
    "<",
    "'",
    '"',
    "$1",
    "?",
    "--",
    "/*",
    "*/",
    "$$",
    "\n",
    "\u0000",
  ],
  ...["'/etc/passwd'", "'x'", "1", "1e309", "0x", "é", "\u{1F600}", "\uD800", "ｒ", "\u200b"],
];

const SEEDS = [
  "SELECT * FROM readings WHERE power_w > 1 ORDER BY time LIMIT 3",
  "WITH a AS (SELECT sum(power_w) AS x FROM readings GROUP BY ALL) SELECT * FROM a JOIN points USING (point) -- c",
  "SELECT lag(x) OVER (PARTITION BY y ORDER BY z ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES (1, 2, 3)) v(x, y, z)",
  "SELECT CASE WHEN x IN (SELECT 1) THEN 'a' ELSE \"b\" END FROM generate_series(1, 10) t(x)",
];

const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }).map((parts) => parts.join(" "));
const mutated = fc
  .tuple(
    fc.constantFrom(...SEEDS),
    fc.array(fc.tuple(fc.nat(120), fc.nat(12), fc.constantFrom(...WORDS)), { maxLength: 4 }),
  )
  .map(([seed, edits]) =>
    edits.reduce((text, [at, cut, word]) => `${text.slice(0, at)} ${word} ${text.slice(at + cut)}`, seed),
  );
const statements = fc.oneof(
  { weight: 3, arbitrary: mutated },
  { weight: 3, arbitrary: words },
  fc.string(),
  fc.string({ unit: "binary" }),
);

/** The code of a refusal; undefined when it is allowed. Anything else that is thrown is a fault. */
function verdict(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (VatioError.is(error)) return error.code;
    throw error;
  }
}

describe("the checker", () => {
  it(`never fails in another way than by refusing, whatever is written (${RUNS} statements)`, {
    timeout: 120_000,
  }, async () => {
    const codes = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(statements, async (sql) => {
        const tree = await sandbox.parse(sql);
        const code = verdict(() => checkStatement(onlyStatement(tree), TABLES)) ?? "allowed";
        codes.set(code, (codes.get(code) ?? 0) + 1);
        expect(["allowed", "E_SQL_INVALID", "E_SQL_REFUSED"]).toContain(code);
        if (code !== "allowed") return;
        // What is allowed prints as something that is allowed, and means the same.
        const printed = onlyStatement(await sandbox.parse(await sandbox.print(tree)));
        expect(verdict(() => checkStatement(printed, TABLES))).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
    for (const code of ["allowed", "E_SQL_INVALID", "E_SQL_REFUSED"]) expect(codes.get(code) ?? 0).toBeGreaterThan(20);
  });

  it("refuses trees that make no sense, and never falls over them", () => {
    const key = fc.constantFrom(
      ...[
        "node",
        "type",
        "class",
        "cte_map",
        "map",
        "modifiers",
        "select_list",
        "from_table",
        "children",
        "function_name",
        "left",
        "right",
      ],
      ...[
        "named_param_map",
        "where_clause",
        "group_sets",
        "value",
        "schema",
        "catalog",
        "expr",
        "orders",
        "__proto__",
        "constructor",
      ],
    );
    const leaf = fc.oneof(
      fc.constantFrom("SELECT_NODE", "FUNCTION", "CONSTANT", "BASE_TABLE", "toString", ""),
      fc.anything(),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        leaf,
        fc.dictionary(key, tie("tree"), { maxKeys: 5 }),
        fc.array(tie("tree"), { maxLength: 3 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, tree), (statement) => {
        expect(verdict(() => checkStatement(statement, TABLES))).toBe("E_SQL_REFUSED");
      }),
      { numRuns: 1_000 },
    );
  });
});
