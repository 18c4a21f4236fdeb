import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startStoreProcess } from "../support/child.js";
import { checkStore } from "../support/sealing-check.js";

const SEED = Number(process.env.VATIO_SEED ?? Date.now() % 2 ** 31);
/** Kills at random moments, beside those at each step. */
const KILLS = Number(process.env.VATIO_SEAL_KILLS ?? 6);
/** Lives that run at a time. */
const AT_ONCE = 2;

interface Life {
  readonly folder: string;
  /** `<phase> <step>`, in their order. */
  readonly steps: readonly string[];
  /** Watts that were acknowledged, by channel and instant. */
  readonly stored: ReadonlyMap<string, number>;
  readonly failures: readonly string[];
  readonly ended: NodeJS.Signals | number | null;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Lets a store write, seal, merge and import until it dies at a step, or after some time. */
async function liveUntil(kill: { step?: number; after?: number }, rows: number): Promise<Life> {
  const folder = mkdtempSync(path.join(tmpdir(), "vatio-seal-kill-"));
  folders.push(folder);
  const file = path.join(folder, "telemetry.duckdb");
  const { child, lines, ended } = startStoreProcess("sealing-child.ts", [file, String(kill.step ?? 0), String(rows)]);
  if (kill.after !== undefined) {
    const begun = (): boolean => lines.some((line) => line.startsWith("day "));
    for (let tries = 0; tries < 2_000 && !begun(); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, kill.after));
    child.kill("SIGKILL");
  }
  const how = await ended;
  const stored = lines.filter((line) => line.startsWith("stored ")).map((line) => line.split(" "));
  return {
    folder,
    steps: lines.filter((line) => /^(day|late|import|month|remove) /.test(line)),
    stored: new Map(stored.map(([, channel, at, watts]) => [`${channel} ${at}`, Number(watts)])),
    failures: lines.filter((line) => line.startsWith("failed ")),
    ended: how,
  };
}

/** Everything that is held: rows of tables and of the files that count, each as often as it is there. */
async function held(folder: string): Promise<Map<string, number[]>> {
  const instance = await DuckDBInstance.create(path.join(folder, "telemetry.duckdb"));
  const sql = await instance.connect();
  const all = async (statement: string): Promise<readonly unknown[][]> => (await sql.run(statement)).getRowsJson();
  const tables = await all(
    "SELECT table_name FROM duckdb_columns() WHERE column_name = 'power_w' AND regexp_matches(table_name, '^(hot|late)')",
  );
  const files = await all("SELECT path FROM segments WHERE kind <> 'import'");
  const from = [
    ...tables.map(([name]) => String(name)),
    ...files.map(([name]) => `'${path.join(folder, "readings", String(name))}'`),
  ];
  const found = new Map<string, number[]>();
  const channels = ["", "meter:a1/main", "meter:b2/main"];
  for (const source of from) {
    for (const [channel, at, watts] of await all(
      `SELECT channel, "at", power_w FROM ${source} WHERE power_w IS NOT NULL`,
    )) {
      const key = `${channels[Number(channel)]} ${at}`;
      found.set(key, [...(found.get(key) ?? []), Number(watts)]);
    }
  }
  sql.closeSync();
  instance.closeSync();
  return found;
}

const filesOf = (folder: string): string[] =>
  readdirSync(path.join(folder, "readings"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.includes("."))
    .map((name) => name.split(path.sep).join("/"))
    .sort();

/** Starts once more on what a life left behind, seals all that is due, and compares. */
async function expectWhole(life: Life): Promise<void> {
  const answer = await checkStore(path.join(life.folder, "telemetry.duckdb"));
  const wanted = Object.fromEntries(life.stored);
  expect(answer.before).toMatchObject(wanted);
  expect(answer.after).toEqual(answer.before);
  expect({ failures: answer.failures, problems: answer.problems }).toEqual({ failures: [], problems: [] });
  const rows = await held(life.folder);
  const twice = [...rows].filter(([, watts]) => watts.length > 1);
  expect(twice).toEqual([]);
  expect([...life.stored].filter(([key, watts]) => rows.get(key)?.[0] !== watts)).toEqual([]);
  if (existsSync(path.join(life.folder, "readings"))) expect(filesOf(life.folder)).toEqual([...answer.files].sort());
}

/** Runs pieces of work, some at a time. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

describe("a store that is killed while it seals", () => {
  let whole: Life;

  beforeAll(async () => {
    whole = await liveUntil({}, 20);
  }, 60_000);

  it("gets through all of it when nothing happens", { timeout: 60_000 }, async () => {
    expect({ ended: whole.ended, failures: whole.failures }).toEqual({ ended: 0, failures: [] });
    const phases = new Set(whole.steps.map((line) => line.split(" ")[0]));
    expect([...phases]).toEqual(["day", "late", "import", "month", "remove"]);
    await expectWhole(whole);
  });

  it("has lost nothing and holds nothing twice, in whichever step it was", { timeout: 900_000 }, async () => {
    const first = whole.steps.flatMap((line, i) => (whole.steps.indexOf(line) === i ? [i + 1] : []));
    expect(first.length).toBeGreaterThan(30);
    await each(first, async (step) => {
      const life = await liveUntil({ step }, 20);
      expect(life.ended).toBe("SIGKILL");
      await expectWhole(life);
    });
  });

  it(`nor at any other moment of ${KILLS}`, { timeout: 400_000 }, async () => {
    process.stdout.write(`Kills with seed ${SEED}: VATIO_SEED repeats the delays.\n`);
    const delays = fc.sample(fc.integer({ min: 0, max: 700 }), { numRuns: KILLS, seed: SEED });
    await each(delays, async (after) => expectWhole(await liveUntil({ after }, 80_000)));
  });
});
