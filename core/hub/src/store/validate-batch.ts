import type { Metric, MetricRegistry } from "@vatio/model";
import { type Batch, type ChannelId, type MetricName, type Origin, VatioError } from "@vatio/plugin-api";
import { getOrMake } from "./get-or-make.js";
import { REJECTED, type RejectedReason, type Rejections } from "./rejections.js";

/** A batch whose every row has a plausible instant, in whole milliseconds and ascending, and at least one value. */
export interface CheckedBatch {
  readonly channel: ChannelId;
  /** Number of the channel in the store. */
  readonly number: number;
  readonly origin: Origin;
  readonly originCode: number;
  readonly at: Float64Array;
  /** Names of the metrics, and their columns in the same order. */
  readonly names: readonly MetricName[];
  readonly values: readonly Float64Array[];
  /** Position of each row in the batch as it was written; undefined when none was left out. */
  readonly rows: Uint32Array | undefined;
}

/** What a batch is checked against. */
export interface BatchLimits {
  readonly metrics: MetricRegistry;
  /** Instants from here on are plausible, until `to`. */
  readonly from: number;
  readonly to: number;
  /** Added to every instant: the begin of the boot for times since boot. */
  readonly offset: number;
}

/** Codes of origins in the tables. */
export const ORIGIN_CODES: Readonly<Record<Origin, number>> = { live: 0, replay: 1, import: 2 };

/** Names of the columns that every table has: no metric may be called so. */
const FIXED_COLUMNS: ReadonlySet<string> = new Set(["channel", "at", "arrival", "origin"]);

function isWhole({ at, columns }: Batch): boolean {
  if (!(at instanceof Float64Array)) return false;
  for (const name in columns) {
    const column = columns[name];
    if (!(column instanceof Float64Array) || column.length !== at.length) return false;
  }
  return true;
}

/** @throws E_BATCH_INVALID when the columns do not fit together: a mistake of the plugin, not of a device. */
export function assertShape(batch: Batch): void {
  if (isWhole(batch) && ORIGIN_CODES[batch.origin] !== undefined) return;
  throw new VatioError(
    "E_BATCH_INVALID",
    `A batch of ${batch.channel} is not well formed: \`at\` and every column must be a Float64Array of one length, and \`origin\` one of live, replay, import.`,
    { details: { channel: batch.channel } },
  );
}

const entryOf = (metrics: MetricRegistry, name: MetricName): Metric | undefined =>
  FIXED_COLUMNS.has(name) ? undefined : metrics.get(name);

/** Counts each row of a batch once for each reason, however many of its values were refused. */
class RefusedValues {
  readonly #rows: number;
  readonly #rejections: Rejections;
  #reasons: Map<RejectedReason, Uint8Array> | undefined;

  constructor(rows: number, rejections: Rejections) {
    this.#rows = rows;
    this.#rejections = rejections;
  }

  add(row: number, reason: RejectedReason): void {
    this.#reasons ??= new Map();
    const rows = getOrMake(this.#reasons, reason, () => new Uint8Array(this.#rows));
    if (rows[row] === 0) this.#rejections.add(reason);
    rows[row] = 1;
  }

  has(row: number): boolean {
    for (const rows of this.#reasons?.values() ?? []) if (rows[row] === 1) return true;
    return false;
  }
}

/** Takes values out that no such sensor can report. @returns how many values are left */
function checkColumn(column: Float64Array, { min, max }: Metric, refused: RefusedValues): number {
  let present = 0;
  for (let i = 0; i < column.length; i++) {
    const value = column[i] as number;
    if (value >= min && value <= max) present++;
    else if (!Number.isNaN(value)) {
      refused.add(i, Number.isFinite(value) ? REJECTED.outOfRange : REJECTED.notFinite);
      column[i] = Number.NaN;
    }
  }
  return present;
}

function refuseColumn(column: Float64Array, refused: RefusedValues): void {
  for (let i = 0; i < column.length; i++) if (!Number.isNaN(column[i])) refused.add(i, REJECTED.unknownMetric);
}

interface Columns {
  readonly names: MetricName[];
  readonly values: Float64Array[];
  /** Whether one column has a value in every row. */
  complete: boolean;
}

function checkColumns(batch: Batch, metrics: MetricRegistry, refused: RefusedValues): Columns {
  const kept: Columns = { names: [], values: [], complete: false };
  for (const name in batch.columns) {
    const column = batch.columns[name] as Float64Array;
    const entry = entryOf(metrics, name);
    const present = entry ? checkColumn(column, entry, refused) : 0;
    if (!entry) refuseColumn(column, refused);
    if (present === 0) continue;
    if (present === column.length) kept.complete = true;
    kept.names.push(name);
    kept.values.push(column);
  }
  return kept;
}

/** Turns times into whole milliseconds, in place. @returns a flag for each row that may stay, or undefined when all may */
function checkTimes(at: Float64Array, limits: BatchLimits, rejections: Rejections): Uint8Array | undefined {
  let stay: Uint8Array | undefined;
  let newest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < at.length; i++) {
    const instant = Math.round((at[i] as number) + limits.offset);
    const isPlausible = instant >= limits.from && instant < limits.to;
    if (isPlausible && instant >= newest) {
      at[i] = newest = instant;
      continue;
    }
    stay ??= new Uint8Array(at.length).fill(1);
    stay[i] = 0;
    rejections.add(isPlausible ? REJECTED.notAscending : REJECTED.badTime);
  }
  return stay;
}

/** Rows without a value go as well; those that never had one are counted. */
function dropEmpty(columns: Columns, stay: Uint8Array, refused: RefusedValues, rejections: Rejections): Uint8Array {
  for (let i = 0; i < stay.length; i++) {
    if (stay[i] === 0 || !columns.values.every((column) => Number.isNaN(column[i]))) continue;
    stay[i] = 0;
    if (!refused.has(i)) rejections.add(REJECTED.empty);
  }
  return stay;
}

const picked = (source: Float64Array, stay: Uint8Array): Float64Array => source.filter((_, i) => stay[i] === 1);

/** The rows of a checked batch that are flagged; undefined when there are none. */
export function pickRows(batch: CheckedBatch, stay: Uint8Array): CheckedBatch | undefined {
  const at = picked(batch.at, stay);
  if (at.length === 0) return undefined;
  const rows = (batch.rows ?? Uint32Array.from(stay.keys())).filter((_, i) => stay[i] === 1);
  return { ...batch, at, values: batch.values.map((column) => picked(column, stay)), rows };
}

/**
 * Checks a batch of a known channel and keeps what can be stored. Works on the batch's own arrays, which the store owns.
 * @returns undefined when nothing is left
 */
export function validateBatch(
  batch: Batch,
  number: number,
  limits: BatchLimits,
  rejections: Rejections,
): CheckedBatch | undefined {
  const length = batch.at.length;
  if (length === 0) return undefined;
  const refused = new RefusedValues(length, rejections);
  const columns = checkColumns(batch, limits.metrics, refused);
  let stay = checkTimes(batch.at, limits, rejections);
  if (!columns.complete) stay = dropEmpty(columns, stay ?? new Uint8Array(length).fill(1), refused, rejections);
  const { channel, origin, at } = batch;
  const whole: CheckedBatch = {
    channel,
    number,
    origin,
    originCode: ORIGIN_CODES[origin],
    at,
    names: columns.names,
    values: columns.values,
    rows: undefined,
  };
  return stay?.includes(0) ? pickRows(whole, stay) : whole;
}
