import { type Log, minutes, type PluginId } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";

/** A synchronous call into a plugin in which the plugin itself works longer holds the hub up. */
const SLOW_CALL_MS = 50;

/** How old the reading of processor time may be with which a call begins: reading it at each call would cost more than most calls. */
const SAMPLE_EVERY_MS = 20;

/** A plugin that is slow is slow at each message: the log says it once in this span. */
const WARN_EVERY = minutes(1);

/** What the measuring of one plugin needs. */
export interface OwnWorkOptions {
  readonly id: PluginId;
  readonly clock: HubClock;
  readonly counters: CounterTable;
  readonly log: Log;
}

/** The beginning of a call into the plugin. */
export interface CallMark {
  readonly at: number;
  readonly served: number;
}

/**
 * Notes calls in which a plugin's own synchronous work holds the hub's thread up. What the hub does for the plugin on the way is the hub's, and
 * time in which the thread did not run at all, because the machine was busy with other programs, is nobody's.
 */
export class OwnWork {
  readonly #options: OwnWorkOptions;
  #served = 0;
  #sampledAt = Number.NEGATIVE_INFINITY;
  #sampledCpu: number | undefined;
  #warnedAt = Number.NEGATIVE_INFINITY;
  #unsaid = 0;

  constructor(options: OwnWorkOptions) {
    this.#options = options;
  }

  begin(): CallMark {
    const { clock } = this.#options;
    const at = clock.monotonic();
    if (at - this.#sampledAt > SAMPLE_EVERY_MS) {
      this.#sampledAt = at;
      this.#sampledCpu = clock.processor?.();
    }
    return { at, served: this.#served };
  }

  /** Runs what the hub does for the plugin. */
  serve<T>(call: () => T): T {
    const { clock } = this.#options;
    const began = clock.monotonic();
    try {
      return call();
    } finally {
      this.#served += clock.monotonic() - began;
    }
  }

  end(mark: CallMark, where: string): void {
    const { clock, counters, id } = this.#options;
    const own = clock.monotonic() - mark.at - (this.#served - mark.served);
    if (own <= SLOW_CALL_MS) return;
    const worked =
      this.#sampledCpu === undefined ? own : Math.min(own, (clock.processor?.() ?? own) - this.#sampledCpu);
    if (worked <= SLOW_CALL_MS) return;
    counters.add(`plugin:${id}`, "slow-call", where);
    this.#warn(worked, where);
  }

  #warn(worked: number, where: string): void {
    const { clock, id, log } = this.#options;
    const now = clock.monotonic();
    if (now - this.#warnedAt < WARN_EVERY) {
      this.#unsaid += 1;
      return;
    }
    log.warn(`The plugin ${id} held the hub up for ${Math.round(worked)} ms`, {
      where,
      ...(this.#unsaid > 0 && { othersSinceTheLastNote: this.#unsaid }),
    });
    this.#warnedAt = now;
    this.#unsaid = 0;
  }
}
