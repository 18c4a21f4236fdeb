import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { openStateDatabase } from "../../src/store/index.js";
import { openError, readOpenFailure } from "../../src/store/open-error.js";
import { probeAfterCrash } from "../../src/store/open-probe.js";
import { startStoreProcess } from "./support/child.js";
import {
  capturedLog,
  createStore,
  MAIN,
  makeFolder,
  NOW,
  openStore,
  reading,
  rowsOf,
  temporaryFolder,
} from "./support/fixture.js";

const COMMITS = 30;

/** A database and its log as a power cut leaves them: the first row in the file, the others in the log, one commit after the other. */
interface Image {
  readonly database: Buffer;
  readonly log: Buffer;
}

let image: Image;

beforeAll(async () => {
  const { folder, remove } = makeFolder();
  const file = path.join(folder, "telemetry.duckdb");
  const { store } = await createStore({ path: file });
  await store.write([reading(MAIN, NOW, { power_w: 0 })]);
  await store.flush();
  for (let i = 1; i <= COMMITS; i++) await store.write([reading(MAIN, NOW + i, { power_w: i })]);
  image = { database: readFileSync(file), log: readFileSync(`${file}.wal`) };
  await store.close();
  remove();
});

interface Outcome {
  /** The values, in order of time. */
  readonly rows: readonly (number | undefined)[];
  readonly repairs: readonly string[];
  /** Files beside the database and its log. */
  readonly kept: readonly string[];
  readonly health: string;
}

/** Opens a database with this log, and opens it again. */
async function openWith(log: Buffer, database = image.database): Promise<Outcome> {
  const { folder, remove } = makeFolder();
  const file = path.join(folder, "telemetry.duckdb");
  writeFileSync(file, database);
  writeFileSync(`${file}.wal`, log);
  const { store, health } = await createStore({ path: file });
  const rows = (await rowsOf(store, MAIN)).map((row) => row.power_w);
  const { repairs } = await store.status();
  const status = health.status();
  await store.close();
  const again = await createStore({ path: file });
  expect((await rowsOf(again.store, MAIN)).map((row) => row.power_w)).toEqual(rows);
  expect((await again.store.status()).repairs).toEqual([]);
  await again.store.close();
  const kept = readdirSync(folder).filter(
    (name) =>
      !name.startsWith("telemetry.duckdb.tmp") && name !== "telemetry.duckdb" && name !== "telemetry.duckdb.wal",
  );
  remove();
  return { rows, repairs, kept, health: status };
}

const upTo = (count: number): number[] => Array.from({ length: count + 1 }, (_, i) => i);

/** Whole commits only, and never fewer than all without a word. */
function expectPrefix({ rows, repairs, kept }: Outcome): void {
  expect(rows).toEqual(upTo(rows.length - 1));
  if (rows.length <= COMMITS) expect([repairs.length, kept.length]).toEqual([1, 1]);
}

function flipped(log: Buffer, byte: number, bit: number): Buffer {
  const damaged = Buffer.from(log);
  damaged[byte] = (damaged[byte] as number) ^ (1 << bit);
  return damaged;
}

describe("a write-ahead log", () => {
  it("is replayed as a whole when it is whole", async () => {
    expect(await openWith(image.log)).toEqual({ rows: upTo(COMMITS), repairs: [], kept: [], health: "ok" });
  });

  it("with zeros at its end gives everything before them, says so, and is kept", async () => {
    const { rows, repairs, kept, health } = await openWith(Buffer.concat([image.log, Buffer.alloc(4_096)]));
    expect(rows).toEqual(upTo(COMMITS));
    expect(repairs).toHaveLength(1);
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatch(/^telemetry\.duckdb\.wal\.corrupt-2026/);
    expect(health).toBe("degraded");
  });

  it("that was cut anywhere gives every commit before the cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 8, max: image.log.length - 1 }), async (length) => {
        const outcome = await openWith(image.log.subarray(0, length));
        expect(outcome.rows).toEqual(upTo(outcome.rows.length - 1));
        expect(outcome.rows.length).toBeLessThanOrEqual(COMMITS);
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  it("with one wrong bit anywhere gives every commit before it, and never fewer than all without a word", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(image.log.length - 1), fc.nat(7), async (byte, bit) =>
        expectPrefix(await openWith(flipped(image.log, byte, bit))),
      ),
      { numRuns: 25 },
    );
  }, 60_000);

  it.each([0, 1, 2, 3, 4])(
    "with its byte %d wrong, for which DuckDB would throw it away, gives everything",
    async (byte) => {
      const { rows, repairs } = await openWith(flipped(image.log, byte, 0));
      expect(rows).toEqual(upTo(COMMITS));
      expect(repairs).toHaveLength(1);
    },
  );

  it.each([
    ["zeros", Buffer.alloc(5_000)],
    ["something else", Buffer.alloc(5_000, 9)],
  ])("that was replaced by %s is kept, and the database opens as it was at its last checkpoint", async (_name, log) => {
    const { rows, repairs, kept } = await openWith(log);
    expect(rows).toEqual([0]);
    expect([repairs.length, kept.length]).toEqual([1, 1]);
  });
});

describe("a damaged telemetry database", () => {
  it.each<[string, () => Buffer]>([
    ["empty", () => Buffer.alloc(0)],
    ["all zeros", () => Buffer.alloc(100_000)],
    ["cut", () => image.database.subarray(0, 20_000)],
    ["wrong in its header", () => flipped(image.database, 100, 3)],
  ])("is kept and a new one begun when it is %s", async (_name, database) => {
    const { rows, repairs, kept, health } = await openWith(image.log, database());
    expect(rows).toEqual([]);
    expect(repairs).toHaveLength(1);
    expect(kept.filter((name) => name.includes(".damaged-"))).toHaveLength(2);
    expect(health).toBe("degraded");
  });

  it("is not what a missing one with a log is taken for: the log is kept", async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, "telemetry.duckdb");
    writeFileSync(`${file}.wal`, image.log);
    const { store } = await openStore({ path: file });
    expect((await store.status()).repairs).toHaveLength(1);
    expect(readdirSync(folder).some((name) => name.startsWith("telemetry.duckdb.wal.damaged-"))).toBe(true);
  });
});

describe("a damaged state database", () => {
  it("stays as it is, and the hub does not start", async () => {
    const file = path.join(temporaryFolder(), "state.duckdb");
    writeFileSync(file, Buffer.alloc(50_000, 1));
    const opening = openStateDatabase({ path: file, clock: new VirtualClock(NOW), log: capturedLog() });
    await expect(opening).rejects.toMatchObject({
      code: "E_STORE_DAMAGED",
      retryable: false,
      message: expect.stringContaining("backup"),
    });
    expect(readFileSync(file).equals(Buffer.alloc(50_000, 1))).toBe(true);
  });

  it("is not made anew while its log is still there", async () => {
    const file = path.join(temporaryFolder(), "state.duckdb");
    writeFileSync(`${file}.wal`, image.log);
    await expect(
      openStateDatabase({ path: file, clock: new VirtualClock(NOW), log: capturedLog() }),
    ).rejects.toMatchObject({ code: "E_STORE_DAMAGED" });
    expect(existsSync(file)).toBe(false);
  });
});

describe("a database that cannot be opened", () => {
  it("because this process has it open already", async () => {
    const file = path.join(temporaryFolder(), "telemetry.duckdb");
    await openStore({ path: file });
    await expect(openStore({ path: path.join(path.dirname(file), ".", "telemetry.duckdb") })).rejects.toMatchObject({
      code: "E_STORE_OPEN",
    });
  });

  it("because another process has it, whose log is left alone", async () => {
    const file = path.join(temporaryFolder(), "telemetry.duckdb");
    const { child, lines, ended } = startStoreProcess("endless-writer.ts", [file, "0", String(Date.now() - 3_600_000)]);
    await expect.poll(() => lines.length, { timeout: 20_000 }).toBeGreaterThan(3);
    const written = lines.length;
    for (let i = 0; i < 5; i++) {
      await expect(openStore({ path: file })).rejects.toMatchObject({
        code: "E_STORE_LOCKED",
        message: expect.stringContaining(String(child.pid)),
      });
    }
    await expect.poll(() => lines.length).toBeGreaterThan(written);
    child.kill("SIGKILL");
    await ended;
    const { store } = await openStore({ path: file });
    expect((await store.status()).repairs).toEqual([]);
  }, 60_000);

  it("because its folder cannot be made", async () => {
    const file = path.join(temporaryFolder(), "file");
    writeFileSync(file, "");
    await expect(openStore({ path: path.join(file, "telemetry.duckdb") })).rejects.toMatchObject({
      code: "E_STORE_UNREADABLE",
    });
  });

  it.each([
    [
      "IO Error: Trying to read a database file with version number 99, but we can only read versions between 64 and 67.",
      "newer",
      "E_STORE_NEWER",
    ],
    [
      'IO Error: Could not set lock on file "/d/x.duckdb": Conflicting lock is held in /usr/bin/node (PID 7). See also https://…',
      "locked",
      "E_STORE_LOCKED",
    ],
    [
      'IO Error: Failure while replaying WAL file "/d/x.duckdb.wal": Corrupt WAL file: entry at byte position 24 computed checksum 1 …',
      "wal",
      "E_STORE_DAMAGED",
    ],
    [
      'Binder Error: Failure while replaying WAL file "/d/x.duckdb.wal": Catalog "x" does not exist!',
      "replay",
      "E_STORE_DAMAGED",
    ],
    [
      'IO Error: The file "/d/x.duckdb" exists, but it is not a valid DuckDB database file!',
      "damaged",
      "E_STORE_DAMAGED",
    ],
    ['IO Error: Cannot open file "/d/x.duckdb": Permission denied', "other", "E_STORE_UNREADABLE"],
  ])("is understood from what DuckDB says: %s", (message, kind, code) => {
    const failure = readOpenFailure("/d/x.duckdb", message);
    expect(failure.kind).toBe(kind);
    expect(openError("/d/x.duckdb", failure, new Error(message))).toMatchObject({
      code,
      details: { path: "/d/x.duckdb" },
    });
  });
});

describe("an open that the process did not survive", () => {
  it("is tried in a child process first, and taken for harmless when that survives", async () => {
    const { folder, remove } = makeFolder();
    const file = path.join(folder, "telemetry.duckdb");
    writeFileSync(file, image.database);
    writeFileSync(`${file}.wal`, image.log);
    writeFileSync(`${file}.opening`, "");
    const { store } = await createStore({ path: file });
    expect(await rowsOf(store, MAIN)).toHaveLength(COMMITS + 1);
    expect((await store.status()).repairs).toEqual([]);
    await store.close();
    expect(readdirSync(folder)).toEqual(["telemetry.duckdb"]);
    remove();
  });

  it("costs the log, which is kept, when the child does not survive it either", async () => {
    const file = path.join(temporaryFolder(), "telemetry.duckdb");
    writeFileSync(file, image.database);
    writeFileSync(`${file}.wal`, image.log);
    expect(await probeAfterCrash(file, NOW, async () => false)).toEqual([]);
    writeFileSync(`${file}.opening`, "");
    expect(await probeAfterCrash(file, NOW, async () => true)).toEqual([]);
    const repairs = await probeAfterCrash(file, NOW, async () => false);
    expect(repairs).toEqual([expect.stringContaining("telemetry.duckdb.wal.corrupt-")]);
    expect(existsSync(`${file}.wal`)).toBe(false);
  });
});
