import { deviceOf } from "@vatio/model";
import type { ChannelId, Point } from "@vatio/plugin-api";
import type { DeviceRegistry, PointRegistry, SiteRegistry } from "../registry/types.js";
import type { ChannelNumbers } from "../store/types.js";
import { sqlText } from "./sql-text.js";

/** What is known of places and devices. */
export interface Directory {
  readonly devices: Pick<DeviceRegistry, "list">;
  readonly points: Pick<PointRegistry, "list" | "assignmentsOf" | "channelOf" | "pointOf">;
  readonly sites: Pick<SiteRegistry, "list" | "get" | "first">;
}

type Cell = string | number | undefined;

function literal(value: Cell): string {
  if (value === undefined) return "NULL";
  return typeof value === "number" ? String(value) : sqlText(value);
}

/** Written out as a table; without rows it has its columns all the same. */
function written(
  columns: readonly (readonly [name: string, type: string])[],
  rows: readonly (readonly Cell[])[],
): string {
  const names = columns.map(([name, type]) => `"${name}"::${type} AS "${name}"`).join(", ");
  const values =
    rows.length === 0 ? [columns.map(() => "NULL").join(", ")] : rows.map((row) => row.map(literal).join(", "));
  const body = `SELECT ${names} FROM (VALUES ${values.map((row) => `(${row})`).join(", ")}) AS v(${columns.map(([name]) => `"${name}"`).join(", ")})`;
  return rows.length === 0 ? `${body} WHERE false` : body;
}

const text = (...names: readonly string[]): (readonly [string, string])[] => names.map((name) => [name, "VARCHAR"]);

/** `points` as a query. */
export function pointsBody({ points, sites }: Directory): string {
  const rows = points
    .list()
    .map(({ id, name, role, site, parent, location, powerCeiling }) => [
      ...[id, name, role, site, sites.get(site)?.name, parent, location],
      ...[powerCeiling, points.channelOf(id)],
    ]);
  return written(
    [
      ...text("id", "name", "role", "site_id", "site", "parent_id", "location"),
      ["power_ceiling_w", "DOUBLE"],
      ...text("channel"),
    ],
    rows,
  );
}

/** `channels` as a query. */
export function channelsBody({ devices, points }: Directory): string {
  const rows = devices
    .list()
    .flatMap(({ id: device, name, model, driver, channels }) =>
      channels.map(({ id, kind, metrics }) => [
        ...[id, device, name, model, driver, kind, metrics.join(",")],
        points.pointOf(id),
      ]),
    );
  return written(text("id", "device", "device_name", "model", "driver", "kind", "metrics", "point_id"), rows);
}

/** `sites` as a query. */
export function sitesBody({ sites }: Directory): string {
  const rows = sites
    .list()
    .map(({ id, name, zone, currency, nominalVoltage, phases }) => [id, name, zone, currency, nominalVoltage, phases]);
  return written(
    [...text("id", "name", "zone", "currency"), ["nominal_voltage_v", "DOUBLE"], ["phases", "INTEGER"]],
    rows,
  );
}

/** Far beyond every instant. */
const EVER = 9e15;

interface Span {
  readonly point: Point | undefined;
  readonly from: number;
  readonly to: number;
}

/**
 * Which point each channel measured when, as a query: spans of a channel follow each other without gaps, so that a row of a reading or of
 * energy finds exactly one.
 */
export function spansBody(directory: Directory, channels: Pick<ChannelNumbers, "channelOf">): string {
  const { sites } = directory;
  const spans = spansByChannel(directory);
  const rows = channelsOf(channels).flatMap(([number, channel]) =>
    gapless(spans.get(channel) ?? []).map(({ point, from, to }) => {
      const site = (point && sites.get(point.site)) ?? sites.first();
      return [number, channel, deviceOf(channel), point?.id, point?.name, site?.zone ?? "UTC", from, to];
    }),
  );
  return written(
    [
      ["number", "INTEGER"],
      ...text("channel", "device", "point_id", "point", "zone"),
      ["from_ms", "BIGINT"],
      ["to_ms", "BIGINT"],
    ],
    rows,
  );
}

/** Every channel that ever had a row, also of devices that are gone: numbers are given out one after the other. */
function channelsOf(channels: Pick<ChannelNumbers, "channelOf">): [number: number, channel: ChannelId][] {
  const found: [number, ChannelId][] = [];
  for (let number = 1; ; number++) {
    const channel = channels.channelOf(number);
    if (channel === undefined) return found;
    found.push([number, channel]);
  }
}

function spansByChannel({ points }: Directory): Map<ChannelId, Span[]> {
  const spans = new Map<ChannelId, Span[]>();
  for (const point of points.list()) {
    for (const { channel, from, to } of points.assignmentsOf(point.id)) {
      const span = { point, from: Math.max(from, -EVER), to: Math.min(to ?? EVER, EVER) };
      spans.set(channel, [...(spans.get(channel) ?? []), span]);
    }
  }
  return spans;
}

function gapless(spans: readonly Span[]): Span[] {
  const whole: Span[] = [];
  let end = -EVER;
  for (const { point, from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    if (from > end) whole.push({ point: undefined, from: end, to: from });
    if (to > Math.max(from, end)) whole.push({ point, from: Math.max(from, end), to });
    end = Math.max(end, to);
  }
  return end < EVER ? [...whole, { point: undefined, from: end, to: EVER }] : whole;
}
