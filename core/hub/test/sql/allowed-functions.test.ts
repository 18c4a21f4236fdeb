import { describe, expect, it } from "vitest";
import { ALLOWED_FUNCTIONS, ALLOWED_TABLE_FUNCTIONS } from "../../src/sql/allowed-functions.js";
import { SqlSandbox } from "../../src/sql/sql-sandbox.js";

/** What DuckDB has and a statement must never reach, whatever its next version calls it. */
const NEVER =
  /read_|scan|glob|getenv|setting|secret|pragma|duckdb_|^pg_|query|sql|json|parquet|sniff|load|attach|copy|write|file|blob|nextval|currval|random_|sleep|error|version|checkpoint|list|array|map|struct|string_agg|histogram|repeat|replace|pad$|format|printf|bar$|aggregate$/;

const whyNot = (sandbox: SqlSandbox, sql: string): Promise<string> => sandbox.bind(sql).then(() => "", String);

describe("the list of functions", () => {
  it("holds none that reads, tells, makes lists or makes long texts", () => {
    expect([...ALLOWED_FUNCTIONS].filter((name) => NEVER.test(name))).toEqual([]);
    expect([...ALLOWED_TABLE_FUNCTIONS]).toEqual(["range", "generate_series", "unnest"]);
  });

  it("holds what this DuckDB has, of a kind that is harmless", async () => {
    const sandbox = await SqlSandbox.open();
    const missing: string[] = [];
    for (const name of [...ALLOWED_FUNCTIONS].filter((known) => /^[a-z]/.test(known))) {
      const tries = await Promise.all([
        whyNot(sandbox, `SELECT ${name}()`),
        whyNot(sandbox, `SELECT ${name}() OVER ()`),
      ]);
      if (tries.every((why) => /does not exist|is not in the catalog/.test(why))) missing.push(name);
    }
    sandbox.close();
    expect(missing).toEqual([]);
  });
});
