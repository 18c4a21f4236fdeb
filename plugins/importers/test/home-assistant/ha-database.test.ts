import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { haDatabaseFormat } from "../../src/home-assistant/ha-database-format.js";
import { databaseOf } from "../support/database-of.js";
import { headOf, storedFile } from "../support/file-of.js";
import { kwh, readAll, rowsOf } from "../support/read-all.js";

const T0 = Date.UTC(2024, 0, 1);
const HOUR = 3_600_000;

const META = `CREATE TABLE statistics_meta (id INTEGER PRIMARY KEY, statistic_id VARCHAR(255), source VARCHAR(32),
  unit_of_measurement VARCHAR(255), has_mean BOOLEAN, has_sum BOOLEAN, name VARCHAR(255))`;
const NEW = `CREATE TABLE statistics (id INTEGER PRIMARY KEY, created DATETIME, created_ts FLOAT, metadata_id INTEGER,
  start DATETIME, start_ts FLOAT, mean FLOAT, min FLOAT, max FLOAT, last_reset DATETIME, last_reset_ts FLOAT, state FLOAT, sum FLOAT)`;
const OLD = `CREATE TABLE statistics (id INTEGER PRIMARY KEY, created DATETIME, metadata_id INTEGER, start DATETIME,
  mean FLOAT, min FLOAT, max FLOAT, last_reset DATETIME, state FLOAT, sum FLOAT)`;
const INDEX = "CREATE UNIQUE INDEX ix_statistics_statistic_id_start_ts ON statistics (metadata_id, start_ts)";

const meta = (id: number, name: string, unit: string, sum = 1): string =>
  `INSERT INTO statistics_meta VALUES (${id}, '${name}', 'recorder', '${unit}', 0, ${sum}, NULL)`;

const hourly = (series: number, values: readonly number[], factor = 1): string[] =>
  values.map(
    (sum, hour) =>
      `INSERT INTO statistics (metadata_id, start_ts, state, sum) VALUES (${series}, ${(T0 + hour * HOUR) / 1_000}, ${(sum + 500) * factor}, ${sum * factor})`,
  );

const read = (bytes: Uint8Array) => readAll(haDatabaseFormat, storedFile(bytes, "home-assistant_v2.db"));

describe("the recorder's database", () => {
  it("gives the metered statistics of energy in Wh, and names the others", async () => {
    const statements = [
      ...[META, NEW, INDEX, meta(1, "sensor.grid", "kWh"), meta(2, "sensor.solar", "Wh"), meta(3, "sensor.big", "MWh")],
      ...[meta(4, "sensor.power", "W", 0), meta(5, "sensor.gas", "m³"), meta(6, "sensor.cost", "EUR")],
      ...[...hourly(1, [1, 2, 4]), ...hourly(2, [100, 300]), ...hourly(3, [0.001, 0.002]), ...hourly(5, [1, 2])],
    ];
    const result = await read(databaseOf(statements));
    expect([...result.series.keys()]).toEqual(["sensor.grid", "sensor.solar", "sensor.big"]);
    expect(result.series.get("sensor.grid")).toEqual([
      { at: T0, interval_import_wh: 1_000, interval_s: 3_600 },
      { at: T0 + HOUR, interval_import_wh: 1_000, interval_s: 3_600 },
      { at: T0 + 2 * HOUR, interval_import_wh: 2_000, interval_s: 3_600 },
    ]);
    expect(kwh(result)).toBeCloseTo(4 + 0.3 + 2, 9);
    expect(result.notes).toEqual({ "not-energy": 3 });
  });

  it("reads databases whose starts are texts, and rows that came in another order", async () => {
    const rows = [2, 0, 1].map(
      (hour) =>
        `INSERT INTO statistics (metadata_id, start, state, sum) VALUES (1, '2024-01-01 0${hour}:00:00.000000', ${hour}, ${hour})`,
    );
    const result = await read(databaseOf([META, OLD, meta(1, "sensor.grid", "kWh"), ...rows]));
    expect(rowsOf(result).map(({ at }) => at)).toEqual([T0 + HOUR, T0 + 2 * HOUR]);
    expect(kwh(result)).toBe(2);
  });

  it("reads a copy that was made while Home Assistant ran", async () => {
    const bytes = databaseOf([META, NEW, INDEX, meta(1, "sensor.grid", "kWh"), ...hourly(1, [1, 2])]);
    bytes.set([2, 2], 18);
    const result = await read(bytes);
    expect(kwh(result)).toBe(2);
    expect(result.notes).toEqual({ "write-ahead-log": 1 });
  });

  it("leaves out rows whose values are no numbers, and counts on", async () => {
    const odd = [
      "INSERT INTO statistics (metadata_id, start_ts, state, sum) VALUES (1, 'x', 1, 1)",
      `INSERT INTO statistics (metadata_id, start_ts, state, sum) VALUES (1, ${T0 / 1_000 + 36_000}, 'a', NULL)`,
      `INSERT INTO statistics (metadata_id, start_ts, state, sum) VALUES (1, ${T0 / 1_000 + 39_600}, NULL, x'00')`,
      `INSERT INTO statistics (metadata_id, start_ts, state, sum) VALUES (1, NULL, NULL, NULL)`,
    ];
    const result = await read(databaseOf([META, NEW, meta(1, "sensor.grid", "kWh"), ...hourly(1, [1, 2]), ...odd]));
    expect(kwh(result)).toBe(2);
    expect(result.notes).toEqual({ "implausible-time": 2, missing: 2 });
  });

  it("reads many rows in small chunks", async () => {
    const sums = Array.from({ length: 5_000 }, (_, hour) => hour * 0.1);
    const result = await read(
      databaseOf(["BEGIN", META, NEW, INDEX, meta(1, "sensor.grid", "kWh"), ...hourly(1, sums), "COMMIT"]),
    );
    expect(kwh(result)).toBeCloseTo(499.9, 6);
    expect(result.largest).toBeLessThanOrEqual(1_000);
  });

  it("is not sorted at one go when it is large", async () => {
    const rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100100) ";
    const fill = `INSERT INTO statistics (metadata_id, start_ts, state, sum) ${rows} SELECT 1, ${T0 / 1_000} + 3600.0 * i, i, i FROM n`;
    const without = databaseOf([META, NEW, meta(1, "sensor.grid", "kWh"), fill]);
    await expect(read(without)).rejects.toMatchObject({ code: "E_IMPORT_UNREADABLE" });
    const indexed = await read(databaseOf([META, NEW, INDEX, meta(1, "sensor.grid", "kWh"), fill]));
    // The first one is a beginning.
    expect(rowsOf(indexed)).toHaveLength(100_099);
  });

  it("is recognised by its first bytes", async () => {
    const bytes = databaseOf([META, NEW]);
    expect(haDatabaseFormat.recognise(await headOf(storedFile(bytes, "any.db")))).toBeGreaterThan(0.9);
    expect(haDatabaseFormat.recognise({ name: "x.db", head: new Uint8Array(100) })).toBe(0);
  });
});

const ENDLESS =
  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, 1 AS metadata_id, i AS start_ts, i AS state, i AS sum FROM n";

describe("what cannot be read", () => {
  const good = [META, NEW, meta(1, "sensor.grid", "kWh"), ...hourly(1, [1, 2, 3])];

  it.each<readonly [string, () => Uint8Array]>([
    ["another database", () => databaseOf(["CREATE TABLE t (x)"])],
    ["no statistics", () => databaseOf([META, NEW])],
    [
      "a view without end",
      () => databaseOf([META, meta(1, "sensor.grid", "kWh"), `CREATE VIEW statistics AS ${ENDLESS}`]),
    ],
    [
      "a table that computes",
      () => databaseOf([META, "CREATE TABLE statistics (a, sum GENERATED ALWAYS AS (zeroblob(1000000000)))"]),
    ],
    ["nothing", () => new Uint8Array()],
    ["zeros", () => new Uint8Array(8_192)],
    ["a text", () => new TextEncoder().encode("SQLite format 3\u0000 and then no more of it")],
    ["half a database", () => databaseOf(good).subarray(0, 5_000)],
  ])("%s", async (_what, make) => {
    await expect(read(make())).rejects.toMatchObject({ code: "E_IMPORT_UNREADABLE" });
  });

  it("survives 60 damaged databases", async () => {
    const bytes = databaseOf(good);
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const broken = Uint8Array.from(bytes);
        for (const [at, byte] of changes) broken[at] = byte;
        const outcome = await read(broken).catch((error: { code?: string }) => error.code ?? String(error));
        expect(typeof outcome === "string" ? outcome : "E_IMPORT_UNREADABLE").toBe("E_IMPORT_UNREADABLE");
      }),
      { numRuns: 60 },
    );
  });
});
