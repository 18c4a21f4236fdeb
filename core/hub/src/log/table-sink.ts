import type { DurationMs, Instant } from "@vatio/plugin-api";
import { days, seconds } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import type { SqlValue, StateDatabase } from "../store/types.js";
import { levelOf, rankOf } from "./log-levels.js";
import type { LogLine, LogQuery, LogSink } from "./types.js";

const FLUSH_AFTER = seconds(1);
const RETRY_AFTER = seconds(10);
const PRUNE_EVERY = days(1);
const ROWS_PER_INSERT = 100;
/** Lines that may wait for the database; beyond it the oldest is dropped and counted. */
const MOST_WAITING = 5_000;
/** Rows that the table keeps whatever their age. */
const MOST_ROWS = 500_000;
const MOST_RESULTS = 1_000;
const DEFAULT_RESULTS = 200;

/** The part of the state database that the log uses. */
export type LogDatabase = Pick<StateDatabase, "all" | "run">;

interface LogRow {
  readonly logged_at: number;
  readonly level: number;
  readonly source: string;
  readonly message: string;
  readonly fields: string | null;
}

/** What the table sink needs. */
export interface TableSinkOptions {
  readonly clock: HubClock;
  readonly counters: CounterTable;
  readonly retentionDays: number;
}

/** Keeps lines in the table `system_log`. Inserts in batches; a database that is busy or broken costs lines, never the hub. */
export class TableSink implements LogSink {
  readonly #options: TableSinkOptions;
  #database: LogDatabase | undefined;
  #waiting: LogLine[] = [];
  #timer: Disposable | undefined;
  #pruneTimer: Disposable | undefined;
  #flushing: Promise<void> | undefined;
  #pruning: Promise<void> | undefined;
  #sincePrune = 0;
  #closed = false;

  constructor(options: TableSinkOptions) {
    this.#options = options;
  }

  /** From here on lines go to the table, those that waited first. */
  attach(database: LogDatabase): void {
    this.#database = database;
    this.#arm(FLUSH_AFTER);
    this.#armPrune(seconds(60));
  }

  write(line: LogLine): void {
    if (this.#closed) return;
    this.#waiting.push(line);
    if (this.#waiting.length > MOST_WAITING) this.#drop();
    if (this.#database && !this.#timer && !this.#flushing) this.#arm(FLUSH_AFTER);
  }

  /** Writes what waits. Never rejects: what could not be written waits on. */
  async flush(): Promise<void> {
    // No await unless there is something to wait for: two calls at once would otherwise write the same lines twice.
    while (this.#flushing !== undefined || this.#pruning !== undefined) await (this.#flushing ?? this.#pruning);
    if (!this.#database || this.#waiting.length === 0) return;
    this.#flushing = this.#drain(this.#database).finally(() => (this.#flushing = undefined));
    await this.#flushing;
  }

  /** Newest first. */
  async query(query: LogQuery): Promise<readonly LogLine[]> {
    await this.flush();
    const fresh = this.#waiting.filter((line) => matches(line, query)).reverse();
    const limit = limitOf(query);
    const stored = this.#database ? await select(this.#database, query, limit) : [];
    return [...fresh, ...stored].slice(0, limit);
  }

  /** Takes away what is older than the retention or beyond the number of rows. */
  async prune(): Promise<void> {
    if (!this.#database) return;
    this.#sincePrune = 0;
    const oldest = this.#options.clock.now() - days(this.#options.retentionDays);
    await this.#database.run("DELETE FROM system_log WHERE logged_at < ?", [oldest]);
    const [edge] = await this.#database.all<{ logged_at: number }>(
      "SELECT logged_at FROM system_log ORDER BY logged_at DESC LIMIT 1 OFFSET ?",
      [MOST_ROWS],
    );
    if (edge) await this.#database.run("DELETE FROM system_log WHERE logged_at <= ?", [edge.logged_at]);
  }

  async close(): Promise<void> {
    await this.flush();
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
    this.#pruneTimer?.[Symbol.dispose]();
    this.#database = undefined;
  }

  #drop(): void {
    this.#waiting.shift();
    this.#options.counters.add("log", "dropped", "queue-full");
  }

  #arm(delay: DurationMs): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#options.clock.timer(delay, () => {
      this.#timer = undefined;
      void this.flush();
    });
  }

  async #drain(database: LogDatabase): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, ROWS_PER_INSERT);
      try {
        await insert(database, batch);
      } catch {
        this.#options.counters.add("log", "failed", "table");
        if (!this.#closed) this.#arm(RETRY_AFTER);
        return;
      }
      // Lines may have been dropped from the front meanwhile: take away exactly those that were written.
      const written = new Set(batch);
      this.#waiting = this.#waiting.filter((line) => !written.has(line));
      this.#sincePrune += batch.length;
    }
    if (this.#sincePrune > MOST_ROWS / 10) await this.#pruneQuietly();
  }

  #armPrune(delay: DurationMs): void {
    this.#pruneTimer?.[Symbol.dispose]();
    this.#pruneTimer = this.#options.clock.timer(delay, () => {
      this.#armPrune(PRUNE_EVERY);
      this.#pruning = this.#pruneQuietly().finally(() => (this.#pruning = undefined));
    });
  }

  async #pruneQuietly(): Promise<void> {
    try {
      await this.prune();
    } catch {
      this.#options.counters.add("log", "failed", "prune");
    }
  }
}

async function insert(database: LogDatabase, lines: readonly LogLine[]): Promise<void> {
  const values: SqlValue[] = lines.flatMap(({ at, level, source, message, fields }) => [
    at,
    rankOf(level),
    source,
    message,
    fields ? JSON.stringify(fields) : null,
  ]);
  const places = lines.map(() => "(?, ?, ?, ?, ?)").join(", ");
  await database.run(`INSERT INTO system_log (logged_at, level, source, message, fields) VALUES ${places}`, values);
}

const limitOf = ({ limit = DEFAULT_RESULTS }: LogQuery): number =>
  Math.max(1, Math.min(MOST_RESULTS, Math.floor(limit)));

async function select(database: LogDatabase, query: LogQuery, limit: number): Promise<readonly LogLine[]> {
  const conditions: string[] = ["level >= ?"];
  const values: SqlValue[] = [rankOf(query.level ?? "debug")];
  const add = (condition: string, value: SqlValue | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  add("source = ?", query.source);
  add("logged_at >= ?", query.from);
  add("logged_at < ?", query.to);
  add("contains(lower(message), lower(?))", query.text);
  const statement = `SELECT logged_at, level, source, message, fields FROM system_log WHERE ${conditions.join(" AND ")} ORDER BY logged_at DESC, rowid DESC LIMIT ${limit}`;
  return (await database.all<LogRow>(statement, values)).map(lineOf);
}

function lineOf({ logged_at, level, source, message, fields }: LogRow): LogLine {
  const line = { at: logged_at as Instant, level: levelOf(level), source, message };
  return fields === null ? line : { ...line, fields: JSON.parse(fields) as object };
}

function matches(line: LogLine, query: LogQuery): boolean {
  if (rankOf(line.level) < rankOf(query.level ?? "debug")) return false;
  if (query.source !== undefined && line.source !== query.source) return false;
  if (query.from !== undefined && line.at < query.from) return false;
  if (query.to !== undefined && line.at >= query.to) return false;
  return query.text === undefined || line.message.toLowerCase().includes(query.text.toLowerCase());
}
