import { days, type Instant, minutes, type Range } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { DeviceRecord } from "../registry/types.js";
import type { TelemetryStore } from "../store/types.js";
import type { DevicePlan } from "./device-plan.js";
import { minutesOf } from "./ranges.js";
import { scanChannel } from "./scan-channel.js";
import type { BackfillCause } from "./types.js";

/** The running minute, and the one that the device is just writing down. */
const NOT_YET = minutes(2);

/** Looks again at the time right before the last look: its gaps may have gone on. */
const OVERLAP = minutes(30);

/** How a scan is made. */
export interface ScanRequest {
  readonly cause: BackfillCause;
  /** Days back. */
  readonly days: number;
  readonly signal: AbortSignal;
}

/** Finds what the channels of a device miss. */
export class GapFinder {
  readonly #store: Pick<TelemetryStore, "exportRows">;
  readonly #clock: HubClock;

  constructor(store: Pick<TelemetryStore, "exportRows">, clock: HubClock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Looks at all the days, or after a reconnection and a start only at the time since the last look.
   * @throws E_STORE_* (retryable), E_ABORTED
   */
  async scan(plan: DevicePlan, device: DeviceRecord, request: ScanRequest): Promise<void> {
    const now = this.#clock.now();
    const window = windowOf(plan, request, now);
    const before = minutesOf(plan.gaps);
    plan.forgetBefore((now - days(request.days)) as Instant);
    plan.keepOnly(new Set(device.channels.map(({ id }) => id)));
    for (const { id, kind } of device.channels) {
      if (kind === "sensor" || !plan.mayAsk(id, now) || !(window.from < window.to)) continue;
      plan.found(id, await scanChannel(this.#store, id, window, request.signal), window);
    }
    plan.scannedUntil = window.to;
    plan.begin(request.cause, now, before);
  }
}

function windowOf(plan: DevicePlan, { cause, days: count }: ScanRequest, now: Instant): Range {
  const first = (now - days(count)) as Instant;
  const all = cause === "nightly" || cause === "manual" || plan.scannedUntil === undefined;
  const from = all ? first : (Math.max(first, (plan.scannedUntil ?? 0) - OVERLAP) as Instant);
  return { from, to: (now - NOT_YET) as Instant };
}
