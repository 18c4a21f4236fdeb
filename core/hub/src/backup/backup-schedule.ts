import { type DurationMs, type Instant, minutes } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { BackupPlan } from "./backup-settings.js";
import { nextRun } from "./next-run.js";

/** What the schedule needs. */
export interface BackupScheduleOptions {
  readonly clock: HubClock;
  readonly plan: () => BackupPlan;
  /** Zone of the site, whose clock the schedule follows. */
  readonly zone: () => string;
  /** Makes a backup. Never rejects. */
  readonly run: () => Promise<void>;
  /** When the newest backup was made. */
  readonly newest: () => Promise<Instant | undefined>;
  /** Looks at the age of the newest backup. Never rejects. */
  readonly look: () => Promise<void>;
}

/** After a start the hub has better things to do. */
const AFTER_START = minutes(10);
const LOOK_EVERY = minutes(30);
const DAY_MS = 86_400_000;

/** Makes a backup each day at a time of the site's clock, and makes up for one that was missed while the hub was down. */
export class BackupSchedule {
  readonly #options: BackupScheduleOptions;
  readonly #timers = new Map<"next" | "missed" | "look", Disposable>();
  #next: Instant | undefined;
  #stopped = false;

  constructor(options: BackupScheduleOptions) {
    this.#options = options;
  }

  /** When the next one is due; undefined while the schedule is off. */
  get next(): Instant | undefined {
    return this.#next;
  }

  start(): void {
    this.#set("missed", AFTER_START, () => void this.#makeUp());
    this.#lookAgain();
  }

  /** Follows changed settings, and the zone of a site that came or changed. */
  arm(): void {
    const { clock, plan, zone } = this.#options;
    // One that is due by now is about to run: setting it anew would skip it.
    if (this.#next !== undefined && this.#next <= clock.now()) return;
    const { isOn, time } = plan();
    this.#timers.get("next")?.[Symbol.dispose]();
    this.#next = isOn ? nextRun(clock.now(), time, zone()) : undefined;
    if (this.#next !== undefined) this.#set("next", (this.#next - clock.now()) as DurationMs, () => this.#due());
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer[Symbol.dispose]();
    this.#timers.clear();
  }

  #set(name: "next" | "missed" | "look", delay: DurationMs, run: () => void): void {
    if (!this.#stopped) this.#timers.set(name, this.#options.clock.timer(delay, run));
  }

  #due(): void {
    this.#next = undefined;
    this.arm();
    void this.#options.run();
  }

  async #makeUp(): Promise<void> {
    const { clock, newest, plan, run } = this.#options;
    const last = (await newest()) ?? 0;
    if (!this.#stopped && plan().isOn && clock.now() - last > DAY_MS) await run();
  }

  #lookAgain(): void {
    void this.#options.look();
    this.arm();
    this.#set("look", LOOK_EVERY, () => this.#lookAgain());
  }
}
