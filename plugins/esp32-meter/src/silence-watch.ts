import {
  type DeviceId,
  type Instant,
  type KnownDevice,
  minutes,
  type PluginContext,
  type Text,
  text,
} from "@vatio/plugin-api";
import { type Availability, availabilityOf, NEVER, type SilenceLimits } from "./availability.js";
import { BoundedMap } from "./bounded-map.js";

/** The services that the watch uses. */
export type SilenceServices = Pick<PluginContext, "clock" | "counters" | "devices" | "log" | "scheduler" | "telemetry">;

/** What the watch is made of. */
export interface SilenceWatchOptions {
  readonly ctx: SilenceServices;
  readonly limits: SilenceLimits;
}

/** Meters that are remembered; the hub is asked again about a forgotten one. */
const MAX_DEVICES = 5_000;

const CHECK_EVERY = minutes(1);

/** After a start every meter gets this long to report before it counts as silent: more than two of its windows. */
const START_GRACE = minutes(5);

/** Meters have no last will: says that one is gone when it has been silent for too long, and that it is back when it reports. */
export class SilenceWatch {
  readonly #ctx: SilenceServices;
  readonly #limits: SilenceLimits;
  readonly #seen = new BoundedMap<DeviceId, Instant>(MAX_DEVICES);
  readonly #told = new BoundedMap<DeviceId, Availability>(MAX_DEVICES);

  constructor({ ctx, limits }: SilenceWatchOptions) {
    this.#ctx = ctx;
    this.#limits = limits;
  }

  /** Checks every minute from now on. */
  start(): void {
    this.#ctx.scheduler.every(CHECK_EVERY, (signal) => this.#check(signal), { firstAfter: START_GRACE });
  }

  /** A meter reported. @param at arrival, which lies back when the message waited in the inbox */
  heard(device: DeviceId, at: Instant): void {
    const before = this.#seen.get(device) ?? NEVER;
    this.#seen.set(device, Math.max(before, at) as Instant);
    if (this.#availability(at) === "active") this.#tell(device, "active");
  }

  async #check(signal: AbortSignal): Promise<void> {
    try {
      for (const device of await this.#ctx.devices.list()) {
        if (signal.aborted) return;
        if (device.state === "active" || device.state === "pending") await this.#checkOne(device);
      }
    } catch (error) {
      this.#ctx.counters.add("retried", "esp32-meter.silence-check");
      this.#ctx.log.debug("Silent meters could not be looked for; it is tried again.", { why: String(error) });
    }
  }

  async #checkOne(device: KnownDevice): Promise<void> {
    if (this.#seen.get(device.id) === undefined) await this.#recall(device);
    const seenAt = this.#notAhead(device.id);
    const availability = this.#availability(seenAt);
    const agreed = device.online === (availability === "active");
    if (agreed && availability === "active") this.#told.set(device.id, "active");
    else this.#tell(device.id, availability, !agreed);
  }

  /** Learns from the store when a meter reported that has not in this run. */
  async #recall({ id, channels }: KnownDevice): Promise<void> {
    const stored = await Promise.all(Object.values(channels).map((channel) => this.#ctx.telemetry.last(channel)));
    const instants = stored.flatMap((values) => Object.values(values).map(({ at }) => at));
    // The meter may have reported while the store was asked.
    this.#seen.set(id, Math.max(this.#seen.get(id) ?? NEVER, ...instants) as Instant);
  }

  /** After the clock was set back a meter must not count as active until it has caught up. */
  #notAhead(device: DeviceId): Instant {
    const seenAt = Math.min(this.#seen.get(device) ?? NEVER, this.#ctx.clock.now()) as Instant;
    this.#seen.set(device, seenAt);
    return seenAt;
  }

  #availability(seenAt: Instant): Availability {
    return availabilityOf(seenAt, this.#ctx.clock.now(), this.#limits);
  }

  #tell(device: DeviceId, availability: Availability, again = false): void {
    if (!again && this.#told.get(device) === availability) return;
    this.#told.set(device, availability);
    this.#ctx.devices.available(device, availability === "active", this.#reason(availability));
  }

  #reason(availability: Availability): Text | undefined {
    const { activeFor, disconnectedFor } = this.#limits;
    if (availability === "active") return undefined;
    return availability === "disconnected"
      ? text("esp32-meter.offline.disconnected", { minutes: activeFor / minutes(1) })
      : text("esp32-meter.offline.no-data", { hours: disconnectedFor / minutes(60) });
  }
}
