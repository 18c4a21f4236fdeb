import { type Text, text, VatioError } from "@vatio/plugin-api";
import type { DiskGuard } from "./disk-guard.js";

/** Whether anything can be stored now. */
export class WriteGate {
  readonly #guard: DiskGuard | undefined;
  #isClosed = false;
  #fatal: VatioError | undefined;

  /** Without a guard there is no disk to fill. */
  constructor(guard: DiskGuard | undefined) {
    this.#guard = guard;
  }

  /** Why nothing is stored, when that is so. */
  get blocked(): Text | undefined {
    return this.#fatal ? text("health.store-blocked", { why: this.#fatal.message }) : this.#guard?.blocked;
  }

  /** Whether a write may go ahead without asking. */
  get isOpen(): boolean {
    if (this.#isClosed || this.#fatal || this.#guard?.blocked) return false;
    if (this.#guard?.isDue) void this.#guard.check();
    return true;
  }

  /** @throws E_STORE_CLOSED, E_STORE_FATAL, E_STORE_DISK_FULL, all of them retryable */
  async assertOpen(): Promise<void> {
    if (this.#isClosed)
      throw new VatioError("E_STORE_CLOSED", "The store is closed. Send it again when the hub is back.", {
        retryable: true,
      });
    if (this.#fatal) throw this.#fatal;
    if (this.#guard?.blocked && this.#guard.isDue) await this.#guard.check();
    if (this.#guard?.blocked) throw this.#guard.error();
  }

  close(): void {
    this.#isClosed = true;
  }

  /** The database gave up: nothing is stored until the hub has been restarted. */
  fail(error: VatioError): void {
    this.#fatal ??= error;
  }
}
