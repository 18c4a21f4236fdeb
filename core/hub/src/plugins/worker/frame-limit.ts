import { type HubClock, systemClock } from "../../clock.js";

/** Messages that a worker may send in a second: far more than a plugin needs, far less than what holds the hub up. */
const MOST_PER_SECOND = 30_000;

/** Notices a worker that floods the hub with messages, in real time. */
export class FrameLimit {
  readonly #clock: HubClock;
  #began: number;
  #count = 0;

  constructor(clock: HubClock = systemClock) {
    this.#clock = clock;
    this.#began = clock.monotonic();
  }

  /** @returns false when it is one too many */
  take(): boolean {
    const now = this.#clock.monotonic();
    if (now - this.#began >= 1_000) {
      this.#began = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= MOST_PER_SECOND;
  }
}
