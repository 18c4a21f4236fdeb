import type { CounterRegister } from "./register.js";
import type { StepBuilder } from "./step-builder.js";
import type { EnergyDirection } from "./types.js";

/** A span and its energy, as a device or a file tells them. */
export interface Interval {
  readonly at: number;
  readonly ms: number;
  readonly wh: number;
}

/** Clocks of devices run a little fast or slow: intervals that overlap by less of their length follow one another. */
const JITTER = 0.1;

/** Energy of spans that a device or a file tells. No time is counted twice, neither from two spans nor from a span and a register. */
export class IntervalReader {
  readonly #direction: EnergyDirection;
  #end: number;

  constructor(direction: EnergyDirection, end = Number.NEGATIVE_INFINITY) {
    this.#direction = direction;
    this.#end = end;
  }

  /** End of the last span; -Infinity before the first. */
  get end(): number {
    return this.#end;
  }

  read(interval: Interval, register: CounterRegister | undefined, out: StepBuilder): void {
    const to = interval.at + interval.ms;
    const counted = register ? Math.max(interval.at, register.at) : interval.at;
    const share = this.#shareAfter(interval, counted);
    if (share <= 0) return;
    const wh = interval.wh * share;
    register?.alreadyCounted(wh);
    out.delta(this.#direction, { from: Math.max(counted, Math.min(this.#end, to)), to, wh }, "interval", false);
    this.#end = Math.max(this.#end, to);
  }

  #shareAfter({ at, ms }: Interval, counted: number): number {
    if (ms === 0) return at >= counted ? 1 : 0;
    const overlap = this.#end - at;
    const begin = overlap > JITTER * ms ? Math.max(counted, this.#end) : counted;
    return (at + ms - begin) / ms;
  }
}
