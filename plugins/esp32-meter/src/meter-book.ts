import {
  type DeviceDescription,
  type DeviceId,
  type Instant,
  type MetricName,
  type MqttMessage,
  type PluginContext,
  row,
  type Text,
  text,
} from "@vatio/plugin-api";
import { BoundedMap } from "./bounded-map.js";
import { MAIN } from "./describe-meter.js";
import type { SilenceWatch } from "./silence-watch.js";

/** The services that the book uses. */
export type BookServices = Pick<PluginContext, "counters" | "devices" | "telemetry">;

/** What the book is made of. */
export interface MeterBookOptions {
  readonly ctx: BookServices;
  readonly watch: SilenceWatch;
}

/** A decoded value on its way into the store. */
export interface Entry {
  readonly description: DeviceDescription;
  readonly metric: MetricName;
  /** In the stored unit of the metric. */
  readonly value: number;
  readonly at: Instant;
  /** The message behind it, for the device's page. */
  readonly message: MqttMessage;
}

/** Meters whose id is remembered, for the pages of their rejected messages. */
const MAX_METERS = 5_000;

/** The way of readings and refusals from the decoders to the hub. */
export class MeterBook {
  readonly #ctx: BookServices;
  readonly #watch: SilenceWatch;
  readonly #ids = new BoundedMap<string, DeviceId>(MAX_METERS);

  private constructor({ ctx, watch }: MeterBookOptions) {
    this.#ctx = ctx;
    this.#watch = watch;
  }

  /** The book with the meters that the hub knows already. */
  static async open(options: MeterBookOptions): Promise<MeterBook> {
    const book = new MeterBook(options);
    for (const { hardwareId, id } of await options.ctx.devices.list()) book.#ids.set(hardwareId, id);
    return book;
  }

  /** Announces the meter and stores its value; settles after the durable commit. @throws E_STORE_* (retryable) when nothing was committed */
  async record({ description, metric, value, at, message }: Entry): Promise<void> {
    const { hardwareId } = description;
    const { id, state, channels } = await this.#ctx.devices.announce(description);
    if (state !== "active" && state !== "pending") return this.#ctx.counters.add("dropped", state);
    this.#ids.set(hardwareId, id);
    const channel = channels[MAIN];
    if (channel === undefined) return this.#ctx.counters.add("dropped", "no-channel");
    const { rejected } = await this.#ctx.telemetry.write(row(channel, at, { [metric]: value }));
    for (const { reason } of rejected) this.reject(message, text(reason, { metric, value }), hardwareId);
    if (rejected.length === 0) this.#ctx.counters.add("accepted", "reading");
    this.#watch.heard(id, message.at);
  }

  /** Says why a message was not used: the hub counts it and shows it, on the meter's page when the meter is known. */
  reject(message: MqttMessage, reason: Text, hardwareId?: string): void {
    this.#ctx.devices.rejected(message, reason, hardwareId === undefined ? undefined : this.#ids.get(hardwareId));
  }

  /** Counts what is no fault of anybody. */
  ignore(reason: string): void {
    this.#ctx.counters.add("ignored", reason);
  }
}
