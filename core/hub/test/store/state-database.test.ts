import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ChannelId } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { describe, expect, it, onTestFinished } from "vitest";
import { DuckDb } from "../../src/store/duckdb.js";
import { IN_MEMORY, openChannelNumbers, openStateDatabase } from "../../src/store/index.js";
import { migrate } from "../../src/store/migrate.js";
import type { Migration } from "../../src/store/migrations/migration.js";
import { initialState } from "../../src/store/migrations/state/001-initial.js";
import { STATE_MIGRATIONS } from "../../src/store/migrations/state/index.js";
import { TELEMETRY_MIGRATIONS } from "../../src/store/migrations/telemetry/index.js";
import { startStoreProcess } from "./support/child.js";
import { capturedLog, NOW, temporaryFolder } from "./support/fixture.js";

const clock = new VirtualClock(NOW);
const A = "meter:a/main" as ChannelId;
const B = "meter:a/second" as ChannelId;

async function openState(file: string = IN_MEMORY) {
  const state = await openStateDatabase({ path: file, clock, log: capturedLog() });
  onTestFinished(() => state.close());
  return state;
}

describe("statements", () => {
  it("give numbers, bytes, texts and nulls back as they were given", async () => {
    const state = await openState();
    await state.run("CREATE TABLE t (i BIGINT, d DOUBLE, b BLOB, s TEXT, f BOOLEAN, n INTEGER)");
    await state.run("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", [
      2 ** 52 + 1,
      0.1,
      new Uint8Array([0, 255]),
      "ñ'\"?",
      true,
      null,
    ]);
    await state.run("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", [-5n, 3, new Uint8Array(0), "", false, 7]);
    const rows = await state.all<{ b: Uint8Array }>("SELECT * FROM t ORDER BY i");
    expect(rows.map(({ b, ...row }) => ({ ...row, b: [...b] }))).toEqual([
      { i: -5, d: 3, b: [], s: "", f: false, n: 7 },
      { i: 2 ** 52 + 1, d: 0.1, b: [0, 255], s: "ñ'\"?", f: true, n: null },
    ]);
    expect(await state.all("SELECT count(*) AS n, sum(i) AS s FROM t WHERE i > ?", [0])).toEqual([
      { n: 1, s: 2 ** 52 + 1 },
    ]);
  });

  it("fail with an error that shows the statement and none of its values", async () => {
    const state = await openState();
    const failing = state.run("INSERT INTO nothing VALUES (?)", ["a secret"]);
    await expect(failing).rejects.toMatchObject({
      code: "E_SQL_FAILED",
      details: { statement: "INSERT INTO nothing VALUES (?)" },
    });
    await failing.catch((error: Error) => expect(error.message).not.toContain("a secret"));
  });

  it("see what was written before them, and run in order", async () => {
    const state = await openState();
    const writes = Array.from({ length: 20 }, (_, i) =>
      state.run("INSERT INTO audit VALUES (?, 'hub', 'hub', NULL, 'w', 'r', 'ok', NULL)", [i]),
    );
    await Promise.all(writes);
    expect(await state.all("SELECT count(*) AS n FROM audit")).toEqual([{ n: 20 }]);
    expect(await state.all<{ key: string }>("INSERT INTO settings VALUES ('k', '1', 0, NULL) RETURNING key")).toEqual([
      { key: "k" },
    ]);
  });
});

describe("a transaction", () => {
  it("is all or nothing, and passes the error of its work on", async () => {
    const state = await openState();
    const broken = new Error("no");
    const failing = state.transaction(async (sql) => {
      await sql.run("INSERT INTO settings VALUES ('a', '1', 0, NULL)");
      throw broken;
    });
    await expect(failing).rejects.toBe(broken);
    await expect(
      state.transaction(async (sql) => {
        await sql.run("INSERT INTO settings VALUES ('a', '1', 0, NULL)");
        await sql.run("INSERT INTO settings VALUES ('a', '2', 0, NULL)");
      }),
    ).rejects.toMatchObject({ code: "E_SQL_FAILED" });
    expect(await state.all("SELECT * FROM settings")).toEqual([]);
    expect(await state.transaction(async (sql) => sql.all("SELECT 1 AS one"))).toEqual([{ one: 1 }]);
  });

  it("takes turns with others and with single statements", async () => {
    const state = await openState();
    await state.run("INSERT INTO settings VALUES ('n', '0', 0, NULL)");
    const increments = Array.from({ length: 15 }, () =>
      state.transaction(async (sql) => {
        const [row] = await sql.all<{ value: string }>("SELECT value FROM settings WHERE key = 'n'");
        await sql.run("UPDATE settings SET value = ? WHERE key = 'n'", [String(Number(row?.value) + 1)]);
      }),
    );
    await Promise.all([...increments, state.run("INSERT INTO settings VALUES ('m', '0', 0, NULL)")]);
    expect(await state.all("SELECT value FROM settings WHERE key = 'n'")).toEqual([{ value: "15" }]);
  });

  it("deletes a key and inserts it again, and updates it twice", async () => {
    const state = await openState();
    await state.run("INSERT INTO documents VALUES ('p', 'k', '1', 1, 0)");
    await state.transaction(async (sql) => {
      await sql.run("DELETE FROM documents WHERE key = 'k'");
      await sql.run("INSERT INTO documents VALUES ('p', 'k', '2', 1, 0)");
      await sql.run("UPDATE documents SET value = '3' WHERE key = 'k'");
      await sql.run(
        "INSERT INTO documents VALUES ('p', 'k', '4', 1, 0) ON CONFLICT (owner, key) DO UPDATE SET value = excluded.value, version = documents.version + 1",
      );
    });
    expect(await state.all("SELECT value, version FROM documents")).toEqual([{ value: "4", version: 2 }]);
  });

  it("refuses another one inside, and does not hang on work that waits for the database itself", async () => {
    const state = await openState();
    await expect(state.transaction(() => state.transaction(async () => 1))).rejects.toMatchObject({
      code: "E_STATE_NESTED",
    });
    const stuck = state.transaction(() => state.run("INSERT INTO settings VALUES ('a', '1', 0, NULL)"));
    const outcome = expect(stuck).rejects.toMatchObject({ code: "E_STATE_STUCK" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    clock.fireNext((clock.now() + 30_000) as never);
    await outcome;
    // The statement that was waited for had its turn afterwards.
    await expect.poll(() => state.all("SELECT key FROM settings")).toEqual([{ key: "a" }]);
  });
});

describe("channel numbers", () => {
  it("are given once, kept over a restart, and never given again", async () => {
    const file = path.join(temporaryFolder(), "state.duckdb");
    const first = await openStateDatabase({ path: file, clock, log: capturedLog() });
    const numbers = await openChannelNumbers(first, clock);
    await Promise.all([numbers.allocate([A, A]), numbers.allocate([A, B])]);
    expect([numbers.numberOf(A), numbers.numberOf(B), numbers.channelOf(2)]).toEqual([1, 2, B]);
    await first.close();
    const again = await openChannelNumbers(await openState(file), clock);
    await again.allocate(["meter:c/main" as ChannelId]);
    expect([again.numberOf(A), again.numberOf("meter:c/main" as ChannelId)]).toEqual([1, 3]);
  });
});

/** A database as version 1 wrote it, with two channels that have numbers and one that has none. */
async function oldDatabase(): Promise<string> {
  const file = path.join(temporaryFolder(), "state.duckdb");
  const open = (name: string) => DuckDb.open({ path: name, memoryMb: 64, threads: 1, clock, log: capturedLog() });
  const database = await migrate({ path: file, open, migrations: [initialState], clock, log: capturedLog() });
  const sql = await database.connect();
  await sql.run(
    "INSERT INTO devices VALUES ('meter:a', 'meter', 'a', 'Meter', NULL, NULL, NULL, 'active', 5, 6, NULL, '{}')",
  );
  for (const [id, number] of [
    [A, 3],
    [B, 8],
    ["meter:a/third", null],
  ] as const) {
    await sql.run("INSERT INTO channels (id, device, key, kind, number) VALUES (?, 'meter:a', 'k', 'meter', ?)", [
      id,
      number,
    ]);
  }
  database.close();
  return file;
}

describe("migration of an older database", () => {
  it("brings it to the present schema, and keeps the old one", async () => {
    const file = await oldDatabase();
    const old = readFileSync(file);
    const state = await openState(file);
    expect(await state.all("SELECT * FROM channel_numbers ORDER BY number")).toEqual([
      { number: 3, channel: A, allocated_at: 5 },
      { number: 8, channel: B, allocated_at: 5 },
    ]);
    expect(
      (await state.all<{ id: string }>("SELECT * FROM channels ORDER BY id")).map((row) => [row.id, "number" in row]),
    ).toEqual([
      [A, false],
      [B, false],
      ["meter:a/third", false],
    ]);
    expect(await state.all("SELECT version, name FROM schema_versions ORDER BY version")).toEqual(
      STATE_MIGRATIONS.map(({ version, name }) => ({ version, name })),
    );
    const numbers = await openChannelNumbers(state, clock);
    await numbers.allocate(["meter:a/third" as ChannelId]);
    expect([numbers.numberOf(A), numbers.numberOf("meter:a/third" as ChannelId)]).toEqual([3, 9]);
    const [snapshot] = readdirSync(path.dirname(file)).filter((name) => name.startsWith("state.duckdb.v1-"));
    expect(readFileSync(path.join(path.dirname(file), snapshot ?? "")).equals(old)).toBe(true);
  });

  it("that fails leaves it as it was", async () => {
    const file = await oldDatabase();
    const old = readFileSync(file);
    const bad: Migration = {
      version: 2,
      name: "bad",
      up: async (sql) => {
        await sql.run("DROP TABLE channels");
        await sql.run("SELECT nothing");
      },
    };
    const open = (name: string) => DuckDb.open({ path: name, memoryMb: 64, threads: 1, clock, log: capturedLog() });
    const failing = migrate({ path: file, open, migrations: [initialState, bad], clock, log: capturedLog() });
    await expect(failing).rejects.toMatchObject({ code: "E_MIGRATION_FAILED" });
    expect(readFileSync(file).equals(old)).toBe(true);
    expect(await (await openState(file)).all("SELECT count(*) AS n FROM channels")).toEqual([{ n: 3 }]);
  });

  it("that is killed in the middle leaves it as it was, and what it left is cleared away", async () => {
    const file = await oldDatabase();
    await (await openStateDatabase({ path: file, clock, log: capturedLog() })).close();
    const before = readFileSync(file);
    expect(await startStoreProcess("dying-migration.ts", [file]).ended).toBe("SIGKILL");
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(existsSync(`${file}.migrating`)).toBe(true);
    const state = await openState(file);
    expect(await state.all("SELECT count(*) AS n FROM settings")).toEqual([{ n: 0 }]);
    expect(existsSync(`${file}.migrating`)).toBe(false);
  }, 30_000);

  it("keeps two snapshots at most", async () => {
    const file = await oldDatabase();
    for (const name of ["state.duckdb.v1-20200101T000000000Z", "state.duckdb.v1-20210101T000000000Z"])
      writeFileSync(path.join(path.dirname(file), name), "");
    await openState(file);
    const snapshots = readdirSync(path.dirname(file)).filter((name) => name.includes(".v1-"));
    expect(snapshots.sort()).toEqual(["state.duckdb.v1-20210101T000000000Z", expect.stringContaining("v1-2026")]);
  });

  it("refuses one of a newer version", async () => {
    const file = await oldDatabase();
    const state = await openStateDatabase({ path: file, clock, log: capturedLog() });
    await state.run("INSERT INTO schema_versions VALUES (99, 'future', 0)");
    await state.close();
    await expect(openStateDatabase({ path: file, clock, log: capturedLog() })).rejects.toMatchObject({
      code: "E_STORE_NEWER",
      details: { version: 99 },
    });
  });

  it.each([
    ["state", STATE_MIGRATIONS],
    ["telemetry", TELEMETRY_MIGRATIONS],
  ])("has steps without a gap: %s", (_name, migrations) => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, i) => i + 1));
    expect(new Set(migrations.map(({ name }) => name)).size).toBe(migrations.length);
  });
});
