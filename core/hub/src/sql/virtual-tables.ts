import type { MetricRegistry } from "@vatio/model";

/** A column that a statement finds. */
export interface VirtualColumn {
  readonly name: string;
  /** DuckDB's name of its type. */
  readonly type: string;
  readonly about: string;
  readonly unit?: string;
}

/** A table that a statement finds: a query under a name, made anew for each statement. */
export interface VirtualTable {
  readonly name: string;
  readonly about: string;
  readonly columns: readonly VirtualColumn[];
  readonly example: string;
}

type ColumnRow = readonly [name: string, type: string, about: string, unit?: string];

const columns = (...rows: readonly ColumnRow[]): VirtualColumn[] =>
  rows.map(([name, type, about, unit]) => ({ name, type, about, ...(unit === undefined ? {} : { unit }) }));

const INSTANT = (what: string): ColumnRow[] => [
  ["time", "TIMESTAMP WITH TIME ZONE", what],
  ["local_time", "TIMESTAMP", "The same on the clock of the site"],
  ["time_ms", "BIGINT", "The same in milliseconds since 1970, UTC: the fastest column to filter by", "ms"],
];

const SUBJECT: ColumnRow[] = [
  ["channel", "VARCHAR", "Id of the channel"],
  ["device", "VARCHAR", "Id of its device"],
  ["point", "VARCHAR", "Name of the point that it measured then"],
  ["point_id", "VARCHAR", "Id of that point"],
];

const ENERGY: ColumnRow[] = [
  ["import_wh", "DOUBLE", "Energy that was taken", "Wh"],
  ["export_wh", "DOUBLE", "Energy that was given", "Wh"],
  ["coverage", "DOUBLE", "Share that was measured, 0 to 1"],
  ["quality", "UTINYINT", "Bits: 1 measured, 2 estimated, 4 corrected, 8 replayed, 16 imported"],
];

function metricColumn(name: string, registry: MetricRegistry): ColumnRow {
  const metric = registry.get(name);
  return [name, "DOUBLE", metric ? `Metric, a ${metric.kind}` : "Metric of a plugin that is gone", metric?.unit ?? ""];
}

const readings = (metrics: readonly string[], registry: MetricRegistry): VirtualTable => ({
  name: "readings",
  about: "What devices told, one row for each channel and instant",
  columns: columns(
    ...INSTANT("When it was measured"),
    ...SUBJECT,
    ["origin", "VARCHAR", "live, replay or import"],
    ...metrics.map((name) => metricColumn(name, registry)),
  ),
  example:
    "SELECT point, max(power_w) AS peak_w FROM readings WHERE time_ms >= epoch_ms(now() - INTERVAL '1 day') GROUP BY point ORDER BY peak_w DESC",
});

const FIXED: readonly VirtualTable[] = [
  {
    name: "slots",
    about: "Energy of channels in quarters of an hour, corrections included",
    columns: columns(...INSTANT("Begin of the quarter of an hour"), ...SUBJECT, ...ENERGY),
    example:
      "SELECT hour(local_time) AS hour, sum(import_wh) / 1000 AS kwh FROM slots WHERE point = 'Home' GROUP BY hour ORDER BY hour",
  },
  {
    name: "days",
    about: "Energy of channels by calendar day of their site",
    columns: columns(["day", "DATE", "Calendar day of the site"], ...SUBJECT, ...ENERGY),
    example:
      "SELECT point, sum(import_wh) / 1000 AS kwh FROM days WHERE day >= current_date - 30 GROUP BY point ORDER BY kwh DESC LIMIT 10",
  },
  {
    name: "points",
    about: "Points of measurement",
    columns: columns(
      ["id", "VARCHAR", "Id"],
      ["name", "VARCHAR", "Name"],
      ["role", "VARCHAR", "grid, generation, storage, circuit, load or motor"],
      ["site_id", "VARCHAR", "Id of its site"],
      ["site", "VARCHAR", "Name of its site"],
      ["parent_id", "VARCHAR", "Point that includes it"],
      ["location", "VARCHAR", "Where it is"],
      ["power_ceiling_w", "DOUBLE", "Most that the circuit can carry", "W"],
      ["channel", "VARCHAR", "Channel that measures it now"],
    ),
    example: "SELECT role, count(*) AS points FROM points GROUP BY role",
  },
  {
    name: "channels",
    about: "Channels of devices",
    columns: columns(
      ["id", "VARCHAR", "Id"],
      ["device", "VARCHAR", "Id of the device"],
      ["device_name", "VARCHAR", "Name of the device"],
      ["model", "VARCHAR", "Model of the device"],
      ["driver", "VARCHAR", "Plugin that speaks with it"],
      ["kind", "VARCHAR", "What it is"],
      ["metrics", "VARCHAR", "Its metrics, with commas"],
      ["point_id", "VARCHAR", "Point that it measures now"],
    ),
    example: "SELECT driver, count(*) AS channels FROM channels GROUP BY driver",
  },
  {
    name: "sites",
    about: "Sites",
    columns: columns(
      ["id", "VARCHAR", "Id"],
      ["name", "VARCHAR", "Name"],
      ["zone", "VARCHAR", "IANA zone"],
      ["currency", "VARCHAR", "ISO 4217 code"],
      ["nominal_voltage_v", "DOUBLE", "Line to neutral", "V"],
      ["phases", "INTEGER", "1 or 3"],
    ),
    example: "SELECT name, zone FROM sites",
  },
  {
    name: "counter_events",
    about: "What counters did out of the ordinary",
    columns: columns(
      ...INSTANT("When"),
      ...SUBJECT,
      ["direction", "VARCHAR", "import or export"],
      ["reason", "VARCHAR", "reset, rollover, glitch, rebase, rounding, jump or gap"],
      ["before", "DOUBLE", "Register before", "Wh"],
      ["after", "DOUBLE", "Register after", "Wh"],
      ["wh", "DOUBLE", "What was counted for it", "Wh"],
      ["since", "TIMESTAMP WITH TIME ZONE", "Begin of the span that it is about, when it is one"],
    ),
    example: "SELECT reason, count(*) AS times FROM counter_events GROUP BY reason ORDER BY times DESC",
  },
];

/** Every table that a statement may name; `metrics`: those of which readings may be there. */
export const virtualTables = (metrics: readonly string[], registry: MetricRegistry): readonly VirtualTable[] => [
  readings(metrics, registry),
  ...FIXED,
];

/** An empty table of the same shape. */
export const emptyBody = ({ columns: list }: VirtualTable): string =>
  `SELECT ${list.map(({ name, type }) => `NULL::${type} AS "${name}"`).join(", ")} WHERE false`;
