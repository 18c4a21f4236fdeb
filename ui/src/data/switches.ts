import { Emitter } from "./emitter.js";
import type { HttpApi } from "./http.js";
import { HubError } from "./hub-error.js";
import type { ReadingsStore } from "./readings-store.js";

/** A switch as the page shows it. */
export interface SwitchState {
  /** Undefined while the device has not said. */
  readonly on: boolean | undefined;
  /** Asked for, not confirmed by the device yet. */
  readonly pending: boolean;
}

/** A switchable circuit: the channel takes the command, the point shows the state. */
export interface SwitchTarget {
  readonly channel: string;
  readonly point?: string;
}

const TIMEOUT_MS = 5_000;
const METRIC = "switch_on";

/** Turns switches: shows the wish at once, holds it pending until the device confirms, and goes back when it does not. */
export class Switches {
  readonly changes = new Emitter<string>();
  readonly #pending = new Map<string, boolean>();
  readonly #http: HttpApi;
  readonly #readings: ReadingsStore;
  readonly #now: () => number;

  constructor({
    http,
    readings,
    now,
  }: { readonly http: HttpApi; readonly readings: ReadingsStore; readonly now: () => number }) {
    this.#http = http;
    this.#readings = readings;
    this.#now = now;
  }

  state({ channel, point }: SwitchTarget): SwitchState {
    const wished = this.#pending.get(channel);
    const known =
      (point === undefined ? undefined : this.#readings.get(point, METRIC)) ?? this.#readings.get(channel, METRIC);
    const on = wished ?? (known === undefined ? undefined : known.value >= 0.5);
    return { on, pending: wished !== undefined };
  }

  /** @throws HubError when the device does not confirm; the shown state has gone back by then. */
  async set(target: SwitchTarget, on: boolean): Promise<void> {
    const { channel } = target;
    this.#show(channel, on);
    try {
      const body = { channel, to: on ? "on" : "off" };
      const { result } = await this.#http.post<{ result: { on: boolean } }>("/commands/switch.set", body, {
        query: { timeout: TIMEOUT_MS },
      });
      this.#confirm(target, result.on);
      if (result.on !== on) throw new HubError("E_SWITCH_REFUSED", "The device answered, but kept its state.");
    } finally {
      this.#show(channel, undefined);
    }
  }

  #confirm({ channel, point }: SwitchTarget, on: boolean): void {
    const last = { [METRIC]: { at: this.#now(), value: on ? 1 : 0 } };
    this.#readings.putLast({ [channel]: last, ...(point === undefined ? {} : { [point]: last }) });
  }

  #show(channel: string, wished: boolean | undefined): void {
    if (wished === undefined) this.#pending.delete(channel);
    else this.#pending.set(channel, wished);
    this.changes.emit(channel);
  }
}
