import type { MqttMessage, Text } from "@vatio/plugin-api";
import { PAYLOAD_TEXT_BYTES, payloadText } from "../payload-text.js";
import type { RawMessage } from "./types.js";

/** Messages that are kept for each device. */
const KEPT = 30;
/** Devices and drivers for which messages are kept; the one that was silent longest goes first. */
const OWNERS = 500;

/** A message as it is kept: its bytes as a Latin-1 string, which is made in no time and holds no buffer of the network. */
type KeptMessage = Omit<RawMessage, "payload"> & { readonly bytesText: string };

const keptBytes = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, Math.min(byteLength, PAYLOAD_TEXT_BYTES)).toString("latin1");

/** The last raw messages of devices, and why any was not used. In memory: they help to find faults and are no history. */
export class RawMessages {
  readonly #byOwner = new Map<string, KeptMessage[]>();

  add(owner: string, message: MqttMessage, rejected?: Text): void {
    const kept = this.#byOwner.get(owner) ?? [];
    const raw = {
      at: message.at,
      topic: message.topic.slice(0, 1_000),
      bytesText: keptBytes(message.payload),
      bytes: message.payload.length,
    };
    kept.push(rejected ? { ...raw, rejected } : raw);
    if (kept.length > KEPT) kept.shift();
    // Setting anew moves the owner to the end: the first one is the longest silent.
    this.#byOwner.delete(owner);
    this.#byOwner.set(owner, kept);
    if (this.#byOwner.size > OWNERS) this.#byOwner.delete(this.#byOwner.keys().next().value ?? "");
  }

  /** Newest first. */
  of(owner: string): readonly RawMessage[] {
    return (this.#byOwner.get(owner) ?? []).map(shown).reverse();
  }

  delete(owner: string): void {
    this.#byOwner.delete(owner);
  }
}

const shown = ({ bytesText, ...message }: KeptMessage): RawMessage => ({
  ...message,
  payload: payloadText(Buffer.from(bytesText, "latin1"), message.bytes),
});
