import { BurstInstants } from "@vatio/model";
import { type DeviceDescription, type MqttMessage, milliseconds } from "@vatio/plugin-api";
import { decodePlain } from "./decode-plain.js";
import { describePlain } from "./describe-meter.js";
import type { MeterBook } from "./meter-book.js";
import type { PlainTopic } from "./plain-topics.js";
import { tooFast } from "./too-fast.js";

/** What the driver of one topic is made of. */
export interface PlainDriverOptions {
  readonly book: MeterBook;
  readonly plain: PlainTopic;
}

/** One topic that carries one number: a device of its own. */
export class PlainDriver {
  readonly #book: MeterBook;
  readonly #plain: PlainTopic;
  readonly #description: DeviceDescription;
  // Without a window: each value is a reading of its own, and two within a millisecond do not collide.
  readonly #instants = new BurstInstants({ window: milliseconds(0) });

  constructor({ book, plain }: PlainDriverOptions) {
    this.#book = book;
    this.#plain = plain;
    this.#description = describePlain(plain);
  }

  /** A message of the topic. Settles when the value is stored. */
  async onMessage(message: MqttMessage): Promise<void> {
    // Of what a broker has kept nobody knows how old it is.
    if (message.retained) return this.#book.ignore("esp32-meter.ignored.retained");
    const { topic, metric } = this.#plain;
    const decoded = decodePlain(this.#plain, message.payload);
    if (decoded.refusal) return this.#book.reject(message, decoded.refusal, topic);
    const { value } = decoded;
    const at = this.#instants.instantFor({ ...message, device: topic, metric, value });
    if (at === undefined) throw tooFast(message);
    await this.#book.record({ description: this.#description, metric, value, at, message });
  }
}
