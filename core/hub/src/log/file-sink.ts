import { finished } from "node:stream/promises";
import type { DurationMs } from "@vatio/plugin-api";
import { type Logger, pino } from "pino";
import { createStream, type RotatingFileStream } from "rotating-file-stream";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import type { LogLine, LogSink } from "./types.js";

/** Before a file that could not be written is tried again. */
const RETRY_MS = 60_000 as DurationMs;
/** A disk that does not keep up must not fill our memory. */
const MOST_WAITING = 4_194_304;

/** What the file sink needs. */
export interface FileSinkOptions {
  readonly folder: string;
  readonly clock: HubClock;
  readonly counters: CounterTable;
  /** Size at which a new file begins, such as `10M`. */
  readonly size?: `${number}${"B" | "K" | "M"}`;
}

interface OpenFile {
  readonly stream: RotatingFileStream;
  readonly logger: Logger;
}

/** One JSON object for each line in `vatio.log`; five files of 10 MB are kept, the newest without a number. */
export class FileSink implements LogSink {
  readonly #options: FileSinkOptions;
  #open: OpenFile | undefined;
  #retryAt = 0;

  constructor(options: FileSinkOptions) {
    this.#options = options;
  }

  write({ at, level, source, message, fields }: LogLine): void {
    const file = this.#ready();
    if (!file) this.#options.counters.add("log", "dropped", "file-failed");
    else if (file.stream.writableLength > MOST_WAITING) this.#options.counters.add("log", "dropped", "file-slow");
    else file.logger[level]({ at: new Date(at).toISOString(), source, ...(fields && { fields }) }, message);
  }

  /** Waits until what was written has left the process. */
  async flush(): Promise<void> {
    const stream = this.#open?.stream;
    if (!stream || stream.writableLength === 0) return;
    await new Promise<void>((resolve) => stream.write("", () => resolve()));
  }

  async close(): Promise<void> {
    const stream = this.#open?.stream;
    this.#open = undefined;
    this.#retryAt = Number.POSITIVE_INFINITY;
    if (!stream) return;
    stream.end();
    // A file that fails while it is closed has been counted already.
    await finished(stream).catch(() => undefined);
  }

  #ready(): OpenFile | undefined {
    if (!this.#open && this.#options.clock.monotonic() >= this.#retryAt) this.#open = this.#create();
    return this.#open;
  }

  #create(): OpenFile {
    const { folder, size = "10M" } = this.#options;
    const stream = createStream("vatio.log", { path: folder, size, rotate: 4, mode: 0o600 });
    stream.on("error", () => this.#failed(stream));
    const logger = pino(
      {
        level: "debug",
        base: null,
        timestamp: false,
        messageKey: "message",
        formatters: { level: (level) => ({ level }) },
      },
      stream,
    );
    return { stream, logger };
  }

  #failed(stream: RotatingFileStream): void {
    this.#options.counters.add("log", "failed", "file");
    if (this.#open?.stream !== stream) return;
    this.#open = undefined;
    this.#retryAt = this.#options.clock.monotonic() + RETRY_MS;
  }
}
