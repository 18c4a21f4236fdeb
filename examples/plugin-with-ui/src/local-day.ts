import type { Instant } from "@vatio/plugin-api";

/** Makes a function that tells the day of an instant by the clock of a zone, as `2026-03-29`. */
export function localDayIn(zone: string): (at: Instant) => string {
  // The one region whose short dates are ISO 8601.
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  return (at) => format.format(at);
}
