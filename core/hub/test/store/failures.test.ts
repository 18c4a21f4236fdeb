import { existsSync } from "node:fs";
import path from "node:path";
import { milliseconds, text, VatioError } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { describe, expect, it } from "vitest";
import type { Generation } from "../../src/store/generation.js";
import { GroupCommit, type GroupCommitOptions } from "../../src/store/group-commit.js";
import { SerialQueue } from "../../src/store/serial-queue.js";
import { startStoreProcess } from "./support/child.js";
import { MAIN, NOW, openStore, reading, rowsOf, temporaryFolder } from "./support/fixture.js";

describe("a disk that is nearly full", () => {
  it("stops storing, says so, and goes on when there is room again", async () => {
    let free = 900 * 1024 * 1024;
    const { store, clock, counters, health } = await openStore({
      freeSpace: async () => free,
      config: { minFreeMb: 500 },
    });
    await store.write([reading(MAIN, NOW, { power_w: 1 })]);
    free = 100 * 1024 * 1024;
    clock.jumpTo((NOW + 11_000) as never);
    expect(await store.status()).toMatchObject({
      freeBytes: free,
      blocked: text("health.disk-low", { free: "100 MB" }),
    });
    const refused = store.write([reading(MAIN, NOW + 1, { power_w: 2 })]);
    await expect(refused).rejects.toMatchObject({ code: "E_STORE_DISK_FULL", retryable: true });
    await expect(store.inbox.put("p" as never, {} as never)).rejects.toMatchObject({ code: "E_STORE_DISK_FULL" });
    expect(counters.get("store", "write-refused", "E_STORE_DISK_FULL")).toBe(2);
    expect(health.status()).toBe("failed");
    free = 900 * 1024 * 1024;
    clock.jumpTo((NOW + 14_000) as never);
    expect((await store.write([reading(MAIN, NOW + 1, { power_w: 2 })])).accepted).toBe(1);
    expect((await store.status()).blocked).toBeUndefined();
    expect(health.status()).toBe("ok");
    expect(await rowsOf(store, MAIN)).toHaveLength(2);
  });
});

// A limit on the size of files makes DuckDB fail as a full disk does: in the log, or in the file itself.
const canLimit = existsSync("/usr/bin/prlimit") && existsSync("/bin/bash");

describe.skipIf(!canLimit)("a disk that fills up while DuckDB writes", () => {
  const run = async (what: "log" | "file", limitKb: number | "unlimited") => {
    const { lines, ended } = startStoreProcess(
      "full-disk.ts",
      [path.join(temporaryFolder(), "t.duckdb"), what],
      limitKb,
    );
    expect(await ended).toBe(0);
    return JSON.parse(lines.at(-1) ?? "{}") as {
      stored: number;
      rows: number;
      codes: Record<string, number>;
      reopened: number;
      health: string;
    };
  };

  it("fails the commits, which are sent again, and loses nothing", async () => {
    const { stored, rows, codes, health } = await run("log", 2_000);
    expect(codes).toEqual({ "E_STORE_DISK_FULL true": 5 });
    expect([rows, health]).toEqual([stored, "ok"]);
  }, 60_000);

  it("fails the database for good, which is opened again by itself, and loses nothing", async () => {
    const { stored, rows, codes, reopened, health } = await run("file", "unlimited");
    expect(codes["E_STORE_FATAL true"]).toBeGreaterThanOrEqual(5);
    expect(reopened).toBe(1);
    expect([rows, health]).toEqual([stored, "ok"]);
  }, 60_000);
});

describe("group commit", () => {
  interface Harness {
    readonly commit: GroupCommit;
    readonly clock: VirtualClock;
    readonly stored: Generation[];
    /** Ends the commit that is under way. */
    settle(error?: VatioError): Promise<void>;
    readonly failed: (readonly Generation[])[];
  }

  function harness(options: Partial<GroupCommitOptions> = {}): Harness {
    const clock = new VirtualClock(NOW);
    const stored: Generation[] = [];
    const failed: (readonly Generation[])[] = [];
    const underWay: { resolve: () => void; reject: (error: VatioError) => void }[] = [];
    const commit = new GroupCommit({
      clock,
      queue: new SerialQueue(),
      commitMs: milliseconds(250),
      whenIdle: false,
      maxRows: 10,
      hardCap: 20,
      store: (generation) => {
        stored.push(generation);
        return new Promise((resolve, reject) => underWay.push({ resolve, reject }));
      },
      onCommitted: () => undefined,
      onFailed: (generations) => failed.push(generations),
      ...options,
    });
    const settle = async (error?: VatioError): Promise<void> => {
      await turn();
      const settlers = underWay.shift();
      if (error) settlers?.reject(error);
      else settlers?.resolve();
      await turn();
    };
    return { commit, clock, stored, settle, failed };
  }

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  const add = (commit: GroupCommit, rows: number): Promise<string> => {
    commit.open.rows += rows;
    return commit.touch().then(
      () => "stored",
      (error: VatioError) => error.code,
    );
  };

  it("waits for its time, and not for more", async () => {
    const { commit, clock, stored, settle } = harness();
    const done = add(commit, 1);
    await turn();
    expect(stored).toHaveLength(0);
    expect(clock.nextDue).toBe(NOW + 250);
    clock.fireNext((NOW + 250) as never);
    await settle();
    expect(await done).toBe("stored");
    expect([stored.length, clock.pending, commit.isIdle]).toEqual([1, 0, true]);
  });

  it("begins at once with many rows, one at a time, while the next group fills", async () => {
    const { commit, stored, settle } = harness();
    const first = add(commit, 10);
    await turn();
    const second = add(commit, 12);
    await turn();
    expect(stored.map(({ rows }) => rows)).toEqual([10]);
    await settle();
    expect(await first).toBe("stored");
    expect(stored.map(({ rows }) => rows)).toEqual([10, 12]);
    await settle();
    expect(await second).toBe("stored");
  });

  it("has no room beyond its cap until the commit is over", async () => {
    const { commit, settle } = harness();
    void add(commit, 10);
    await turn();
    void add(commit, 15);
    expect(commit.roomFor(5)).toBeUndefined();
    const room = commit.roomFor(6);
    expect(room).toBeInstanceOf(Promise);
    await settle();
    await room;
    expect(commit.roomFor(1_000)).toBeUndefined();
    await settle();
  });

  it("refuses what rests on a commit that failed, and undoes both, the newest first", async () => {
    const { commit, settle, failed } = harness();
    const undone: string[] = [];
    commit.open.onFailure(() => undone.push("first a"));
    commit.open.onFailure(() => undone.push("first b"));
    const first = add(commit, 10);
    await turn();
    commit.open.onFailure(() => undone.push("second"));
    const second = add(commit, 1);
    await settle(new VatioError("E_SQL_FAILED", "No."));
    expect([await first, await second]).toEqual(["E_STORE_COMMIT", "E_STORE_COMMIT"]);
    expect(undone).toEqual(["second", "first b", "first a"]);
    expect(failed.map((generations) => generations.map(({ rows }) => rows))).toEqual([[10, 1]]);
    expect(commit.figures).toMatchObject({ commits: 0, failures: 1 });
    const third = add(commit, 10);
    await settle();
    expect(await third).toBe("stored");
  });

  it("is flushed to the end, whether it works or not", async () => {
    const { commit, settle } = harness();
    const first = add(commit, 1);
    const flushed = commit.flush();
    await turn();
    const second = add(commit, 1);
    await settle();
    await settle(new VatioError("E_SQL_FAILED", "No."));
    await flushed;
    expect([await first, await second, commit.isIdle]).toEqual(["stored", "E_STORE_COMMIT", true]);
  });

  it("commits when it is idle, without the clock, what came in one turn together", async () => {
    const { commit, stored, settle, clock } = harness({ whenIdle: true });
    const all = [add(commit, 1), add(commit, 1)];
    await turn();
    all.push(add(commit, 3));
    await settle();
    await settle();
    expect(await Promise.all(all)).toEqual(["stored", "stored", "stored"]);
    expect([stored.map(({ rows }) => rows), clock.pending]).toEqual([[2, 3], 0]);
  });
});
