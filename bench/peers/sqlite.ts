import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { METER_METRICS } from "../store/simulated-meter.js";
import { isInstalled, residentBytes } from "./child-engine.js";
import { DAY_MS, type DataSet, type MeterBlock } from "./data-set.js";
import type { Engine, EngineKind, Question } from "./peer.js";

const HOUR = 3_600_000;
const END = "--end--";
/** Integers take less room in SQLite than floating point numbers. */
const SCALE = 1_000;

const three = (metric: string): string => `min(${metric}), avg(${metric}), max(${metric})`;

function statementOf(question: Question, { from, to }: DataSet): string {
  const since = (span: number): string => `m = 0 AND at >= ${Math.max(from, to - span)} AND at < ${to}`;
  const energy = (span: number, step: number): string =>
    `SELECT at / ${step}, max(energy_import_wh) - min(energy_import_wh) FROM meter WHERE ${since(span)} GROUP BY 1`;
  switch (question) {
    case "last":
      return "SELECT power_w FROM meter WHERE m = 0 ORDER BY at DESC LIMIT 1";
    case "day":
      return `SELECT at / 86400, ${three("power_w")} FROM meter WHERE ${since(DAY_MS)} GROUP BY 1`;
    case "dayAll":
      return `SELECT at / 86400, ${METER_METRICS.map(three).join(", ")} FROM meter WHERE ${since(DAY_MS)} GROUP BY 1`;
    case "dailyMonth":
      return energy(30 * DAY_MS, DAY_MS);
    case "hourlyAll":
      return energy(to - from, HOUR);
  }
}

/** Rows of the inserts of one day of a meter. */
function* csvOf({ meter, at, columns }: MeterBlock): Generator<string> {
  const values = Object.values(columns);
  for (let first = 0; first < at.length; first += 5_000) {
    const lines: string[] = [];
    for (let row = first; row < Math.min(at.length, first + 5_000); row++)
      lines.push(
        `${meter},${at[row]},${values.map((column) => Math.round((column[row] as number) * SCALE)).join(",")}\n`,
      );
    yield lines.join("");
  }
}

class Sqlite implements Engine {
  readonly name = "SQLite";
  readonly #file: string;
  #shell: ChildProcessWithoutNullStreams | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  async load(data: DataSet): Promise<void> {
    const columns = METER_METRICS.map((metric) => `${metric} INTEGER`).join(", ");
    const create = `CREATE TABLE meter(m INTEGER, at INTEGER, ${columns}, PRIMARY KEY(m, at)) WITHOUT ROWID`;
    const setUp = ["PRAGMA journal_mode=WAL", create, ".mode csv"].flatMap((command) => ["-cmd", command]);
    const loader = spawn("sqlite3", [...setUp, this.#file, ".import '|cat' meter"]);
    loader.stdout.resume();
    for (const block of data.blocks()) {
      for (const text of csvOf(block)) if (!loader.stdin.write(text)) await once(loader.stdin, "drain");
    }
    loader.stdin.end();
    await once(loader, "exit");
    this.#shell = spawn("sqlite3", ["-readonly", this.#file]);
  }

  async bytes(): Promise<number> {
    return statSync(this.#file).size;
  }

  memory(): number {
    return residentBytes(this.#shell?.pid);
  }

  async ask(question: Question, data: DataSet): Promise<number> {
    const shell = this.#shell;
    if (!shell) throw new Error("Nothing was loaded.");
    shell.stdin.write(`${statementOf(question, data)};\n.print ${END}\n`);
    let answer = "";
    while (!answer.includes(END)) {
      const [chunk] = (await once(shell.stdout, "data")) as [Buffer];
      answer += chunk.toString("utf8");
    }
    return answer.split("\n").length - 2;
  }

  async stop(): Promise<void> {
    const shell = this.#shell;
    if (!shell) return;
    shell.stdin.end();
    await once(shell, "exit");
  }
}

/** SQLite with its own command line. */
export const sqlite: EngineKind = {
  name: "SQLite",
  missing: () => (isInstalled("sqlite3") ? undefined : "sqlite3 is not installed (Debian: sqlite3)"),
  start: async (folder) => {
    mkdirSync(folder, { recursive: true });
    return new Sqlite(path.join(folder, "bench.sqlite"));
  },
};
