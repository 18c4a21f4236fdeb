import { hours, type Instant, type MetricName } from "@vatio/plugin-api";
import { LateRows } from "./late-rows.js";
import { relationsOf, type Source } from "./source.js";
import type { Sources } from "./sources.js";
import type { Sql } from "./types.js";

/** Instants [from, to] of a channel that a look-up is to find the rows of. */
export interface LookupSpan {
  readonly channel: number;
  readonly from: number;
  readonly to: number;
}

/** Rows that one look-up reads at most; beyond, late rows are taken unseen and their tables marked. */
const MOST_ROWS = 200_000;
/** Spans closer than this are read with one query. */
const TOGETHER = hours(1);

/** Rows that the database holds of some spans. */
export class KnownRows {
  readonly rows = new LateRows();
  readonly #spans = new Map<number, LookupSpan[]>();
  /** Whether everything in the spans was read. Otherwise rows may be there that nobody knows of. */
  isComplete = true;

  /** Whether a span was looked up. */
  covers(channel: number, from: number, to: number): boolean {
    return this.#spans.get(channel)?.some((span) => span.from <= from && span.to >= to) ?? false;
  }

  note(spans: readonly LookupSpan[]): void {
    for (const span of spans) {
      const known = this.#spans.get(span.channel);
      if (known) known.push(span);
      else this.#spans.set(span.channel, [span]);
    }
  }
}

type FoundRow = { readonly channel: number; readonly at: number } & Readonly<Record<MetricName, number | null>>;

const overlap = ({ range }: Source, span: LookupSpan): boolean => range.from <= span.to && range.to > span.from;

/** Spans of one source that one query can read: zone maps help only as long as they lie close together. */
function together(spans: readonly LookupSpan[]): LookupSpan[][] {
  const groups: LookupSpan[][] = [];
  let from = 0;
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const group = groups.at(-1);
    if (group && span.to - from <= TOGETHER) group.push(span);
    else {
      groups.push([span]);
      from = span.from;
    }
  }
  return groups;
}

function lookupSql(source: Source, group: readonly LookupSpan[], limit: number): string {
  const [relation] = relationsOf([source]);
  const from = Math.min(...group.map((span) => span.from));
  const to = Math.max(...group.map((span) => span.to));
  const channels = [...new Set(group.map((span) => span.channel))].join(", ");
  return `SELECT * EXCLUDE (origin) FROM ${relation?.sql}
    WHERE "at" BETWEEN ${from} AND ${to} AND channel IN (${channels}) ORDER BY ${relation?.arrival} LIMIT ${limit}`;
}

const FIXED: ReadonlySet<string> = new Set(["channel", "at", "arrival"]);

function keep(known: LateRows, rows: readonly FoundRow[]): void {
  for (const row of rows) {
    for (const metric in row) {
      const value = row[metric];
      if (!FIXED.has(metric) && value !== null && value !== undefined) known.put(row.channel, row.at, metric, value);
    }
  }
}

/** Reads what the store holds of some channels at some times, as far as that is not too much. What was imported does not count: live wins. */
export function lookUp(sql: Sql, sources: Sources, spans: readonly LookupSpan[]): Promise<KnownRows> {
  const range = {
    from: Math.min(...spans.map((span) => span.from)) as Instant,
    to: (Math.max(...spans.map((span) => span.to)) + 1) as Instant,
  };
  return sources.read(() => {
    const held = sources.within(range).filter(({ arrival }) => arrival === undefined || arrival === 0);
    return readKnown(sql, held, spans);
  }, range);
}

async function readKnown(sql: Sql, sources: readonly Source[], spans: readonly LookupSpan[]): Promise<KnownRows> {
  const known = new KnownRows();
  known.note(spans);
  let left = MOST_ROWS;
  for (const source of sources) {
    for (const group of together(spans.filter((span) => overlap(source, span)))) {
      const rows = await sql.all<FoundRow>(lookupSql(source, group, left + 1));
      keep(known.rows, rows);
      left -= rows.length;
      if (left >= 0) continue;
      known.isComplete = false;
      return known;
    }
  }
  return known;
}
