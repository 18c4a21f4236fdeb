import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { systemClock } from "../../core/hub/src/clock.js";
import { median } from "../lib/figures.js";
import { DAY_MS, type DataSet, makeDataSet } from "./data-set.js";
import { influxDb } from "./influxdb.js";
import { type Engine, type EngineKind, QUESTIONS, type Question } from "./peer.js";
import { sqlite } from "./sqlite.js";
import { vatio } from "./vatio.js";
import { victoriaMetrics } from "./victoria-metrics.js";

const ENGINES: readonly EngineKind[] = [vatio, victoriaMetrics, influxDb, sqlite];
const RUNS = 7;
const ASKED = Object.keys(QUESTIONS) as Question[];

/** What was measured of one engine. */
interface Measured {
  readonly name: string;
  readonly bytesPerSample: number;
  readonly samplesPerSecond: number;
  readonly memory: number;
  readonly milliseconds: Readonly<Record<Question, number>>;
}

/** How much is measured. */
export interface PeerBenchOptions {
  /** Days of one meter at one reading a second. */
  readonly days: number;
  /** Days of 50 meters at one reading in ten seconds. */
  readonly fleetDays: number;
}

async function timed(engine: Engine, question: Question, data: DataSet): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const started = performance.now();
    const values = await engine.ask(question, data);
    times.push(performance.now() - started);
    if (values === 0) throw new Error(`${engine.name} had no answer to "${QUESTIONS[question]}".`);
  }
  return median(times);
}

async function measure(kind: EngineKind, data: DataSet): Promise<Measured> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "vatio-bench-peer-"));
  const engine = await kind.start(path.join(folder, "data"));
  try {
    const started = performance.now();
    await engine.load(data);
    const seconds = (performance.now() - started) / 1_000;
    const milliseconds = {} as Record<Question, number>;
    for (const question of ASKED) milliseconds[question] = await timed(engine, question, data);
    const bytesPerSample = (await engine.bytes()) / data.samples;
    return {
      name: kind.name,
      bytesPerSample,
      samplesPerSecond: data.samples / seconds,
      memory: engine.memory(),
      milliseconds,
    };
  } finally {
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const rounded = (value: number): string => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en"));

/** A figure and, in brackets, how many times that of Vatio it is. */
const beside = (value: number, own: number): string => `${rounded(value)} (${(value / own).toFixed(1)} x)`;

function printTable(data: DataSet, measured: readonly Measured[], print: (line: string) => void): void {
  const [own] = measured;
  if (!own) return;
  const line = (name: string, cells: readonly string[]): string =>
    `  ${name.padEnd(40)}${cells.map((cell) => cell.padStart(22)).join("")}`;
  const row = (name: string, of: (one: Measured) => number): string =>
    line(
      name,
      measured.map((one) => beside(of(one), of(own))),
    );
  print(`\n${data.name}, ${Math.round(data.samples / 1e6).toLocaleString("en")} M samples`);
  print(
    line(
      "",
      measured.map(({ name }) => name),
    ),
  );
  print(row("bytes per sample", ({ bytesPerSample }) => bytesPerSample));
  print(row("loading until at rest, k samples/s", ({ samplesPerSecond }) => samplesPerSecond / 1_000));
  for (const question of ASKED) print(row(`${QUESTIONS[question]}, ms`, ({ milliseconds }) => milliseconds[question]));
  print(row("resident memory afterwards, MB", ({ memory }) => memory / 1e6));
}

/** Measures Vatio and the engines that are installed on the same readings, one after the other. */
export async function runPeerBench(
  { days, fleetDays }: PeerBenchOptions,
  print: (line: string) => void,
): Promise<void> {
  const to = Math.floor(systemClock.now() / DAY_MS) * DAY_MS;
  const present = ENGINES.filter((kind) => {
    const missing = kind.missing();
    if (missing !== undefined) print(`Left out: ${kind.name}. ${missing}.`);
    return missing === undefined;
  });
  const sets = [
    { name: `One meter at 1 Hz, ${days} days`, meters: 1, stepMs: 1_000, days, to },
    { name: `50 meters each 10 s, ${fleetDays} days`, meters: 50, stepMs: 10_000, days: fleetDays, to },
  ];
  for (const data of sets.filter((set) => set.days > 0).map(makeDataSet)) {
    const measured: Measured[] = [];
    for (const kind of present) measured.push(await measure(kind, data));
    printTable(data, measured, print);
  }
}
