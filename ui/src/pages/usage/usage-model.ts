import type { BarModel, BarSeries } from "../../charts/bars/bar-model.js";
import { totalOf } from "../../charts/bars/bar-model.js";
import type { ColorToken } from "../../charts/chart-model.js";
import type { Column, Point, PointUsage, Usage } from "../../data/api.js";
import { i18n } from "../../i18n/i18n.js";

/** What the bars are parted by. */
export const GROUPINGS = ["source", "device"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Bits of the quality of a bucket, as the hub counts them. */
const ESTIMATED = 2;
const CORRECTED = 4;
/** Devices with a colour of their own; the rest is "others". */
export const COLORED = 8;

/** A device in the usage of a site. */
export interface DeviceUsage {
  readonly point: Point;
  readonly color: ColorToken;
  readonly values: Column;
  readonly total: number;
}

/** The devices of a site, the largest first, and what none of them measured. */
export interface DeviceSplit {
  readonly devices: readonly DeviceUsage[];
  /** Devices beyond those that have a colour. */
  readonly others: readonly DeviceUsage[];
  /** Used, and measured by no device; null where nothing is known. */
  readonly untracked: Column;
}

/** Whether a column says anything at all. */
const speaks = (values: Column): boolean => values.some((value) => value !== null && value > 0);

/** The parts by where energy came from; what went out is below. A site without a meter at its connection has one part. */
export function sourceSeries({ balance }: Usage): BarSeries[] {
  const series: BarSeries[] = [
    { key: "solar", label: i18n.t("usage.solar"), color: "--solar", values: balance.solarDirectWh },
    { key: "battery", label: i18n.t("usage.battery"), color: "--battery", values: balance.storageDischargeWh },
    { key: "grid", label: i18n.t("usage.grid"), color: "--gridin", values: balance.gridImportWh },
  ];
  const spoken = series.filter(({ values }) => speaks(values));
  if (!balance.gridImportWh.some((value) => value !== null))
    return [{ key: "used", label: i18n.t("usage.used"), color: "--u2", values: balance.usedWh }];
  const shown = spoken.length > 0 ? spoken : series.slice(2);
  return speaks(balance.gridExportWh)
    ? [
        ...shown,
        {
          key: "export",
          label: i18n.t("usage.exported"),
          color: "--export",
          values: balance.gridExportWh,
          below: true,
        },
      ]
    : shown;
}

const CONSUMERS: ReadonlySet<Point["role"]> = new Set(["circuit", "load", "motor"]);

/** The circuits that are in no other circuit, the largest first, each with the colour that it keeps. */
export function deviceSplit({ balance, points: usages }: Usage, points: readonly Point[]): DeviceSplit {
  const byId = new Map(usages.map((usage) => [usage.point, usage]));
  const consumers = usages.filter((usage) => CONSUMERS.has(usage.role) && !isWithin(usage, byId));
  const known = consumers.flatMap((usage): Omit<DeviceUsage, "color">[] => {
    const point = points.find(({ id }) => id === usage.point);
    return point ? [{ point, values: usage.importWh, total: totalOf(usage.importWh) ?? 0 }] : [];
  });
  known.sort((a, b) => b.total - a.total || a.point.name.localeCompare(b.point.name));
  const colors = colorsOf(known.slice(0, COLORED).map(({ point }) => point));
  const colored = known.map((each, index): DeviceUsage => ({ ...each, color: colors[index] ?? "--untracked" }));
  return {
    devices: colored.slice(0, COLORED),
    others: colored.slice(COLORED),
    untracked: balance.usedWh.map((used, index) => (used === null ? null : restOf(used, known, index))),
  };
}

/** Whether one of the points above it is a circuit as well. */
function isWithin({ parent }: PointUsage, byId: ReadonlyMap<string, PointUsage>): boolean {
  const seen = new Set<string>();
  for (let id = parent; id !== undefined && !seen.has(id); id = byId.get(id)?.parent) {
    seen.add(id);
    const above = byId.get(id);
    if (above && CONSUMERS.has(above.role)) return true;
  }
  return false;
}

/** Less than nothing is a finding of its own, and no bar. */
const restOf = (used: number, devices: readonly { readonly values: Column }[], index: number): number =>
  Math.max(0, used - devices.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));

/** The colour of each point: its own for life; of two that share one the second takes the first that is free. */
export function colorsOf(points: readonly { readonly color: number }[]): ColorToken[] {
  const taken = new Set<number>();
  const own = points.map(({ color }) => {
    const slot = ((color % COLORED) + COLORED) % COLORED;
    if (taken.has(slot)) return undefined;
    taken.add(slot);
    return slot;
  });
  return own.map((slot): ColorToken => {
    if (slot !== undefined) return `--d${slot + 1}`;
    const free = Array.from({ length: COLORED }, (_, index) => index).find((index) => !taken.has(index)) ?? 0;
    taken.add(free);
    return `--d${free + 1}`;
  });
}

/** The parts by device: the largest below, what nobody measured on top. */
export function deviceSeries({ devices, others, untracked }: DeviceSplit): BarSeries[] {
  const series = devices
    .filter(({ values }) => speaks(values))
    .map(({ point, color, values }): BarSeries => ({ key: point.id, label: point.name, color, values }));
  const rest = sumOf(others.map(({ values }) => values));
  return [
    ...series,
    ...(speaks(rest)
      ? [
          {
            key: "others",
            label: i18n.t("usage.others", { n: others.length }),
            color: "--untracked" as const,
            values: rest,
          },
        ]
      : []),
    ...(speaks(untracked)
      ? [
          {
            key: "untracked",
            label: i18n.t("usage.untracked"),
            color: "--untracked" as const,
            values: untracked,
            hatched: true,
          },
        ]
      : []),
  ];
}

/** Sum by bucket; null where none of the columns knows anything. */
export function sumOf(columns: readonly Column[]): (number | null)[] {
  const [first = []] = columns;
  return first.map((_, index) =>
    columns.reduce<number | null>((sum, column) => {
      const value = column[index] ?? null;
      return value === null ? sum : (sum ?? 0) + value;
    }, null),
  );
}

/**
 * Points that are enough to ask for what a site used, where circuits are of no interest: its meters of supply. Undefined stands for
 * all of them, where no meter is at the connection.
 */
export function supplyOf(points: readonly Point[]): readonly string[] | undefined {
  if (!points.some(({ role }) => role === "grid")) return undefined;
  return points.filter(({ role }) => !CONSUMERS.has(role)).map(({ id }) => id);
}

/** The points that the balance of a site rests on: its meters of supply, else its circuits. */
function basisOf({ points }: Usage): readonly PointUsage[] {
  const supply = points.filter(
    ({ role, parent }) =>
      !CONSUMERS.has(role) && !points.some(({ point, role: above }) => point === parent && above === role),
  );
  return supply.length > 0 ? supply : points.filter(({ role }) => CONSUMERS.has(role));
}

/** Which buckets hold something that was worked out, or put right by a person. */
export function flagsOf(usage: Usage): { readonly estimated: boolean[]; readonly corrected: boolean[] } {
  const basis = basisOf(usage);
  const has = (bit: number): boolean[] =>
    usage.balance.usedWh.map((_, index) => basis.some(({ quality }) => ((quality[index] ?? 0) & bit) !== 0));
  return { estimated: has(ESTIMATED), corrected: has(CORRECTED) };
}

/** Share of each bucket, as far as it is past, that all meters of the site measured. */
export function siteCoverage(usage: Usage): number[] {
  const basis = basisOf(usage);
  return usage.balance.usedWh.map((_, index) =>
    basis.length === 0 ? 0 : Math.min(1, ...basis.map(({ coverage }) => coverage[index] ?? 0)),
  );
}

/** How much of the time is known. */
export interface Coverage {
  /** Share of the time that is past and was measured; undefined while nothing is past. */
  readonly share: number | undefined;
  /** Buckets that are past and of which nothing is known. */
  readonly missing: number;
}

/** How much of the past part of a range was measured; what lies before measuring began does not count. */
export function coverageOf(
  usage: Usage,
  when: { readonly now: number; readonly since?: number | undefined },
): Coverage {
  const coverage = siteCoverage(usage);
  let [passed, covered, missing] = [0, 0, 0];
  for (const [index, used] of usage.balance.usedWh.entries()) {
    const { length, isOver } = passedOf(usage, index, when);
    passed += length;
    if (used !== null) covered += length * (coverage[index] ?? 0);
    else if (isOver && length > 0) missing++;
  }
  return { share: passed > 0 ? covered / passed : undefined, missing };
}

/** How much of a bucket is past; what is empty counts from the time on at which measuring began. */
function passedOf(
  { edges, balance }: Usage,
  index: number,
  { now, since = 0 }: { readonly now: number; readonly since?: number | undefined },
): { readonly length: number; readonly isOver: boolean } {
  const [from, to] = [edges[index] ?? 0, edges[index + 1] ?? 0];
  const begin = balance.usedWh[index] === null ? Math.max(from, since) : from;
  return { length: Math.max(0, Math.min(to, now) - begin), isOver: to <= now };
}

/** Figures of a range. */
export interface UsageFigures {
  readonly used: number | undefined;
  readonly exported: number | undefined;
  readonly gridImport: number | undefined;
  /** From the sun, on the spot and by way of the battery; undefined without any. */
  readonly sun?: { readonly share: number; readonly direct: number; readonly stored: number };
}

/** The figures of a range. */
export function figuresOf({ balance, points }: Usage): UsageFigures {
  const used = totalOf(balance.usedWh);
  const direct = totalOf(balance.solarDirectWh);
  const stored = totalOf(balance.storageDischargeWh) ?? 0;
  const exported = totalOf(balance.gridExportWh);
  const hasSun =
    points.some(({ role }) => role === "generation") && direct !== undefined && used !== undefined && used > 0;
  return {
    used,
    exported: exported !== undefined && exported > 0 ? exported : undefined,
    gridImport: totalOf(balance.gridImportWh),
    ...(hasSun ? { sun: { share: Math.min(1, (direct + stored) / used), direct, stored } } : {}),
  };
}

/** The bars of a usage. */
export function usageBars(
  usage: Usage,
  options: {
    readonly grouping: Grouping;
    readonly points: readonly Point[];
    readonly now: number;
    readonly since: number | undefined;
    readonly before?: BarModel["before"];
  },
): BarModel {
  const { grouping, points, now, since, before } = options;
  return {
    edges: usage.edges,
    series: grouping === "source" ? sourceSeries(usage) : deviceSeries(deviceSplit(usage, points)),
    unit: "Wh",
    now,
    since,
    before,
    ...flagsOf(usage),
  };
}
