import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSqlHome, MINUTES, NOON, type SqlHome } from "./support/sql-home.js";

let home: SqlHome;
beforeAll(async () => {
  home = await createSqlHome();
});
afterAll(() => home.close());

const rowsOf = async (sql: string) => (await home.sql.query({ sql })).rows;

describe("answers", () => {
  it("give readings with names, both times and every metric, one row for each instant", async () => {
    const answer = await home.sql.query({ sql: "SELECT * FROM readings ORDER BY time_ms LIMIT 1" });
    const cell = (name: string) => answer.rows[0]?.[answer.columns.findIndex((column) => column.name === name)];
    expect(answer.cut).toBeUndefined();
    expect(Object.fromEntries(answer.columns.map(({ name }) => [name, cell(name)]))).toMatchObject({
      time: "2026-03-10T12:00:00.000Z",
      local_time: "2026-03-10T06:00:00.000",
      time_ms: NOON,
      channel: home.channel,
      device: "shelly:a8032412c3d4",
      point: "Boiler",
      point_id: home.point,
      origin: "live",
      power_w: 100,
      voltage_v: 127,
      energy_import_wh: 5,
      current_a: null,
    });
    expect(await rowsOf("SELECT count(*) FROM readings")).toEqual([[MINUTES]]);
  });

  it.each([
    [
      "SELECT hour(local_time) AS h, sum(import_wh) FROM slots GROUP BY h ORDER BY h LIMIT 2",
      [
        [0, 40],
        [1, 40],
      ],
    ],
    ["SELECT sum(import_wh) / 1000 AS kwh, min(coverage) FROM slots", [[1.8, 1]]],
    ["SELECT day, point, import_wh FROM days", [["2026-03-10", "Boiler", 1800]]],
    ["SELECT name, role FROM points", [["Boiler", "load"]]],
    ["SELECT driver, model, metrics FROM channels", [["shelly", "Plus 1PM", "power_w,voltage_v"]]],
    ["SELECT name, zone, nominal_voltage_v, phases FROM sites", [["Casa", "America/Mexico_City", 127, 1]]],
    ["SELECT count(*) FROM counter_events", [[0]]],
    ["FROM sites SELECT currency", [["MXN"]]],
    [
      "VALUES (1, 'a'), (2, 'b')",
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
    ["WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT y FROM b -- two\n;", [[2]]],
    ["SELECT 1 UNION ALL SELECT 2 ORDER BY 1 DESC", [[2], [1]]],
    ["SELECT i FROM generate_series(1, 3) AS t(i)", [[1], [2], [3]]],
    ["SELECT count(*) FROM generate_series(TIMESTAMP '2026-01-01', TIMESTAMP '2026-01-02', INTERVAL '1 hour')", [[25]]],
    ["SELECT unnest([1, 2])", [[1], [2]]],
    [
      "SELECT p.name, max(r.power_w) FROM readings r JOIN points p ON p.id = r.point_id GROUP BY ALL",
      [["Boiler", 159]],
    ],
    ["SELECT name FROM points WHERE name IN (SELECT point FROM readings) AND name LIKE 'Boi%'", [["Boiler"]]],
    [
      "SELECT power_w, lag(power_w) OVER (ORDER BY time) FROM readings ORDER BY time LIMIT 2",
      [
        [100, null],
        [101, 100],
      ],
    ],
    [
      "SELECT time_bucket(INTERVAL '1 hour', time) AS h, avg(power_w) FROM readings GROUP BY h ORDER BY h LIMIT 1",
      [["2026-03-10T12:00:00.000Z", 129.5]],
    ],
    ["SELECT extract(hour FROM time AT TIME ZONE 'Europe/Madrid') FROM readings ORDER BY time LIMIT 1", [[13]]],
    [
      "SELECT quantile_cont(power_w, 0.5), median(power_w), approx_count_distinct(channel) FROM readings",
      [[129.5, 129.5, 1]],
    ],
    [
      "SELECT CASE WHEN power_w > 158 THEN 'high' ELSE 'low' END AS level, count(*) FROM readings GROUP BY 1 ORDER BY 1",
      [
        ["high", 4],
        ["low", 236],
      ],
    ],
    [
      "SELECT 12345678901234567890::HUGEINT, 1.5::DECIMAL(10, 2), 'nan'::DOUBLE, NULL, true",
      [["12345678901234567890", 1.5, null, null, true]],
    ],
    [
      "SELECT DATE '2026-03-01', TIME '12:30:00', INTERVAL '90 minutes', TIMESTAMP '2026-03-01 00:00:00.000001'",
      [["2026-03-01", "12:30:00", "01:30:00", "2026-03-01T00:00:00.000001"]],
    ],
    ["SELECT point || ' (' || origin || ')' FROM readings LIMIT 1", [["Boiler (live)"]]],
    ["SELECT * EXCLUDE (id, currency, zone, nominal_voltage_v) FROM SITES", [["Casa", 1]]],
    ["SELECT count(*) FROM readings, LATERAL (SELECT readings.power_w + 1 AS more) WHERE more > 159", [[4]]],
    ["SELECT max(COLUMNS(*)) FROM (SELECT import_wh, coverage FROM slots)", [[25, 1]]],
    [
      "SELECT point, count(*) FROM readings GROUP BY ROLLUP (point) ORDER BY ALL",
      [
        ["Boiler", MINUTES],
        [null, MINUTES],
      ],
    ],
    [
      "SELECT s.time FROM slots s ASOF JOIN readings r ON r.channel = s.channel AND s.time_ms >= r.time_ms ORDER BY 1 LIMIT 1",
      [["2026-03-10T12:00:00.000Z"]],
    ],
    [
      "SELECT DISTINCT ON (channel) channel FROM readings ORDER BY channel, time DESC",
      [["shelly:a8032412c3d4/switch:0"]],
    ],
    ["SELECT count(*) FROM readings WHERE time_ms >= epoch_ms(TIMESTAMP '2026-03-10 15:00:00')", [[60]]],
    ['SELECT "name" AS "Weird ""name" FROM "sites"', [["Casa"]]],
  ])("%s", async (sql, rows) => {
    expect(await rowsOf(sql)).toEqual(rows);
  });

  it("name columns and types, also when names repeat", async () => {
    const { columns } = await home.sql.query({ sql: "SELECT 1 AS a, 2 AS a, now() AS at_now, 'x'" });
    expect(columns.map(({ name }) => name)).toEqual(["a", "a:1", "at_now", "'x'"]);
    expect(columns.map(({ type }) => type)).toEqual(["INTEGER", "INTEGER", "TIMESTAMP WITH TIME ZONE", "VARCHAR"]);
  });

  it("follow a swapped channel: a row belongs to the point that was measured then", async () => {
    const { points, sites } = home.services;
    const site = sites.first();
    const other = await points.create({ site: site?.id ?? ("" as never), name: "Old boiler", role: "load" });
    await points.assign(other.id, home.channel, (NOON + 120 * 60_000) as never);
    expect(await rowsOf("SELECT point, count(*) FROM readings GROUP BY point ORDER BY point")).toEqual([
      ["Boiler", 120],
      ["Old boiler", 120],
    ]);
    await points.assign(home.point, home.channel, (NOON + 120 * 60_000) as never);
  });

  it("see what was written a moment ago, and what was sealed", async () => {
    const before = await rowsOf("SELECT count(*) FROM readings");
    await home.services.store.segments.seal();
    expect(await rowsOf("SELECT count(*) FROM readings")).toEqual(before);
  });

  it("every example of the schema can be run", async () => {
    for (const { example, columns, name } of home.sql.tables()) {
      await expect(home.sql.query({ sql: example }), example).resolves.toBeDefined();
      const answer = await home.sql.query({ sql: `SELECT * FROM ${name}` });
      expect(answer.columns).toEqual(columns.map((column) => ({ name: column.name, type: column.type })));
    }
  });
});

describe("what cannot be answered is told plainly:", () => {
  it.each([
    ["SELEC 1", /syntax error/],
    ["SELECT nothing FROM readings", /nothing/],
    ["SELECT power_w.x.y FROM readings", /power_w/],
    ["", /empty/],
    ["-- only a comment", /empty/],
    ["SELECT 'x'::INTEGER", /Could not convert/],
    ["SELECT sum(point) FROM readings", /sum/],
    [`SELECT ${"1 + ".repeat(6_000)}1`, /longer than/],
    ["SELECT 1\0", /control characters/],
  ])("%.60s", async (sql, words) => {
    await expect(home.sql.query({ sql })).rejects.toMatchObject({
      code: "E_SQL_INVALID",
      message: expect.stringMatching(words),
    });
  });
});
