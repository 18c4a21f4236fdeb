import type { ChannelId } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { ChannelNumbers, StateDatabase } from "./types.js";

/** Channel numbers in `state.duckdb`. They outlive their channels: history keeps its meaning when a device is removed. */
class StoredChannelNumbers implements ChannelNumbers {
  readonly #state: StateDatabase;
  readonly #clock: HubClock;
  readonly #numbers = new Map<ChannelId, number>();
  readonly #channels = new Map<number, ChannelId>();
  #newest = 0;
  #allocating: Promise<void> = Promise.resolve();

  constructor(state: StateDatabase, clock: HubClock) {
    this.#state = state;
    this.#clock = clock;
  }

  async load(): Promise<void> {
    const rows = await this.#state.all<{ number: number; channel: ChannelId }>(
      "SELECT number, channel FROM channel_numbers",
    );
    for (const { number, channel } of rows) this.#remember(channel, number);
  }

  numberOf(channel: ChannelId): number | undefined {
    return this.#numbers.get(channel);
  }

  channelOf(number: number): ChannelId | undefined {
    return this.#channels.get(number);
  }

  allocate(channels: readonly ChannelId[]): Promise<void> {
    if (channels.every((channel) => this.#numbers.has(channel))) return Promise.resolve();
    // After a failed commit it is not known which numbers are taken.
    const done = this.#allocating
      .then(() => this.#allocate(channels))
      .catch((error: unknown) => this.load().then(() => Promise.reject(error)));
    this.#allocating = done.catch(() => undefined);
    return done;
  }

  async #allocate(channels: readonly ChannelId[]): Promise<void> {
    const fresh = [...new Set(channels)].filter((channel) => !this.#numbers.has(channel));
    const first = this.#newest + 1;
    await this.#state.transaction(async (sql) => {
      for (const [i, channel] of fresh.entries()) {
        await sql.run("INSERT INTO channel_numbers VALUES (?, ?, ?)", [first + i, channel, this.#clock.now()]);
      }
    });
    for (const [i, channel] of fresh.entries()) this.#remember(channel, first + i);
  }

  #remember(channel: ChannelId, number: number): void {
    this.#numbers.set(channel, number);
    this.#channels.set(number, channel);
    this.#newest = Math.max(this.#newest, number);
  }
}

/** Loads the numbers of all channels that ever had one. */
export async function openChannelNumbers(state: StateDatabase, clock: HubClock): Promise<ChannelNumbers> {
  const numbers = new StoredChannelNumbers(state, clock);
  await numbers.load();
  return numbers;
}
