import { VatioError } from "@vatio/plugin-api";

/** Exports at a time: more of them would keep everybody else from the store. */
const AT_ONCE = 2;
const RETRY_AFTER_MS = 10_000;

/** Lets a few exports run at a time and refuses the next one. */
export class ExportGate {
  readonly #limit: number;
  #running = 0;

  constructor(limit = AT_ONCE) {
    this.#limit = limit;
  }

  /** Exports that run. */
  get running(): number {
    return this.#running;
  }

  /** Takes a place; call what it returns when the export is over. Idempotent. @throws E_EXPORT_BUSY (retryable) */
  enter(): () => void {
    if (this.#running >= this.#limit) {
      throw new VatioError(
        "E_EXPORT_BUSY",
        `${this.#limit} exports run already, which is as many as the hub makes at a time. Wait until one is done, or cancel it.`,
        { retryable: true, details: { limit: this.#limit, retryAfterMs: RETRY_AFTER_MS } },
      );
    }
    this.#running++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#running--;
    };
  }
}
