import { BurstInstants } from "@vatio/model";
import { type MqttMessage, seconds, text } from "@vatio/plugin-api";
import { decodeEnertrack } from "./decode-enertrack.js";
import { describeNode } from "./describe-meter.js";
import type { MeterBook } from "./meter-book.js";
import { tooFast } from "./too-fast.js";

/** What the driver of EnerTrack nodes is made of. */
export interface EnertrackDriverOptions {
  readonly book: MeterBook;
  readonly baseTopic: string;
  /** Hardware ids that belong to plain-number topics. */
  readonly taken: ReadonlySet<string>;
}

/** A node publishes its seven values within a fraction of a second, over a slow link within a few seconds. */
const BURST = seconds(5);

/** EnerTrack nodes: seven topics each, one number in each, a burst of seven every two minutes. */
export class EnertrackDriver {
  readonly #book: MeterBook;
  readonly #baseTopic: string;
  readonly #taken: ReadonlySet<string>;
  readonly #bursts = new BurstInstants({ window: BURST });

  constructor({ book, baseTopic, taken }: EnertrackDriverOptions) {
    this.#book = book;
    this.#baseTopic = baseTopic;
    this.#taken = taken;
  }

  /** Everything below the base topic. Settles when the value is stored. */
  async onMessage(message: MqttMessage): Promise<void> {
    // Of what a broker has kept nobody knows how old it is.
    if (message.retained) return this.#book.ignore("esp32-meter.ignored.retained");
    const decoded = decodeEnertrack(this.#baseTopic, message);
    if (decoded.refusal) return this.#book.reject(message, decoded.refusal, decoded.id);
    const { id, metric, value } = decoded;
    if (this.#taken.has(id)) return this.#book.reject(message, text("esp32-meter.rejected.taken", { id }));
    // Before anything is awaited: the order of the messages decides.
    const at = this.#bursts.instantFor({ ...message, device: id, metric, value });
    if (at === undefined) throw tooFast(message);
    await this.#book.record({ description: describeNode(id), metric, value, at, message });
  }
}
