import type { Instant } from "../time/instant.js";
import type { CounterEvent, EnergyDelta, EnergyDirection, EnergyReason, EnergyStep } from "./types.js";

const NO_EVENTS: readonly CounterEvent[] = Object.freeze([]);
const NO_DELTAS: readonly EnergyDelta[] = Object.freeze([]);

/** The step of a reading that says nothing about energy. It is one object for all. */
export const EMPTY_STEP: EnergyStep = Object.freeze({ deltas: NO_DELTAS, events: NO_EVENTS });

/** How much flowed in a span, and how that is known. */
export interface Amount {
  readonly from: number;
  readonly to: number;
  readonly wh: number;
}

/** Collects what comes of one reading. Reused for every reading: it makes nothing but what it hands out. */
export class StepBuilder {
  #deltas: EnergyDelta[] | undefined;
  #events: CounterEvent[] | undefined;

  delta(direction: EnergyDirection, amount: Amount, reason: EnergyReason, estimated: boolean): void {
    const delta = {
      direction,
      from: amount.from as Instant,
      to: amount.to as Instant,
      wh: amount.wh,
      reason,
      estimated,
    };
    if (this.#deltas) this.#deltas.push(delta);
    else this.#deltas = [delta];
  }

  event(event: CounterEvent): void {
    if (this.#events) this.#events.push(event);
    else this.#events = [event];
  }

  /** The step, and an empty builder. */
  finish(): EnergyStep {
    const deltas = this.#deltas;
    const events = this.#events;
    if (!deltas && !events) return EMPTY_STEP;
    this.#deltas = undefined;
    this.#events = undefined;
    return { deltas: deltas ?? NO_DELTAS, events: events ?? NO_EVENTS };
  }
}
