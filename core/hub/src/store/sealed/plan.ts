import { type ChannelId, days, type Instant, type MetricName, minutes, type Range } from "@vatio/plugin-api";
import type { HotTable } from "../hot-tables.js";
import type { Retention } from "../segment-types.js";
import { intersects } from "../source.js";
import { dayOf, monthOf, type Period } from "./layout.js";
import type { SealedFile } from "./sealed-file.js";

/** A day is sealed when it has been over for so long. */
const AFTER_DAY = minutes(10);
/** A month becomes one file when it has been over for so long. */
export const AFTER_MONTH = days(35);

/** A table of late rows, and the days that it has rows of. */
export interface LateTable {
  readonly table: HotTable;
  readonly days: readonly Instant[];
}

/** What there is to seal. */
export interface PlanInput {
  readonly now: Instant;
  readonly files: readonly SealedFile[];
  /** Tables of days. */
  readonly days: readonly HotTable[];
  readonly late: readonly LateTable[];
  readonly retention: Retention;
  readonly channelOf: (number: number) => ChannelId | undefined;
  /** Files that cannot be read: what they are part of waits. */
  readonly damaged: ReadonlySet<string>;
}

/** One file to write, and what it takes the place of. */
export interface Piece {
  readonly period: Period;
  /** Files whose rows are in the new one. */
  readonly files: readonly SealedFile[];
  /** Tables whose rows are all in it. */
  readonly tables: readonly HotTable[];
  /** Tables some of whose rows are in it. */
  readonly late: readonly HotTable[];
  /** All tables of late rows of whose rows none will be missing in it. */
  readonly folded: readonly string[];
  /** Values that are not kept any more: channels by metric. */
  readonly expired: ReadonlyMap<MetricName, readonly number[]>;
}

/** The plan of a round. */
export interface Plan {
  readonly pieces: readonly Piece[];
  /** Periods that wait for a file that cannot be read. */
  readonly blocked: readonly string[];
}

const isIn = (at: Instant, { from, to }: Range): boolean => at >= from && at < to;
const isMergeable = (period: Period, now: Instant): boolean => now >= period.range.to + AFTER_MONTH;

/** Which values of files have reached their age. */
function expiredOf(
  { retention, channelOf, now }: PlanInput,
  period: Period,
  files: readonly SealedFile[],
): Map<MetricName, number[]> {
  const expired = new Map<MetricName, number[]>();
  for (const [number, { metrics }] of files.flatMap(({ parts }) => [...parts])) {
    const channel = channelOf(number);
    if (channel === undefined) continue;
    for (const metric of metrics) {
      const kept = retention.daysOf(channel, metric);
      const channels = expired.get(metric) ?? [];
      if (kept === undefined || now < period.range.to + days(kept) || channels.includes(number)) continue;
      expired.set(metric, [...channels, number]);
    }
  }
  return expired;
}

/** What a period has to be made of. */
class PieceMaker {
  readonly #input: PlanInput;
  readonly #period: Period;

  constructor(input: PlanInput, period: Period) {
    this.#input = input;
    this.#period = period;
  }

  /** Undefined when its file is as it should be. */
  make(): Piece | undefined {
    const { kind, range } = this.#period;
    const files = this.#input.files.filter((file) => file.kind !== "import" && intersects(file.range, range));
    const tables = this.#input.days.filter((table) => intersects(table.range, range) && this.#isOver(table));
    const concerned = this.#input.late.filter(({ days: dates }) => dates.some((day) => isIn(day, range)));
    const late = concerned.filter((entry) => this.#isPending(entry, files)).map(({ table }) => table);
    const expired = kind === "month" ? expiredOf(this.#input, this.#period, files) : new Map();
    const isMade = files.length === 1 && files[0]?.kind === kind;
    const isChanged = tables.length > 0 || late.length > 0 || expired.size > 0;
    if (files.length + tables.length + late.length === 0 || (isMade && !isChanged)) return undefined;
    return { period: this.#period, files, tables, late, folded: concerned.map(({ table }) => table.name), expired };
  }

  #isOver({ range }: HotTable): boolean {
    return this.#input.now >= range.to + AFTER_DAY;
  }

  /** Whether a table of late rows has some of the period that are in no file yet. */
  #isPending({ table, days: dates }: LateTable, files: readonly SealedFile[]): boolean {
    const inPeriod = dates.filter((day) => isIn(day, this.#period.range));
    const isFolded = (day: Instant): boolean =>
      files.some(({ range, folded }) => isIn(day, range) && folded.includes(table.name));
    return !inPeriod.every(isFolded);
  }
}

/** Periods that something is to be done about, perhaps. */
function periodsOf(input: PlanInput): Period[] {
  const { now, files, days: tables, late } = input;
  const begins = [
    ...files.filter(({ kind }) => kind !== "import").map(({ range }) => range.from),
    ...tables.map(({ range }) => range.from),
    ...late.flatMap(({ days: dates }) => dates),
  ];
  const periods = begins.map((at) => {
    const month = monthOf(at);
    const isMonth = files.some(({ kind, range }) => kind === "month" && intersects(range, month.range));
    return isMonth || isMergeable(month, now) ? month : dayOf(at);
  });
  const byBegin = new Map(periods.map((period) => [`${period.kind} ${period.range.from}`, period]));
  return [...byBegin.values()].sort((a, b) => a.range.from - b.range.from);
}

/** What is due: days that are over, days with late rows, months that are old enough, months with values that reached their age. */
export function planRound(input: PlanInput): Plan {
  const pieces = periodsOf(input).flatMap((period) => new PieceMaker(input, period).make() ?? []);
  const isBlocked = (piece: Piece): boolean => piece.files.some(({ path }) => input.damaged.has(path));
  return {
    pieces: pieces.filter((piece) => !isBlocked(piece)),
    blocked: pieces.filter(isBlocked).flatMap(({ files }) => files.map(({ path }) => path)),
  };
}
