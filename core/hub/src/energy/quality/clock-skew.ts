import type { Batch, ChannelId } from "@vatio/plugin-api";

/** Batches that are remembered of a channel. */
const REMEMBERED = 20;

/**
 * Clocks of devices against that of the hub. A reading arrives after it was taken, sooner or later: the one that was quickest tells most
 * about the clock. Devices that tell no time are stamped by the hub and show none.
 */
export class ClockSkew {
  readonly #seen = new Map<ChannelId, number[]>();

  note({ channel, origin, at }: Pick<Batch, "channel" | "origin" | "at">, now: number): void {
    if (origin !== "live" || at.length === 0) return;
    const seen = this.#seen.get(channel) ?? [];
    seen.push((at.at(-1) as number) - now);
    if (seen.length > REMEMBERED) seen.shift();
    this.#seen.set(channel, seen);
  }

  /** Clock of the device less that of the hub, in ms; undefined before its first reading of this run. */
  of(channel: ChannelId): number | undefined {
    const seen = this.#seen.get(channel);
    return seen && Math.max(...seen);
  }
}
