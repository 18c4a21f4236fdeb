import { type Instant, localTime } from "@vatio/model";
import type { BarWords } from "../../charts/bars/bars.js";
import type { EnergyBucket } from "../../data/api.js";
import { i18n } from "../../i18n/i18n.js";
import type { UiFormat } from "../../i18n/ui-format.js";
import type { RangeName, Span } from "./usage-view.js";

/** The range in words: `Thursday 12 November`, `November 2026`, `14 to 20 Nov`. */
export function rangeWords(range: RangeName, { from, to }: Span, now: number): string {
  const { format } = i18n;
  const year = (at: number): number => localTime(at as Instant, format.options.zone).year;
  const isThisYear = year(from) === year(now) && year(to - 1) === year(now);
  if (range === "month") return capital(format.dateAs(from, { month: "long", year: "numeric" }));
  if (range === "year") return format.dateAs(from, { year: "numeric" });
  if (range === "day")
    return format.dateAs(from, {
      weekday: "short",
      day: "numeric",
      month: "short",
      ...(isThisYear ? {} : { year: "numeric" }),
    });
  return format.dayRange(from, to - 1, !isThisYear);
}

/** The same where there is little room: `Nov 2026`, `16 Nov`. */
export function shortRangeWords(range: RangeName, span: Span, now: number): string {
  const { format } = i18n;
  if (range === "month") return capital(format.dateAs(span.from, { month: "short", year: "numeric" }));
  return range === "day" ? format.date(span.from) : rangeWords(range, span, now);
}

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase(i18n.language) + text.slice(1);

/** Names of the buckets, for the axis and in full. */
export function bucketWords(
  edges: readonly number[],
  bucket: EnergyBucket,
  now: number,
): BarWords & { full(index: number): string } {
  const { format, t } = { format: i18n.format, t: i18n.t.bind(i18n) };
  const repeated = repeatedHours(edges, bucket, format);
  const plain = (index: number): string =>
    nameOf(edges[index] ?? 0, { end: edges[index + 1] ?? 0, bucket, format, isRepeated: repeated.has(index) });
  const name = (index: number): string => {
    const isRunning = (edges[index] ?? 0) <= now && now < (edges[index + 1] ?? 0);
    return isRunning ? t("usage.soFarName", { name: plain(index) }) : plain(index);
  };
  return {
    name,
    full: plain,
    tick: (index) => tickOf(edges[index] ?? 0, bucket, { format, isFew: edges.length <= FEW }),
    partial: t(`usage.partial.${bucket}`),
  };
}

function nameOf(
  at: number,
  {
    end,
    bucket,
    format,
    isRepeated,
  }: { readonly end: number; readonly bucket: EnergyBucket; readonly format: UiFormat; readonly isRepeated: boolean },
): string {
  switch (bucket) {
    case "slot":
    case "hour": {
      const time = format.time(at);
      return i18n.t("unit.to", { from: isRepeated ? i18n.t("usage.twice", { time }) : time, to: format.time(end) });
    }
    case "day":
      return format.dateAs(at, { weekday: "short", day: "numeric", month: "short" });
    case "week":
      return i18n.t("usage.weekOf", { date: format.date(at) });
    case "month":
      return capital(format.dateAs(at, { month: "long", year: "numeric" }));
    case "year":
      return format.dateAs(at, { year: "numeric" });
  }
}

/** So few days have room for the name of their day of the week. */
const FEW = 11;

function tickOf(
  at: number,
  bucket: EnergyBucket,
  { format, isFew }: { readonly format: UiFormat; readonly isFew: boolean },
): string {
  if (bucket === "day" && isFew) return format.axisDay(at);
  if (bucket === "slot" || bucket === "hour") return format.axisTime(at);
  if (bucket === "month") return format.dateAs(at, { month: "short" });
  return bucket === "year" ? format.dateAs(at, { year: "numeric" }) : format.date(at);
}

/** Buckets whose time of the clock was there before: the night on which the clock goes back. */
function repeatedHours(edges: readonly number[], bucket: EnergyBucket, format: UiFormat): ReadonlySet<number> {
  if (bucket !== "hour" && bucket !== "slot") return new Set();
  const seen = new Set<string>();
  const repeated = new Set<number>();
  for (const [index, at] of edges.slice(0, -1).entries()) {
    const name = `${format.date(at)} ${format.time(at)}`;
    if (seen.has(name)) repeated.add(index);
    seen.add(name);
  }
  return repeated;
}
