import type { Instant } from "@vatio/plugin-api";

const TEN_MINUTES_S = 600;
const MINUTE_S = 60;

/** A year of minutes and a little more: a longer file is not a meter's. */
const MOST_ROWS = 600_000;

/** What an energy meter of the first generation has written down, as columns in order of time. */
export interface Gen1History {
  /** Begins of the spans. */
  readonly at: Float64Array;
  readonly periodS: Float64Array;
  readonly importWh: Float64Array;
  readonly exportWh: Float64Array;
  /** Lines that could not be used, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

interface Line {
  readonly at: Instant;
  readonly importWh: number;
  readonly exportWh: number;
}

const TIME = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d)(?::(\d\d))?$/;
const NUMBER = /^(?:\d+(?:\.\d*)?|\.\d+)$/;

const numberOf = (cell: string | undefined): number =>
  cell !== undefined && NUMBER.test(cell.trim()) ? Number(cell) : Number.NaN;

function instantOf(cell: string): Instant | undefined {
  const [, ...parts] = TIME.exec(cell.trim()) ?? [];
  if (parts.length === 0) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map((part) => Number(part ?? 0));
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const same = new Date(at).toISOString().startsWith(`${parts[0]}-${parts[1]}-${parts[2]}T${parts[3]}:${parts[4]}`);
  return same && at >= 1e12 ? (at as Instant) : undefined;
}

/**
 * `/emeter/<i>/em_data.csv`: `Date/time UTC`, active and returned energy in Wh. Old times lie ten minutes apart, new ones one; the lines are
 * in no order, and some come twice. Never throws.
 */
export function parseGen1Csv(text: string): Gen1History {
  const dropped: Record<string, number> = {};
  const lines = new Map<number, Line>();
  const [head = "", ...rows] = text.split("\n", MOST_ROWS + 1);
  const columns = columnsOf(head);
  if (!columns) dropped["not-an-answer"] = 1;
  for (const row of columns ? rows : []) {
    if (row.trim() === "") continue;
    const line = columns && lineOf(row, columns);
    const reason = line && lines.has(line.at) ? "repeated" : "bad-row";
    if (line && !lines.has(line.at)) lines.set(line.at, line);
    else dropped[reason] = (dropped[reason] ?? 0) + 1;
  }
  return { ...columnar([...lines.values()].sort((a, b) => a.at - b.at)), dropped };
}

interface Columns {
  readonly time: number;
  readonly active: number;
  readonly returned?: number;
}

function lineOf(row: string, { time, active, returned }: Columns): Line | undefined {
  const cells = row.split(",", 32);
  const at = instantOf(cells[time] ?? "");
  const importWh = numberOf(cells[active]);
  const exportWh = returned === undefined ? 0 : numberOf(cells[returned]);
  return at === undefined || !isEnergy(importWh) || !isEnergy(exportWh) ? undefined : { at, importWh, exportWh };
}

/** No clamp of a Shelly measures 6 MW. */
const isEnergy = (wh: number): boolean => wh >= 0 && wh <= 1e6;

function columnsOf(head: string): Columns | undefined {
  const names = head
    .replace(/^\uFEFF/, "")
    .split(",", 32)
    .map((name) => name.trim().toLowerCase());
  const find = (start: string): number => names.findIndex((name) => name.startsWith(start));
  const [time, active, returned] = [find("date/time utc"), find("active energy wh"), find("returned energy wh")];
  if (time < 0 || active < 0) return undefined;
  return { time, active, ...(returned < 0 ? {} : { returned }) };
}

function columnar(lines: readonly Line[]): Omit<Gen1History, "dropped"> {
  const column = (value: (line: Line) => number): Float64Array => Float64Array.from(lines, value);
  const at = column((line) => line.at);
  return {
    at,
    periodS: periods(at),
    importWh: column((line) => line.importWh),
    exportWh: column((line) => line.exportWh),
  };
}

/** A line lasts until the next one where these are one or ten minutes apart; before a hole it lasts as long as the line before it. */
function periods(at: Float64Array): Float64Array {
  const found = new Float64Array(at.length);
  const isPeriod = (seconds: number): boolean => seconds === MINUTE_S || seconds === TEN_MINUTES_S;
  let last = MINUTE_S;
  for (let i = 0; i < at.length; i++) {
    const toNext = ((at[i + 1] ?? Number.NaN) - (at[i] as number)) / 1_000;
    if (isPeriod(toNext)) last = toNext;
    found[i] = Math.min(last, Number.isNaN(toNext) ? last : toNext);
  }
  return found;
}
