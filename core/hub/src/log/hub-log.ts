import process from "node:process";
import type { Log, LogLevel } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import { ConsoleSink, type ConsoleStream } from "./console-sink.js";
import { cutText, escapeText } from "./escape-text.js";
import { FileSink } from "./file-sink.js";
import { LOG_LEVELS, rankOf } from "./log-levels.js";
import { redactText } from "./redact.js";
import { safeFields } from "./safe-fields.js";
import { type LogDatabase, TableSink } from "./table-sink.js";
import type { HubLog, LogLine, LogQuery, LogSink } from "./types.js";

/** What the log needs. */
export interface HubLogOptions {
  readonly level: LogLevel;
  readonly clock: HubClock;
  readonly counters: CounterTable;
  /** Folder of the rotating file; no file when left out. */
  readonly folder?: string;
  /** True: standard output. A stream: that one. False: nothing. */
  readonly console: boolean | ConsoleStream;
  /** Days that the table keeps. */
  readonly retentionDays: number;
  /** Colours on the console; on a terminal without `NO_COLOR` when left out. */
  readonly color?: boolean;
}

const MOST_MESSAGE = 2_000;
const MOST_SOURCE = 100;

/** Makes the hub's log. It works at once; `attach` gives it the database as soon as that is open. */
export function createHubLog(options: HubLogOptions): HubLog {
  return new SinkLog(options);
}

class SinkLog implements HubLog {
  readonly #clock: HubClock;
  readonly #counters: CounterTable;
  readonly #sinks: readonly LogSink[];
  readonly #table: TableSink;
  readonly #listeners = new Set<(line: LogLine) => void>();
  readonly #sources = new Map<string, Log>();
  #level: LogLevel;
  #closed = false;

  constructor(options: HubLogOptions) {
    const { clock, counters, folder } = options;
    this.#clock = clock;
    this.#counters = counters;
    this.#level = options.level;
    this.#table = new TableSink(options);
    this.#sinks = [
      this.#table,
      ...(folder === undefined ? [] : [new FileSink({ folder, clock, counters })]),
      ...consoleSinks(options),
    ];
  }

  get level(): LogLevel {
    return this.#level;
  }

  setLevel(level: LogLevel): void {
    this.#level = level;
  }

  source(name: string): Log {
    const known = this.#sources.get(name);
    if (known) return known;
    const source = escapeText(cutText(name, MOST_SOURCE));
    const made = Object.fromEntries(
      LOG_LEVELS.map((level) => [
        level,
        (message: string, fields?: object) => this.#write({ level, source, message, fields }),
      ]),
    ) as Log;
    this.#sources.set(name, made);
    return made;
  }

  attach(database: LogDatabase): void {
    this.#table.attach(database);
  }

  query(query: LogQuery): Promise<readonly LogLine[]> {
    return this.#table.query(query);
  }

  onLine(listener: (line: LogLine) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async flush(): Promise<void> {
    await Promise.all(this.#sinks.map((sink) => sink.flush()));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all(this.#sinks.map((sink) => sink.close()));
  }

  #write({
    level,
    source,
    message,
    fields,
  }: {
    level: LogLevel;
    source: string;
    message: string;
    fields: object | undefined;
  }): void {
    if (this.#closed || rankOf(level) < rankOf(this.#level)) return;
    const safe = safeFields(fields);
    const base = {
      at: this.#clock.now(),
      level,
      source,
      message: escapeText(redactText(cutText(String(message), MOST_MESSAGE))),
    };
    const line: LogLine = safe ? { ...base, fields: safe } : base;
    for (const sink of this.#sinks) this.#guard("sink", () => sink.write(line));
    for (const listener of this.#listeners) this.#guard("listener", () => listener(line));
  }

  // Whoever writes a line must not fail because somebody who reads it does.
  #guard(what: string, run: () => void): void {
    try {
      run();
    } catch {
      this.#counters.add("log", "failed", what);
    }
  }
}

function consoleSinks({ console, color, counters }: HubLogOptions): readonly LogSink[] {
  if (console === false) return [];
  const stream = console === true ? process.stdout : console;
  if (console === true) process.stdout.on("error", () => counters.add("log", "failed", "console"));
  const painted = color ?? (stream.isTTY === true && !process.env.NO_COLOR);
  return [new ConsoleSink({ stream, color: painted, counters })];
}
