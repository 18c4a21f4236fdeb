import process from "node:process";

/** Notes what would have ended the process: it is a fault of the hub, whatever input it came from. */
export class ProcessWatch implements Disposable {
  readonly seen: string[] = [];
  readonly #exception = (error: unknown): void => void this.seen.push(`uncaught exception: ${stackOf(error)}`);
  readonly #rejection = (error: unknown): void => void this.seen.push(`unhandled rejection: ${stackOf(error)}`);

  constructor() {
    process.on("uncaughtException", this.#exception);
    process.on("unhandledRejection", this.#rejection);
  }

  [Symbol.dispose](): void {
    process.off("uncaughtException", this.#exception);
    process.off("unhandledRejection", this.#rejection);
  }
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
