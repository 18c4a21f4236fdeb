import type { LogLevel } from "@vatio/plugin-api";
import type { CounterTable } from "../counters.js";
import { cutText, escapeText } from "./escape-text.js";
import type { LogLine, LogSink } from "./types.js";

/** Where console lines go: standard output, or what a test reads. */
export interface ConsoleStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly writableLength?: number;
}

const COLORS: Readonly<Record<LogLevel, string>> = {
  debug: "\u001b[90m",
  info: "\u001b[32m",
  warn: "\u001b[33m",
  error: "\u001b[31m",
};
const DIM = "\u001b[2m";
const RESET = "\u001b[0m";
const MOST_FIELDS = 300;
/** A reader that does not keep up must not fill our memory. */
const MOST_WAITING = 1_048_576;

function written(value: unknown): string {
  if (typeof value === "string") return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  if (typeof value === "object" && value !== null && "stack" in value && "message" in value)
    return JSON.stringify(value.message);
  return JSON.stringify(value);
}

function fieldText(fields: object | undefined): string {
  if (!fields) return "";
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${written(value)}`);
  return `  ${cutText(pairs.join(" "), MOST_FIELDS)}`;
}

/** A log line for a person: time of day in UTC, level, source, message, fields. Always one line. */
export function consoleLine({ at, level, source, message, fields }: LogLine, color: boolean): string {
  const time = `${new Date(at).toISOString().slice(11, 19)}Z`;
  const paint = (code: string, text: string): string => (color && text !== "" ? `${code}${text}${RESET}` : text);
  const label = paint(COLORS[level], level.toUpperCase().padEnd(5));
  return `${paint(DIM, time)} ${label} ${escapeText(source).padEnd(10)} ${message}${paint(DIM, escapeText(fieldText(fields)))}\n`;
}

/** Writes short lines for a person. */
export class ConsoleSink implements LogSink {
  readonly #stream: ConsoleStream;
  readonly #color: boolean;
  readonly #counters: CounterTable;

  constructor(options: { readonly stream: ConsoleStream; readonly color: boolean; readonly counters: CounterTable }) {
    this.#stream = options.stream;
    this.#color = options.color;
    this.#counters = options.counters;
  }

  write(line: LogLine): void {
    if ((this.#stream.writableLength ?? 0) > MOST_WAITING) this.#counters.add("log", "dropped", "console-slow");
    else this.#stream.write(consoleLine(line, this.#color));
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}
}
