import path from "node:path";
import { type Instant, milliseconds, type Range } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { describe, expect, it, onTestFinished } from "vitest";
import { DuckDb } from "../../src/store/duckdb.js";
import { IN_MEMORY } from "../../src/store/index.js";
import { ReaderPool } from "../../src/store/reader-pool.js";
import { capturedLog, createStore, MAIN, NOW, openStore, reading, rowsOf, temporaryFolder } from "./support/fixture.js";

const range: Range = { from: (NOW - 10_000) as Instant, to: (NOW + 10_000) as Instant };

/** A query that no machine ends within a test. */
const ENDLESS = "SELECT count(*) FROM range(100000000000) AS a(i) WHERE hash(i) = 42";

async function openPool(size = 2) {
  const clock = new VirtualClock(NOW);
  const database = await DuckDb.open({ path: IN_MEMORY, memoryMb: 128, threads: 1, clock, log: capturedLog() });
  const pool = await ReaderPool.create({ database, clock, size, deadline: milliseconds(5_000) });
  onTestFinished(async () => {
    await pool.close();
    database.close();
  });
  return { clock, pool };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

describe("queries", () => {
  it("are interrupted at their deadline, and the connection goes on working", async () => {
    const { clock, pool } = await openPool(1);
    const slow = pool.read((connection) => connection.all(ENDLESS));
    const outcome = expect(slow).rejects.toMatchObject({ code: "E_STORE_BUSY", retryable: true });
    await turn();
    expect(pool.load).toBe(1);
    clock.fireNext((NOW + 5_000) as Instant);
    await outcome;
    expect(await pool.read((connection) => connection.all("SELECT 1 AS one"))).toEqual([{ one: 1 }]);
    expect([pool.load, clock.pending]).toEqual([0, 0]);
  });

  it("wait for their turn, not longer than the deadline, and not in endless numbers", async () => {
    const { clock, pool } = await openPool(1);
    const first = pool.read((connection) => connection.all(ENDLESS)).catch((error: { code: string }) => error.code);
    const waiting = Array.from({ length: 64 }, () =>
      pool.read(async () => "late").catch((error: { code: string }) => error.code),
    );
    await expect(pool.read(async () => 1)).rejects.toMatchObject({ code: "E_STORE_BUSY" });
    await turn();
    while (clock.fireNext((NOW + 5_000) as Instant));
    expect(new Set([await first, ...(await Promise.all(waiting))])).toEqual(new Set(["E_STORE_BUSY"]));
    expect(await pool.read(async () => "free")).toBe("free");
  });

  it("run two at a time, in order, each with an error of its own", async () => {
    const { pool } = await openPool(2);
    const running: number[] = [];
    let most = 0;
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        pool
          .read(async (connection) => {
            running.push(n);
            most = Math.max(most, running.length);
            await connection.all("SELECT 1");
            running.splice(running.indexOf(n), 1);
            if (n === 3) await connection.all("SELECT nothing");
            return n;
          })
          .catch((error: { code: string }) => error.code),
      ),
    );
    expect(all).toEqual([0, 1, 2, "E_SQL_FAILED", 4, 5, 6, 7]);
    expect(most).toBe(2);
  });

  it("are interrupted when the pool closes, and refused afterwards", async () => {
    const { pool } = await openPool(1);
    const running = pool.read((connection) => connection.all(ENDLESS)).catch((error: Error) => error.message);
    const waiting = pool.read(async () => 1).catch((error: { code: string }) => error.code);
    await turn();
    await pool.close();
    expect(await running).toContain("INTERRUPT");
    expect(await waiting).toBe("E_STORE_BUSY");
    await expect(pool.read(async () => 1)).rejects.toMatchObject({ code: "E_STORE_BUSY" });
  });
});

describe("a table that may hold values twice", () => {
  it("is read with the first value of each to arrive", async () => {
    const file = path.join(temporaryFolder(), "t.duckdb");
    const first = await createStore({ path: file });
    await first.store.write([reading(MAIN, NOW, { power_w: 10 }), reading(MAIN, NOW + 1_000, { power_w: 20 })]);
    await first.store.close();
    // As a commit that failed and left a trace all the same, or a look-up that was too large, would leave it.
    const database = await DuckDb.open({
      path: file,
      memoryMb: 128,
      threads: 1,
      clock: new VirtualClock(NOW),
      log: capturedLog(),
    });
    const sql = await database.connect();
    await sql.run(
      'INSERT INTO hot_20260302 (channel, "at", arrival, origin, power_w) VALUES (1, ?, 9000000, 0, 99), (1, ?, 9000001, 0, 98)',
      [NOW, NOW],
    );
    await sql.run("INSERT INTO overlapping VALUES ('hot_20260302')");
    database.close();
    const { store } = await openStore({ path: file });
    const [series] = await store.series({ target: MAIN, metrics: ["power_w"], range, maxBuckets: 1 });
    // 10 W stand for a second, 20 W for the nine that are left.
    expect([series?.min[0], series?.avg[0], series?.max[0]]).toEqual([10, 19, 20]);
    expect((await rowsOf(store, MAIN)).map((row) => row.power_w)).toEqual([10, 20]);
  });
});

describe("closing", () => {
  it("ends writes and queries in order, and refuses what comes after", async () => {
    const { store } = await createStore();
    const writes = Array.from({ length: 50 }, (_, i) => store.write([reading(MAIN, NOW + i, { power_w: i })]));
    const closing = store.close();
    expect(store.close()).toBe(closing);
    expect((await Promise.all(writes)).every(({ accepted }) => accepted === 1)).toBe(true);
    await closing;
    await expect(store.write([reading(MAIN, NOW, { power_w: 1 })])).rejects.toMatchObject({
      code: "E_STORE_CLOSED",
      retryable: true,
    });
    await expect(store.series({ target: MAIN, metrics: ["power_w"], range, maxBuckets: 1 })).rejects.toMatchObject({
      code: "E_STORE_BUSY",
    });
    await expect(store.inbox.read("p" as never, 1)).rejects.toMatchObject({ code: "E_STORE_CLOSED" });
  });

  it("keeps listeners that fail away from the others and from the writer", async () => {
    const { store, counters } = await openStore();
    const seen: number[] = [];
    store.onBatch(() => {
      throw new Error("no");
    });
    const second = store.onBatch((batch) => seen.push(batch.at.length));
    expect((await store.write([reading(MAIN, NOW, { power_w: 1 })])).accepted).toBe(1);
    second[Symbol.dispose]();
    await store.write([reading(MAIN, NOW + 1, { power_w: 1 })]);
    expect([seen, counters.get("store", "listener-failed")]).toEqual([[1], 2]);
  });
});
