import { addDays, localDateOf, offsetAt, startOfDay } from "@vatio/model";
import type { Instant, LocalDate } from "@vatio/plugin-api";

/** Minute of the local day at which all devices are looked at: 03:30, when little is measured and little is billed. */
const MINUTE_OF_NIGHT = 3 * 60 + 30;

function nightOf(date: LocalDate, zone: string): Instant {
  const start = startOfDay(date, zone);
  const at = (start + MINUTE_OF_NIGHT * 60_000) as Instant;
  // The clock may have been changed between midnight and then.
  return (at + offsetAt(start, zone) - offsetAt(at, zone)) as Instant;
}

/** The next 03:30 in a zone after an instant. */
export function nextNight(after: Instant, zone: string): Instant {
  const today = localDateOf(after, zone);
  const tonight = nightOf(today, zone);
  return tonight > after ? tonight : nightOf(addDays(today, 1), zone);
}
