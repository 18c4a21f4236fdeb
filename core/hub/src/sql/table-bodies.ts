import { SLOT_MS } from "@vatio/model";
import type { MetricName } from "@vatio/plugin-api";
import type { QueryGround } from "../store/query-door.js";
import { intersects, type Relation, relationsOf, type Source } from "../store/source.js";
import { channelsBody, type Directory, pointsBody, sitesBody, spansBody } from "./directory-rows.js";
import { sqlName } from "./sql-text.js";
import type { TableBody } from "./with-tables.js";

/** What the tables are made of at the moment. */
export interface BodyOptions {
  readonly directory: Directory;
  readonly channels: QueryGround["channels"];
  readonly sources: readonly Source[];
  readonly metrics: readonly MetricName[];
}

const DAY_MS = 86_400_000;
const SPANS = "vatio_spans";

type MakeBody = (options: BodyOptions) => string;

const BODIES: Readonly<Record<string, MakeBody>> = {
  readings: readingsBody,
  slots: () =>
    energyBody({
      table: "slots",
      at: `s.slot * ${SLOT_MS}::BIGINT`,
      first: instantColumns(`s.slot * ${SLOT_MS}::BIGINT`),
    }),
  days: () =>
    energyBody({
      table: "days",
      // A day belongs to the point that was measured at noon.
      at: `s.day * ${DAY_MS}::BIGINT + ${DAY_MS / 2}`,
      first: `DATE '1970-01-01' + s.day AS day`,
      also: "AND s.zone = a.zone",
    }),
  points: ({ directory }) => pointsBody(directory),
  channels: ({ directory }) => channelsBody(directory),
  sites: ({ directory }) => sitesBody(directory),
  counter_events: () =>
    `SELECT ${instantColumns('s."at"')}, ${SUBJECT}, s.direction, s.reason, s."before", s."after", s.wh, epoch_ms(s.since_at)::TIMESTAMPTZ AS since FROM main.counter_events AS s ${joined('s."at"')}`,
};

const NEEDS_SPANS: ReadonlySet<string> = new Set(["readings", "slots", "days", "counter_events"]);

/** Queries for the tables that a statement names. */
export function tableBodies(used: ReadonlySet<string>, options: BodyOptions): TableBody[] {
  const names = Object.keys(BODIES).filter((name) => used.has(name));
  const spans = names.some((name) => NEEDS_SPANS.has(name))
    ? [{ name: SPANS, body: spansBody(options.directory, options.channels) }]
    : [];
  return [...spans, ...names.map((name) => ({ name, body: BODIES[name]?.(options) ?? "" }))];
}

const SUBJECT = "a.channel, a.device, a.point, a.point_id";

/** The point that a channel measured at an instant. */
const joined = (at: string, also = ""): string =>
  `JOIN ${SPANS} AS a ON s.channel = a.number AND ${at} >= a.from_ms AND ${at} < a.to_ms ${also}`;

function instantColumns(at: string): string {
  const time = `epoch_ms(${at})::TIMESTAMPTZ`;
  return `${time} AS "time", timezone(a.zone, ${time}) AS local_time, ${at} AS time_ms`;
}

interface EnergyTable {
  readonly table: string;
  /** Instant of a row, in milliseconds. */
  readonly at: string;
  readonly first: string;
  readonly also?: string;
}

const energyBody = ({ table, at, first, also }: EnergyTable): string =>
  `SELECT ${first}, ${SUBJECT}, s.import_wh, s.export_wh, s.coverage, s.quality FROM main.${table} AS s ${joined(at, also)}`;

function readingsBody({ sources, metrics }: BodyOptions): string {
  const columns = metrics.map((metric) => `s.${sqlName(metric)}`);
  const origin = "CASE s.origin WHEN 0 THEN 'live' WHEN 1 THEN 'replay' ELSE 'import' END AS origin";
  return `SELECT ${[instantColumns('s."at"'), SUBJECT, origin, ...columns].join(", ")} FROM (${rowsSql(sources, metrics)}) AS s ${joined('s."at"')}`;
}

/** Whether an instant of a source may have several rows, in it or elsewhere: tables take rows as they come, files were merged. */
const mayShare = (source: Source, sources: readonly Source[]): boolean =>
  source.file === undefined ||
  sources.some((other) => other.overlaps && (other === source || intersects(other.range, source.range)));

/** Rows of all sources; of those that may hold an instant twice, each metric's first value. */
function rowsSql(sources: readonly Source[], metrics: readonly MetricName[]): string {
  const shared = sources.filter((source) => mayShare(source, sources));
  const single = sources.filter((source) => !shared.includes(source));
  const parts = [
    ...relationsOf(single).map((relation) => plainRows(relation, metrics, "")),
    ...(shared.length > 0 ? [mergedRows(relationsOf(shared), metrics)] : []),
  ];
  return parts.length > 0 ? parts.join(" UNION ALL ") : noRows(metrics);
}

function plainRows({ sql, arrival, metrics: held }: Relation, metrics: readonly MetricName[], more: string): string {
  const columns = metrics.map((metric) => (held.has(metric) ? sqlName(metric) : `NULL::DOUBLE AS ${sqlName(metric)}`));
  const arrived = more === "" ? [] : [`${arrival} AS ${more}`];
  return `SELECT ${["channel", '"at"', "origin", ...arrived, ...columns].join(", ")} FROM ${sql}`;
}

function mergedRows(relations: readonly Relation[], metrics: readonly MetricName[]): string {
  const rows = relations.map((relation) => plainRows(relation, metrics, "arrived")).join(" UNION ALL ");
  const first = metrics.map((metric) => `arg_min(${sqlName(metric)}, arrived) AS ${sqlName(metric)}`);
  return `SELECT ${["channel", '"at"', "arg_min(origin, arrived) AS origin", ...first].join(", ")} FROM (${rows}) GROUP BY channel, "at"`;
}

const noRows = (metrics: readonly MetricName[]): string =>
  `SELECT ${["NULL::INTEGER AS channel", 'NULL::BIGINT AS "at"', "NULL::UTINYINT AS origin", ...metrics.map((metric) => `NULL::DOUBLE AS ${sqlName(metric)}`)].join(", ")} WHERE false`;
