import { type DurationMs, type Log, seconds, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import type { HealthTree } from "../health.js";

/** What a recovery needs. */
export interface RecoveryOptions {
  readonly clock: HubClock;
  readonly log: Log;
  readonly counters: CounterTable;
  readonly health?: HealthTree;
  /** Gives the failed database up and opens it again. */
  readonly reopen: (error: VatioError) => Promise<void>;
}

const FIRST_WAIT = seconds(2);
const LONGEST_WAIT = seconds(60);

/** Opens a database again that failed for good, as often as it takes: what was acknowledged is in its file and its log. */
export class Recovery {
  readonly #options: RecoveryOptions;
  #timer: Disposable | undefined;
  #attempt: Promise<void> | undefined;
  #isActive = false;
  #isStopped = false;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /** Begins, unless it is under way. */
  begin(error: VatioError): void {
    if (this.#isActive || this.#isStopped) return;
    this.#isActive = true;
    this.#arm(error, FIRST_WAIT);
  }

  /** Ends it; an attempt that runs is awaited. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.[Symbol.dispose]();
    await this.#attempt;
  }

  #arm(error: VatioError, wait: DurationMs): void {
    if (this.#isStopped) return;
    this.#timer = this.#options.clock.timer(wait, () => {
      this.#attempt = this.#try(error, wait);
    });
  }

  async #try(error: VatioError, wait: DurationMs): Promise<void> {
    const { reopen, log, counters, health } = this.#options;
    try {
      await reopen(error);
      this.#isActive = false;
      health?.ok("hub/store");
      counters.add("store", "reopened", error.code);
      log.info("The telemetry database was opened again. Readings are stored.");
    } catch (failure) {
      log.error("The telemetry database could not be opened again yet.", { reason: VatioError.from(failure).message });
      this.#arm(error, Math.min(2 * wait, LONGEST_WAIT) as DurationMs);
    }
  }
}
