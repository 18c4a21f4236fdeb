import type { Batch, ChannelId, DeviceId, MetricName, Origin } from "@vatio/plugin-api";
import type { Generation, HeldRowRecord } from "./generation.js";
import type { ChannelNumbers, Sql } from "./types.js";
import { ORIGIN_CODES } from "./validate-batch.js";

/** Rows that are moved at a time. */
const PAGE_ROWS = 10_000;

const ORIGINS = Object.keys(ORIGIN_CODES) as Origin[];

interface StoredRow {
  readonly channel: number;
  readonly since: number;
  readonly arrival: number;
  readonly origin: number;
  readonly columns: string;
}

/** Rows of a boot that waited. */
export interface HeldPage {
  readonly rows: number;
  /** The last of them to arrive. */
  readonly lastArrival: number;
  /** With instants. */
  readonly batches: readonly Batch[];
}

/** Rows whose boot has no known begin: they wait, durably, until somebody knows it. */
export class Holding {
  readonly #channels: ChannelNumbers;
  readonly #mostRows: number;
  /** Rows by device and boot, those of commits under way included. */
  readonly #counts = new Map<string, Map<string, number>>();

  /** `mostRows` of one device: without a limit, one that never learns the time would fill the disk. */
  constructor(channels: ChannelNumbers, mostRows: number) {
    this.#channels = channels;
    this.#mostRows = mostRows;
  }

  async load(sql: Sql): Promise<void> {
    const rows = await sql.all<{ device: string; boot: string; n: number }>(
      "SELECT device, boot, count(*) AS n FROM holding GROUP BY ALL",
    );
    for (const { device, boot, n } of rows) this.#count(device, boot, n);
  }

  /** Rows that wait. */
  get rows(): number {
    let sum = 0;
    for (const boots of this.#counts.values()) for (const n of boots.values()) sum += n;
    return sum;
  }

  /** Boots with rows that wait. */
  boots(): { readonly device: DeviceId; readonly boot: string }[] {
    return [...this.#counts].flatMap(([device, boots]) =>
      [...boots.keys()].map((boot) => ({ device: device as DeviceId, boot })),
    );
  }

  /** How many more rows of a device may wait. */
  roomFor(device: string): number {
    let held = 0;
    for (const n of this.#counts.get(device)?.values() ?? []) held += n;
    return this.#mostRows - held;
  }

  add(rows: readonly HeldRowRecord[], generation: Generation): void {
    for (const row of rows) {
      generation.held.push(row);
      this.#count(row.device, row.boot, 1);
      generation.onFailure(() => this.#count(row.device, row.boot, -1));
    }
  }

  /** The oldest rows of a boot that are stored, with instants; undefined when there are none. */
  async page(
    sql: Sql,
    boot: { readonly device: string; readonly boot: string; readonly at: number },
  ): Promise<HeldPage | undefined> {
    const rows = await sql.all<StoredRow>(
      `SELECT channel, since_ms AS since, arrival, origin, columns FROM holding WHERE device = ? AND boot = ? ORDER BY arrival LIMIT ${PAGE_ROWS}`,
      [boot.device, boot.boot],
    );
    const last = rows.at(-1);
    return last && { rows: rows.length, lastArrival: last.arrival, batches: this.#batches(rows, boot.at) };
  }

  /** Takes a page out, in the commit that stores its rows in their tables. */
  remove(boot: { readonly device: string; readonly boot: string }, page: HeldPage, generation: Generation): void {
    generation.statements.push({
      sql: "DELETE FROM holding WHERE device = ? AND boot = ? AND arrival <= ?",
      parameters: [boot.device, boot.boot, page.lastArrival],
    });
    this.#count(boot.device, boot.boot, -page.rows);
    generation.onFailure(() => this.#count(boot.device, boot.boot, page.rows));
  }

  #count(device: string, boot: string, by: number): void {
    const boots = this.#counts.get(device) ?? new Map<string, number>();
    this.#counts.set(device, boots);
    const n = (boots.get(boot) ?? 0) + by;
    if (n > 0) boots.set(boot, n);
    else boots.delete(boot);
    if (boots.size === 0) this.#counts.delete(device);
  }

  #batches(rows: readonly StoredRow[], bootAt: number): Batch[] {
    const groups = new Map<string, StoredRow[]>();
    for (const row of rows) {
      const key = `${row.channel} ${row.origin}`;
      const group = groups.get(key);
      if (group) group.push(row);
      else groups.set(key, [row]);
    }
    return [...groups.values()].flatMap((group) => {
      const [first] = group;
      const channel = first && this.#channels.channelOf(first.channel);
      return channel ? [toBatch(channel, ORIGINS[first.origin] ?? "live", group, bootAt)] : [];
    });
  }
}

function toBatch(channel: ChannelId, origin: Origin, rows: readonly StoredRow[], bootAt: number): Batch {
  const sorted = [...rows].sort((a, b) => a.since - b.since || a.arrival - b.arrival);
  const columns: Record<MetricName, Float64Array> = {};
  for (const [i, row] of sorted.entries()) {
    for (const [metric, value] of Object.entries(JSON.parse(row.columns) as Record<MetricName, number>)) {
      columns[metric] ??= new Float64Array(sorted.length).fill(Number.NaN);
      columns[metric][i] = value;
    }
  }
  return { channel, origin, at: Float64Array.from(sorted, (row) => bootAt + row.since), columns };
}
