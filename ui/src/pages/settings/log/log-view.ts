import type { LogLevel } from "../../../data/api.js";
import type { PlainKey } from "../../../i18n/catalogue.js";
import { i18n } from "../../../i18n/i18n.js";
import { LOG_LEVELS, type LogFilter } from "./log-tail.js";
import { instantOf } from "./zoned-time.js";

/** What the page shows, as it stands in its address. */
export interface LogView {
  readonly level: LogLevel;
  /** Empty: all. */
  readonly source: string;
  readonly text: string;
  readonly range: string;
  /** Of the range `custom`: local date and time of the site, `2026-11-21T14:30`. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

const HOUR_MS = 3_600_000;

/** Ranges that can be chosen; `custom` has a beginning and an end. */
export const RANGES: readonly { readonly id: string; readonly label: PlainKey; readonly ms?: number }[] = [
  { id: "all", label: "log.rangeAll" },
  { id: "1h", label: "log.range1h", ms: HOUR_MS },
  { id: "24h", label: "log.range24h", ms: 24 * HOUR_MS },
  { id: "7d", label: "log.range7d", ms: 168 * HOUR_MS },
  { id: "custom", label: "log.rangeCustom" },
];

/** Reads the view from an address; what it does not understand is left at its default. */
export function viewOf(query: URLSearchParams): LogView {
  const level = query.get("level");
  const range = query.get("range");
  return {
    level: LOG_LEVELS.find((each) => each === level) ?? "debug",
    source: query.get("source") ?? "",
    text: query.get("text") ?? "",
    range: RANGES.some(({ id }) => id === range) && range !== null ? range : "all",
    from: query.get("from") ?? undefined,
    to: query.get("to") ?? undefined,
  };
}

/** What to ask the hub for. @param now when the range was chosen */
export function filterOf({ level, source, text, range, from, to }: LogView, now: number): LogFilter {
  const ms = RANGES.find(({ id }) => id === range)?.ms;
  const { zone } = i18n.options;
  const begin = ms === undefined ? from && instantOf(from, zone) : now - ms;
  const end = to && instantOf(to, zone);
  return {
    level,
    ...(source ? { source } : {}),
    ...(text ? { text } : {}),
    ...(begin ? { from: begin } : {}),
    ...(end ? { to: end } : {}),
  };
}
