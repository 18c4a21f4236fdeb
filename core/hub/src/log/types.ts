import type { Instant, Log, LogLevel } from "@vatio/plugin-api";
import type { StateDatabase } from "../store/types.js";

/** One line of the system log. */
export interface LogLine {
  readonly at: Instant;
  readonly level: LogLevel;
  /** Part of the hub (`mqtt`) or `plugin:<id>`. */
  readonly source: string;
  readonly message: string;
  readonly fields?: object;
}

/** What to look for in the system log; newest first. */
export interface LogQuery {
  /** This level and worse. */
  readonly level?: LogLevel;
  readonly source?: string;
  readonly from?: Instant;
  readonly to?: Instant;
  /** Part of the message, without regard to case. */
  readonly text?: string;
  readonly limit?: number;
}

/** One place to which lines go. None of its methods blocks the writer or rejects. */
export interface LogSink {
  write(line: LogLine): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** The hub's log: a rotating file, the console, and a queryable table with retention. */
export interface HubLog {
  /** A log whose lines carry a source. */
  source(name: string): Log;
  /** Changes what is written, at once. */
  setLevel(level: LogLevel): void;
  readonly level: LogLevel;
  /** Gives the log its table; lines that were written before wait for it. */
  attach(database: Pick<StateDatabase, "all" | "run">): void;
  query(query: LogQuery): Promise<readonly LogLine[]>;
  /** Calls back with each line as it is written. */
  onLine(listener: (line: LogLine) => void): Disposable;
  flush(): Promise<void>;
  close(): Promise<void>;
}
