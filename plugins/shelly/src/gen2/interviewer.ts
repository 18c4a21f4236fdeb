import type { Clock, DurationMs, Scheduler } from "@vatio/plugin-api";
import type { ShellyDevice } from "../shelly-device.js";

/** What the interviewer is made of. */
export interface InterviewerOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Aborted when nobody is to be asked any more. */
  readonly signal: AbortSignal;
  /** Asks one device; must not throw. */
  readonly interview: (device: ShellyDevice) => Promise<void>;
  /** A device is not asked more often than this, however often it comes and goes. */
  readonly pause: DurationMs;
}

/** Devices that are asked at the same time: after a restart of the broker all come back at once. */
const AT_ONCE = 2;

/** Asks devices for what they do not tell unasked, one after the other and never too often. */
export class Interviewer {
  readonly #options: InterviewerOptions;
  readonly #queue = new Set<ShellyDevice>();
  readonly #askedAt = new WeakMap<ShellyDevice, number>();
  readonly #later = new WeakSet<ShellyDevice>();
  #running = 0;

  constructor(options: InterviewerOptions) {
    this.#options = options;
  }

  /** Asks the device soon; at the end of its pause when it was asked a moment ago. */
  ask(device: ShellyDevice): void {
    const askedAt = this.#askedAt.get(device);
    const wait = askedAt === undefined ? 0 : askedAt + this.#options.pause - this.#options.clock.now();
    if (wait > 0) this.#askLater(device, wait as DurationMs);
    else {
      this.#queue.add(device);
      this.#next();
    }
  }

  #askLater(device: ShellyDevice, wait: DurationMs): void {
    if (this.#later.has(device)) return;
    this.#later.add(device);
    this.#options.scheduler.after(wait, () => {
      this.#later.delete(device);
      this.ask(device);
    });
  }

  #next(): void {
    const [device] = this.#queue;
    if (device === undefined || this.#running >= AT_ONCE || this.#options.signal.aborted) return;
    this.#queue.delete(device);
    this.#askedAt.set(device, this.#options.clock.now());
    this.#running++;
    void this.#options.interview(device).finally(() => {
      this.#running--;
      this.#next();
    });
  }
}
