import { days, hours, minutes } from "@vatio/plugin-api";
import type { HubClock } from "../../clock.js";

/** When rounds of sealing come. */
export interface SealScheduleOptions {
  readonly clock: HubClock;
  /** `isFirstOfDay`: no round of this UTC day came before. */
  readonly round: (isFirstOfDay: boolean) => Promise<unknown>;
}

/** A start has more urgent work. */
const FIRST_AFTER = minutes(2);
const EVERY = hours(1);
/** Days are sealed ten minutes after they ended; the hour's round that follows is the first of the day. */
const DAY_BEGINS = minutes(10);

/** Lets rounds of sealing come every hour. */
export class SealSchedule {
  readonly #options: SealScheduleOptions;
  #timer: Disposable | undefined;
  #day: number | undefined;
  #isStopped = false;

  constructor(options: SealScheduleOptions) {
    this.#options = options;
  }

  start(): void {
    this.#arm(FIRST_AFTER);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.[Symbol.dispose]();
  }

  #arm(delay: number): void {
    if (this.#isStopped) return;
    this.#timer = this.#options.clock.timer(delay as typeof EVERY, () => void this.#run());
  }

  async #run(): Promise<void> {
    const { clock, round } = this.#options;
    const day = Math.floor((clock.now() - DAY_BEGINS) / days(1));
    const isFirstOfDay = day !== this.#day;
    this.#day = day;
    // What fails is told and counted by the round itself.
    await round(isFirstOfDay).catch(() => undefined);
    this.#arm(EVERY);
  }
}
