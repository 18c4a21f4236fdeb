import path from "node:path";
import type { PluginId } from "@vatio/plugin-api";
import { expect, it } from "vitest";
import { systemClock } from "../../src/clock.js";
import { DuckDb } from "../../src/store/duckdb.js";
import { startStoreProcess } from "./support/child.js";
import { capturedLog, openStore, temporaryFolder } from "./support/fixture.js";

const ROUNDS = 12;
/** Batches that are sent again after each crash, beside those that were not acknowledged. */
const REDELIVERED = 8;

async function killAtSomeMoment(file: string, first: number, begin: number): Promise<readonly number[]> {
  const { child, lines, ended } = startStoreProcess("endless-writer.ts", [file, String(first), String(begin)]);
  await expect.poll(() => lines.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 400));
  child.kill("SIGKILL");
  expect(await ended).toBe("SIGKILL");
  return lines.map(Number);
}

interface Stored {
  readonly framed: readonly number[];
  readonly timed: readonly number[];
}

/** Every row as it lies in the tables, without what reading does about duplicates. */
async function storedIn(file: string): Promise<Stored> {
  const database = await DuckDb.open({ path: file, memoryMb: 128, threads: 1, clock: systemClock, log: capturedLog() });
  try {
    const connection = await database.connect();
    const tables = await connection.all<{ name: string }>(
      "SELECT table_name AS name FROM duckdb_tables() WHERE table_name LIKE 'hot%'",
    );
    const all = tables.map(({ name }) => `SELECT * FROM ${name}`).join(" UNION ALL BY NAME ");
    const rows = await connection.all<Record<string, number | null>>(
      `SELECT * EXCLUDE ("at", arrival, origin) FROM (${all})`,
    );
    const sampleOf = ({ channel: _, ...values }: Record<string, number | null>): number =>
      Object.values(values).find((value) => value !== null) ?? -1;
    const of = (channel: number): number[] => rows.filter((row) => row.channel === channel).map(sampleOf);
    return { framed: of(1), timed: of(2) };
  } finally {
    database.close();
  }
}

it("loses nothing that it acknowledged and stores nothing twice, killed at any moment", async () => {
  const file = path.join(temporaryFolder(), "telemetry.duckdb");
  const begin = systemClock.now() - 20_000_000;
  const acknowledged = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    const first = Math.max(0, Math.max(-1, ...acknowledged) + 1 - REDELIVERED);
    for (const n of await killAtSomeMoment(file, first, begin)) acknowledged.add(n);
  }
  expect(acknowledged.size).toBeGreaterThan(ROUNDS);
  const newest = Math.max(...acknowledged);

  const { store } = await openStore({ path: file });
  const messages = await store.inbox.read("away" as PluginId, 1_000_000);
  const inbox = new Set(messages.map(({ topic }) => Number(topic.slice(2))));
  expect([...acknowledged].filter((n) => !inbox.has(n))).toEqual([]);
  expect(messages.map(({ id }) => id)).toEqual([...messages].map(({ id }) => id).sort((a, b) => a - b));
  expect((await store.status()).repairs).toEqual([]);
  await store.close();

  const { framed, timed } = await storedIn(file);
  expect(new Set(framed).size).toBe(framed.length);
  expect(new Set(timed).size).toBe(timed.length);
  const missing = (found: readonly number[], count: number): number[] => {
    const all = new Set(found);
    return Array.from({ length: count }, (_, n) => n).filter((n) => !all.has(n));
  };
  // Whatever one run left open the next one sent again: up to the newest, everything was acknowledged.
  expect(missing(timed, newest + 1)).toEqual([]);
  expect(missing(framed, (newest + 1) * 10)).toEqual([]);
}, 120_000);
