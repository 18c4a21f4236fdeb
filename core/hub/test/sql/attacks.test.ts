import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../store/support/fixture.js";
import { createSqlHome, type SqlHome } from "./support/sql-home.js";

let home: SqlHome;
beforeAll(async () => {
  home = await createSqlHome();
});
afterAll(() => home.close());

const codeOf = (sql: string): Promise<string> =>
  home.sql.query({ sql }).then(
    () => "answered",
    (error: { readonly code: string }) => error.code,
  );

const REFUSED = "E_SQL_REFUSED";
const INVALID = "E_SQL_INVALID";

const files: readonly string[] = [
  "SELECT * FROM read_csv('/etc/passwd')",
  "SELECT * FROM read_csv_auto('/etc/passwd', header := false)",
  "SELECT * FROM read_text('/etc/passwd')",
  "SELECT * FROM read_blob('/etc/*')",
  "SELECT * FROM read_json('/etc/passwd')",
  "SELECT * FROM read_parquet('readings/*.parquet')",
  "SELECT * FROM parquet_scan('x.parquet')",
  "SELECT * FROM parquet_metadata('x.parquet')",
  "SELECT * FROM parquet_kv_metadata('x.parquet')",
  "SELECT * FROM glob('/etc/*')",
  "SELECT * FROM sniff_csv('/etc/passwd')",
  "SELECT * FROM '/etc/passwd'",
  `SELECT * FROM "/etc/passwd"`,
  "SELECT * FROM 'state.duckdb'",
  `SELECT * FROM "x.parquet"`,
  "SELECT * FROM 's3://bucket/x.parquet'",
  "SELECT * FROM 'https://evil.example/x.csv'",
  "SELECT (SELECT content FROM read_text('/etc/passwd'))",
  "SELECT * FROM readings, LATERAL (SELECT * FROM read_text(readings.channel))",
  "SELECT * FROM readings WHERE EXISTS (SELECT 1 FROM glob('*'))",
  "WITH a AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM a",
  "SELECT * FROM main.read_text('/etc/passwd')",
  "SELECT * FROM system.main.read_text('/etc/passwd')",
  "SELECT 1 UNION ALL SELECT size FROM read_blob('/etc/passwd')",
  "FROM read_csv('/etc/passwd')",
  "FROM '/etc/passwd'",
  "SELECT * FROM READ_TEXT('/etc/passwd')",
  `SELECT * FROM "read_text"('/etc/passwd')`,
];

const catalogs: readonly string[] = [
  "SELECT * FROM duckdb_tables()",
  "SELECT * FROM duckdb_settings()",
  "SELECT * FROM duckdb_secrets()",
  "SELECT * FROM duckdb_functions()",
  "SELECT * FROM information_schema.tables",
  "SELECT * FROM sqlite_master",
  "SELECT * FROM pg_catalog.pg_tables",
  "SELECT * FROM pragma_database_list",
  "SELECT * FROM pragma_table_info('slots')",
  "SELECT * FROM main.slots",
  "SELECT * FROM telemetry.main.slots",
  "SELECT * FROM memory.main.inbox",
  "SELECT * FROM temp.main.x",
  "SELECT * FROM inbox",
  "SELECT * FROM segments",
  "SELECT * FROM energy_states",
  "SELECT * FROM hot_20260310",
  "SELECT * FROM users",
  "SELECT * FROM state.users",
  "SELECT * FROM vatio_spans",
  "SELECT * FROM (SELECT * FROM (SELECT * FROM users))",
  "SELECT * FROM (WITH users AS (SELECT 1) SELECT * FROM users), users",
  "WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a",
  "SELECT * FROM readings r, r",
  "SELECT * FROM \u212Areadings",
  "SELECT * FROM ｒeadings",
  "SELECT * FROM users /* readings */",
  "SELECT * FROM/**/users",
  "SELECT getenv('HOME')",
  "SELECT current_setting('memory_limit')",
  "SELECT current_user",
  "SELECT CURRENT_SCHEMA",
  "SELECT user",
  "SELECT current_database()",
  "SELECT current_schemas(true)",
  "SELECT version()",
  "SELECT txid_current()",
  "SELECT pg_backend_pid()",
  "SELECT nextval('x')",
];

const statements: readonly string[] = [
  "SELECT 1; SELECT 2",
  "SELECT 1; DROP TABLE slots",
  "DROP TABLE slots",
  "DELETE FROM slots",
  "UPDATE slots SET import_wh = 0",
  "INSERT INTO slots SELECT * FROM slots",
  "CREATE TABLE x AS SELECT 1",
  "CREATE OR REPLACE VIEW readings AS SELECT 1",
  "CREATE MACRO sum(x) AS 1",
  "CREATE TEMP TABLE x (a INT)",
  "ALTER TABLE slots DROP COLUMN import_wh",
  "ATTACH 'state.duckdb'",
  "ATTACH 'state.duckdb' AS s (READ_ONLY)",
  "DETACH telemetry",
  "USE state",
  "COPY slots TO '/tmp/x.csv'",
  "COPY (SELECT 1) TO '/tmp/x.csv'",
  "COPY slots FROM '/tmp/x.csv'",
  "EXPORT DATABASE '/tmp/x'",
  "IMPORT DATABASE '/tmp/x'",
  "INSTALL httpfs",
  "LOAD httpfs",
  "SET memory_limit = '100GB'",
  "SET VARIABLE x = 1",
  "RESET memory_limit",
  "PRAGMA database_list",
  "PRAGMA enable_profiling",
  "CALL pragma_version()",
  "CHECKPOINT",
  "FORCE CHECKPOINT",
  "VACUUM",
  "BEGIN",
  "COMMIT",
  "PREPARE x AS SELECT 1",
  "EXECUTE x",
  "EXPLAIN SELECT 1",
  "EXPLAIN ANALYZE SELECT * FROM readings",
  "DESCRIBE readings",
  "DESCRIBE SELECT 1",
  "SUMMARIZE readings",
  "SHOW TABLES",
  "SHOW ALL TABLES",
  "SELECT * FROM (DESCRIBE readings)",
  "SELECT * FROM (SHOW ALL TABLES)",
  "SELECT * FROM (SUMMARIZE readings)",
  "PIVOT slots ON point USING sum(import_wh)",
  "SELECT * FROM slots PIVOT (sum(import_wh) FOR point IN ('a'))",
  "UNPIVOT slots ON import_wh INTO NAME n VALUE v",
  "SELECT 1 INTO x",
  "CREATE SECRET (TYPE s3)",
  "COMMENT ON TABLE slots IS 'x'",
  "MERGE INTO slots USING slots AS s ON true WHEN MATCHED THEN DELETE",
  "WITH a AS (DELETE FROM slots RETURNING *) SELECT * FROM a",
  "SELECT * FROM slots AT (VERSION => 1)",
];

const functions: readonly string[] = [
  "SELECT * FROM query('SELECT 1')",
  "SELECT * FROM query_table('slots')",
  "SELECT json_execute_serialized_sql('x')",
  "SELECT json_serialize_sql('SELECT 1')",
  "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
  "SELECT repeat('x', 1000000000)",
  "SELECT lpad('x', 1000000000, 'y')",
  "SELECT replace('xxxx', 'x', 'yyyyyyyy')",
  "SELECT regexp_replace('x', 'x', 'yyyyyyyy', 'g')",
  "SELECT printf('%1000000000d', 1)",
  "SELECT format('{:1000000000}', 1)",
  "SELECT bar(1, 0, 1, 1000000000)",
  "SELECT string_agg(point, ',') FROM readings",
  "SELECT list(power_w) FROM readings",
  "SELECT array_agg(power_w) FROM readings",
  "SELECT histogram(power_w) FROM readings",
  "SELECT max(power_w, 1000000) FROM readings",
  "SELECT arg_max(point, power_w, 1000000) FROM readings",
  "SELECT range(1000000000000)",
  "SELECT generate_series(1, 1000000000000)",
  "SELECT * FROM range(1000000000000)",
  "SELECT * FROM generate_series(1, 1e12::BIGINT)",
  "SELECT * FROM generate_series(-9223372036854775807, 9223372036854775807)",
  "SELECT * FROM generate_series(0::HUGEINT, 170141183460469231731687303715884105727)",
  "SELECT * FROM range((SELECT 1000000000000))",
  "SELECT * FROM readings, range(readings.time_ms)",
  "SELECT unnest(range(1000000))",
  "SELECT * FROM unnest((SELECT list(power_w) FROM readings))",
  "SELECT list_transform([1, 2], x -> x + 1)",
  "SELECT [x FOR x IN [1, 2] IF x > 1]",
  "SELECT list_resize([1], 1000000000)",
  "SELECT [1, 2, 3]",
  "SELECT {'a': 1}",
  "SELECT MAP {'a': 1}",
  "SELECT 'abc'[1:2]",
  "SELECT 'a'::BLOB",
  "SELECT '1'::BIT",
  "SELECT 'x'::JSON",
  "SELECT [1]::VARCHAR",
  "SELECT 1::INTEGER[]",
  "SELECT error('x')",
  "SELECT sleep_ms(100000)",
  "SELECT 'a' LIKE '%a%a%a%a%a%b'",
  "SELECT 'a' LIKE point FROM points",
  "SELECT 'a' GLOB '*a*'",
  "SELECT $1",
  "SELECT ?",
  "SELECT $name",
  "SELECT COLUMNS('p.*') FROM readings",
  "SELECT COLUMNS(c -> c LIKE 'p%') FROM readings",
  "SELECT #1 FROM readings",
  "SELECT point COLLATE NOCASE FROM readings",
  "SELECT readings.sum(power_w) FROM readings",
  "SELECT evil.sum(power_w) FROM readings",
  "SELECT sum(power_w) OVER w FROM readings WINDOW w AS (PARTITION BY getenv('HOME'))",
  "SELECT sum(power_w) FILTER (WHERE getenv('HOME') = 'x') FROM readings",
  "SELECT sum(power_w ORDER BY getenv('HOME')) FROM readings",
  "SELECT * REPLACE (getenv('HOME') AS point) FROM readings",
  "SELECT 1 ORDER BY getenv('HOME')",
  "SELECT 1 LIMIT (SELECT length(getenv('HOME')))",
  "SELECT DISTINCT ON (getenv('HOME')) 1",
  "SELECT 1 GROUP BY getenv('HOME')",
  "SELECT 1 HAVING getenv('HOME') = 'x'",
  "SELECT 1 QUALIFY getenv('HOME') = 'x'",
  "VALUES (getenv('HOME'))",
  "SELECT * FROM readings JOIN points ON getenv('HOME') = 'x'",
  "SELECT CASE WHEN getenv('HOME') = 'x' THEN 1 END",
  "SELECT CAST(getenv('HOME') AS VARCHAR)",
  "SELECT 1 BETWEEN 0 AND length(getenv('HOME'))",
  "SELECT 1 IN (length(getenv('HOME')))",
  "SELECT lag(1, length(getenv('HOME'))) OVER ()",
  "SELECT sum(1) OVER (ROWS length(getenv('HOME')) PRECEDING)",
  `SELECT ${Array.from({ length: 20 }, () => "point").join(" || ")} FROM points`,
  `SELECT concat(${Array.from({ length: 20 }, () => "point").join(", ")}) FROM points`,
  `SELECT '${"x".repeat(300)}'`,
];

const shapes: readonly string[] = [
  "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT * FROM t",
  "WITH RECURSIVE t AS (SELECT 'x' AS s UNION ALL SELECT s || s FROM t) SELECT max(length(s)) FROM t",
  "WITH RECURSIVE t(n) USING KEY (n) AS (SELECT 1 UNION SELECT n + 1 FROM t) SELECT * FROM t",
  "WITH readings AS (SELECT 1) SELECT * FROM readings",
  "WITH a AS (WITH slots AS (SELECT * FROM main.slots) SELECT * FROM slots) SELECT * FROM a",
  "WITH vatio_spans AS (SELECT 1) SELECT * FROM readings",
  `SELECT ${"(".repeat(500)}1${")".repeat(500)}`,
  `SELECT ${"NOT (".repeat(150)}true${")".repeat(150)}`,
  `SELECT ${Array.from({ length: 5_000 }, () => "1").join("+")}`,
  `SELECT * FROM ${Array.from({ length: 50 }, () => "points").join(", ")}`,
  "SELECT count(*) FROM slots GROUP BY CUBE (time, local_time, time_ms, channel, device, point, point_id)",
];

describe("is refused:", () => {
  it.each(files)("a file: %s", async (sql) => expect([REFUSED, INVALID]).toContain(await codeOf(sql)));
  it.each(catalogs)("what is not offered: %s", async (sql) => expect([REFUSED, INVALID]).toContain(await codeOf(sql)));
  it.each(statements)("another statement: %s", async (sql) => expect([REFUSED, INVALID]).toContain(await codeOf(sql)));
  it.each(functions)("a function or form: %s", async (sql) => expect([REFUSED, INVALID]).toContain(await codeOf(sql)));
  it.each(shapes)("a shape: %s", async (sql) => expect([REFUSED, INVALID]).toContain(await codeOf(sql)));
});

describe("a file that is there", () => {
  it("is not read under any name", async () => {
    const file = path.join(temporaryFolder(), "readings");
    writeFileSync(file, "a,b\n1,2\n");
    for (const name of [`'${file}'`, `"${file}"`, `read_csv('${file}')`, `read_text('${file}')`])
      expect(await codeOf(`SELECT * FROM ${name}`)).toBe(REFUSED);
  });
});

describe("nothing is left behind:", () => {
  it("tables, views and settings are what they were", async () => {
    const facts = () =>
      home.services.store.queries.read(async ({ connection }) => ({
        tables: await connection.all("SELECT table_name FROM duckdb_tables() ORDER BY 1"),
        views: await connection.all("SELECT view_name FROM duckdb_views() WHERE NOT internal"),
        settings: await connection.all("SELECT name, value FROM duckdb_settings() ORDER BY 1"),
      }));
    const before = await facts();
    expect(before.views).toEqual([]);
    for (const sql of [...statements, "SELECT * FROM readings", "SELECT sum(import_wh) FROM slots"]) await codeOf(sql);
    expect(await facts()).toEqual(before);
  });
});
