import type { DurationMs, Instant } from "@vatio/plugin-api";

/** How a meter stands: it reports, it has stopped, or nobody has heard of it for long. */
export type Availability = "active" | "disconnected" | "no-data";

/** After which silence a meter is no longer what it was. */
export interface SilenceLimits {
  /** Silent for less: active. */
  readonly activeFor: DurationMs;
  /** Silent for less: disconnected. From then on: no data. */
  readonly disconnectedFor: DurationMs;
}

/** When a meter was last heard that never was. */
export const NEVER = Number.NEGATIVE_INFINITY as Instant;

/** How a meter stands that was last heard at an instant. A time ahead of the clock counts as now. */
export function availabilityOf(seenAt: Instant, now: Instant, limits: SilenceLimits): Availability {
  const silence = now - seenAt;
  if (silence < limits.activeFor) return "active";
  return silence < limits.disconnectedFor ? "disconnected" : "no-data";
}
