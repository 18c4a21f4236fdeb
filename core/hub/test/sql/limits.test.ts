import { row } from "@vatio/plugin-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSqlHome, NOON, type SqlHome } from "./support/sql-home.js";

const MEGABYTE = 1024 * 1024;

let home: SqlHome;
beforeAll(async () => {
  home = await createSqlHome();
});
afterAll(() => home.close());

const BILLION = "FROM range(1000000) a(x), range(1000000) b(y)";

/** Statements that would run for hours or take all there is. */
const BOMBS: readonly (readonly [name: string, sql: string])[] = [
  ["a cross join that is counted", `SELECT count(*) ${BILLION} WHERE (x * y) % 7 = 3`],
  ["a cross join that is sorted", `SELECT x, y ${BILLION} ORDER BY x * y DESC, y`],
  ["a cross join that is grouped", `SELECT x + y * 1000000 AS k, count(*) ${BILLION} GROUP BY k ORDER BY 2 LIMIT 1`],
  ["distinct values", `SELECT count(DISTINCT x + y * 1000000) ${BILLION}`],
  ["an exact quantile", `SELECT quantile_cont(x + y, 0.5) ${BILLION}`],
  ["the most frequent value", `SELECT mode(x + y * 1000000) ${BILLION}`],
  ["a window over everything", `SELECT max(s) FROM (SELECT sum(x) OVER (ORDER BY y, x) AS s ${BILLION})`],
  ["texts that grow", `SELECT max(concat(s, s, s)) FROM (SELECT concat(x, y, x, y, x, y) AS s ${BILLION})`],
  [
    "an endless series of instants",
    "SELECT count(*) FROM generate_series(TIMESTAMP '1900-01-01', TIMESTAMP '2900-01-01', INTERVAL '1 microsecond')",
  ],
  [
    "a join of readings with themselves",
    "SELECT count(*) FROM readings a, readings b, readings c, readings d, readings e WHERE a.power_w + b.power_w + c.power_w + d.power_w + e.power_w = 1",
  ],
  ["patterns", `SELECT count(*) ${BILLION} WHERE regexp_matches(concat(x, y), '(1|2|3)*(4|5)+.*(6|7){2,9}.*8')`],
];

describe("a statement that costs too much", () => {
  it.each(BOMBS)("is ended: %s", async (_name, sql) => {
    const service = home.limited({ ms: 600, memory: 96 * MEGABYTE, spill: 64 * MEGABYTE });
    await expect(service.query({ sql })).rejects.toMatchObject({
      code: expect.stringMatching(/^E_SQL_(?:TIMEOUT|TOO_LARGE)$/),
      message: expect.stringMatching(/was ended\. Ask for/),
    });
  });

  it("does no harm to the store, nor to the next statement", async () => {
    const service = home.limited({ ms: 600, memory: 96 * MEGABYTE });
    const running = Promise.allSettled(
      BOMBS.slice(0, 3).map(async ([, sql], i) => home.limited({ ms: 400 + i * 100 }).query({ sql })),
    );
    const writes = Array.from({ length: 20 }, (_, i) =>
      home.services.store.write([row(home.channel, (NOON + 86_400_000 + i * 1_000) as never, { power_w: i })]),
    );
    expect((await Promise.all(writes)).every(({ accepted }) => accepted === 1)).toBe(true);
    await running;
    const { rows } = await service.query({
      sql: `SELECT count(*) FROM readings WHERE time_ms >= ${NOON + 86_400_000}`,
    });
    expect(rows).toEqual([[20]]);
  });

  it("is told apart by its reason", async () => {
    const slow = home.limited({ ms: 100 }).query({ sql: BOMBS[0]?.[1] ?? "" });
    await expect(slow).rejects.toMatchObject({ code: "E_SQL_TIMEOUT", details: { ms: 100 } });
    const hungry = home.limited({ memory: -1 }).query({ sql: BOMBS[0]?.[1] ?? "" });
    await expect(hungry).rejects.toMatchObject({ code: "E_SQL_TOO_LARGE", details: { of: "memory" } });
  });
});

describe("an answer", () => {
  it("ends at its number of rows, and says so", async () => {
    const answer = await home.sql.query({ sql: "SELECT x FROM range(100000) t(x) ORDER BY x", limit: 10 });
    expect(answer.rows).toEqual(Array.from({ length: 10 }, (_, i) => [i]));
    expect(answer.cut).toBe("rows");
    expect((await home.sql.query({ sql: "SELECT x FROM range(10) t(x)", limit: 10 })).cut).toBeUndefined();
    const usual = await home.sql.query({ sql: "SELECT x FROM range(100000) t(x)" });
    expect([usual.rows.length, usual.cut]).toEqual([10_000, "rows"]);
  });

  it("ends at its size, and says so", async () => {
    const answer = await home
      .limited({ bytes: 1_000 })
      .query({ sql: "SELECT concat('reading ', x) FROM range(1000) t(x)" });
    expect(answer.rows.length).toBeLessThan(100);
    expect(answer.cut).toBe("bytes");
  });

  it("is one at a time", async () => {
    const service = home.limited({ ms: 300 });
    const first = service.query({ sql: BOMBS[0]?.[1] ?? "" });
    await expect(service.query({ sql: "SELECT 1" })).rejects.toMatchObject({ code: "E_SQL_BUSY", retryable: true });
    await expect(first).rejects.toMatchObject({ code: "E_SQL_TIMEOUT" });
    expect((await service.query({ sql: "SELECT 1" })).rows).toEqual([[1]]);
  });
});

describe("a store that closes", () => {
  it("ends the statement that runs", async () => {
    const other = await createSqlHome();
    const running = other.sql.query({ sql: BOMBS[0]?.[1] ?? "" });
    const ended = expect(running).rejects.toMatchObject({ code: expect.stringMatching(/^E_/) });
    await expect.poll(() => other.services.store.figures()).toBeDefined();
    await other.close();
    await ended;
  });
});
