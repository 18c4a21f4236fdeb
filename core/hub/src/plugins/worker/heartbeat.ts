import { seconds } from "@vatio/plugin-api";
import { type HubClock, systemClock } from "../../clock.js";

const INTERVAL = seconds(1);

/** So many intervals without an answer are too many. */
const MOST_SILENT = 5;

/** What a heartbeat needs. */
export interface HeartbeatOptions {
  /** Asks for a sign of life. */
  readonly ping: () => Promise<void>;
  readonly onSilence: () => void;
  /** Real time, always: a thread that hangs does not wait for a test's clock. */
  readonly clock?: HubClock;
}

/**
 * Notices a thread that hangs. Counts intervals instead of measuring silence: when the hub itself was held up, or the machine asleep, the
 * thread had no chance to answer.
 */
export class Heartbeat implements Disposable {
  readonly #options: HeartbeatOptions;
  readonly #clock: HubClock;
  #timer: Disposable | undefined;
  #lastTick: number;
  #waiting = false;
  #silent = 0;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#lastTick = this.#clock.monotonic();
    this.#arm();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = this.#clock.timer(INTERVAL, () => this.#tick());
  }

  #tick(): void {
    const now = this.#clock.monotonic();
    const onTime = now - this.#lastTick < 2 * INTERVAL;
    this.#lastTick = now;
    this.#arm();
    if (!this.#waiting) this.#ping();
    else if (onTime && ++this.#silent >= MOST_SILENT) {
      this[Symbol.dispose]();
      this.#options.onSilence();
    }
  }

  #ping(): void {
    this.#waiting = true;
    const answered = (): void => {
      this.#waiting = false;
      this.#silent = 0;
    };
    this.#options.ping().then(answered, answered);
  }
}
