import { median, percentile, thousands } from "../lib/figures.js";
import { type IngestResult, measureIngest, measureSteadyCommits } from "./ingest.js";
import { measureDay } from "./queries.js";
import { measureRawAppender } from "./raw-appender.js";

const ROWS = 1_000_000;
const SINGLE_ROWS = 300_000;
/** Turns of baseline and store, so that whatever else the machine does meets both; the best of each counts. */
const ROUNDS = 3;

const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

type Row = readonly [name: string, value: string, note: string];

function ingestRow(name: string, { rowsPerSecond }: IngestResult, baseline: number): Row {
  return [name, `${thousands(rowsPerSecond)} rows/s`, `${(rowsPerSecond / baseline).toFixed(2)} of the raw appender`];
}

function commitRow(name: string, { commits }: IngestResult): Row {
  return [
    name,
    `p50 ${ms(median(commits))}  p99 ${ms(percentile(commits, 0.99))}`,
    `longest ${ms(Math.max(...commits))}, ${commits.length} commits`,
  ];
}

function table(rows: readonly Row[]): string[] {
  const width = (column: 0 | 1): number => Math.max(...rows.map((row) => row[column].length));
  const [name, value] = [width(0), width(1)];
  return rows.map((row) => `  ${row[0].padEnd(name)}  ${row[1].padStart(value)}   ${row[2]}`);
}

async function measureRounds(): Promise<{ baseline: number; single: IngestResult; sixty: IngestResult }> {
  const [baselines, singles, sixties]: [number[], IngestResult[], IngestResult[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    baselines.push(await measureRawAppender(ROWS));
    singles.push(await measureIngest(1, SINGLE_ROWS));
    sixties.push(await measureIngest(60, ROWS));
  }
  const best = (results: IngestResult[]): IngestResult =>
    results.reduce((a, b) => (b.rowsPerSecond > a.rowsPerSecond ? b : a));
  return { baseline: Math.max(...baselines), single: best(singles), sixty: best(sixties) };
}

/** Measures the telemetry store alone: sustained durable ingest, commits, bytes and queries. Ratios are to DuckDB's own appender in the same run. */
export async function runStoreBench(print: (line: string) => void): Promise<void> {
  const { baseline, single, sixty } = await measureRounds();
  const steady = await measureSteadyCommits(25, 100);
  const day = await measureDay();
  print("\nTelemetry store alone, six metrics a row, durable");
  const rows: Row[] = [
    [
      "raw appender, groups of 8192",
      `${thousands(baseline)} rows/s`,
      "the baseline: no checks, no duplicates sorted out",
    ],
    ingestRow("writes of 1 row", single, baseline),
    ingestRow("writes of 60 rows", sixty, baseline),
    commitRow("commit at 500 rows/s", steady),
    commitRow("commit at full load", sixty),
    ["a day of 10 meters at 1 Hz", `${day.bytesPerSample.toFixed(2)} bytes/sample`, "hot, before sealing"],
    ["start to first answer", ms(day.openMs), "after a good end"],
    ["1 h in at most 1000 buckets", ms(day.hourMs), "one metric"],
    ["24 h in at most 1000 buckets", ms(day.dayMs), "one metric, target <= 15 ms"],
    ["24 h in at most 1000 buckets", ms(day.dayAllMetricsMs), "six metrics"],
    ["export", `${thousands(day.exportRowsPerSecond)} rows/s`, "six metrics"],
  ];
  for (const line of table(rows)) print(line);
}
