import { type DurationMs, type Instant, instant, minutes, seconds } from "@vatio/plugin-api";

/** A device counts seconds since its boot until it knows the date; every date is far above, every uptime far below. */
const FIRST_DATE_S = 1e9;

/** How far ahead of the hub a device's clock may be before its time is not used. */
const MOST_AHEAD: DurationMs = minutes(5);

/** How wrong a clock may be, measured by asking, before its time is not used. */
const MOST_SKEW: DurationMs = seconds(60);

/** Seconds since the epoch as an instant; undefined for the seconds since boot that a device sends before it knows the date. */
export function dateOf(unixSeconds: unknown): Instant | undefined {
  const isDate = typeof unixSeconds === "number" && unixSeconds >= FIRST_DATE_S && unixSeconds < 1e11;
  return isDate ? instant(Math.round(unixSeconds * 1000)) : undefined;
}

/** What decides the instant of a reading. */
export interface TimeEvidence {
  /** The device's own time, in seconds. */
  readonly unixSeconds: unknown;
  readonly arrival: Instant;
  /** How far the device's clock was ahead when it was last asked. */
  readonly skewMs?: number | undefined;
}

/**
 * The instant of a reading: the device's own time when it is a date and its clock can be trusted, else the arrival.
 * A time before the arrival is believed, because a broker may have kept the message.
 */
export function instantOf({ unixSeconds, arrival, skewMs }: TimeEvidence): Instant {
  const own = dateOf(unixSeconds);
  const trusted = own !== undefined && own - arrival <= MOST_AHEAD && Math.abs(skewMs ?? 0) <= MOST_SKEW;
  return trusted ? own : arrival;
}
