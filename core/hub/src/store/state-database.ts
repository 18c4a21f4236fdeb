import { type Log, seconds, VatioError } from "@vatio/plugin-api";
import { CallSlot } from "../call-slot.js";
import type { HubClock } from "../clock.js";
import { DuckDb } from "./duckdb.js";
import { migrate } from "./migrate.js";
import { STATE_MIGRATIONS } from "./migrations/state/index.js";
import { SerialQueue } from "./serial-queue.js";
import { Snapshots } from "./snapshot.js";
import type { SqlConnection } from "./sql-connection.js";
import type { SnapshotSource, Sql, SqlValue, StateDatabase } from "./types.js";

/** What `state.duckdb` needs. */
export interface StateDatabaseOptions {
  /** File, or `:memory:`. */
  readonly path: string;
  readonly clock: HubClock;
  readonly log: Log;
}

const MEMORY_MB = 64;
const TRANSACTION_DEADLINE = seconds(30);
const READS = /^\s*(?:select|from|values|describe|show|explain)\b/i;

/** The transaction in which a call runs. */
const transaction = new CallSlot<{ readonly of: StateDatabase; active: boolean }>();

class StateFile implements OpenedState {
  readonly #database: DuckDb;
  readonly #writer: SqlConnection;
  readonly #reader: SqlConnection;
  readonly #clock: HubClock;
  readonly #writes = new SerialQueue();
  readonly #reads = new SerialQueue();
  readonly #snapshots: Snapshots;
  readonly repairs: readonly string[];
  #closed: Promise<void> | undefined;

  constructor(database: DuckDb, connections: readonly [SqlConnection, SqlConnection], clock: HubClock) {
    this.#database = database;
    this.#snapshots = new Snapshots(database);
    [this.#writer, this.#reader] = connections;
    this.#clock = clock;
    this.repairs = database.repairs;
  }

  all<T extends object>(statement: string, parameters?: readonly SqlValue[]): Promise<T[]> {
    const [queue, connection] = READS.test(statement) ? [this.#reads, this.#reader] : [this.#writes, this.#writer];
    return this.#in(queue, () => connection.all<T>(statement, parameters));
  }

  run(statement: string, parameters?: readonly SqlValue[]): Promise<void> {
    return this.#in(this.#writes, () => this.#writer.run(statement, parameters));
  }

  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const inside = transaction.get();
    if (inside?.of === this && inside.active) {
      throw new VatioError(
        "E_STATE_NESTED",
        "A transaction was started inside another one, which would wait for itself. Pass the `sql` of the outer one on.",
      );
    }
    return this.#in(this.#writes, () => this.#transact(work));
  }

  snapshot<T>(target: string, measure: (sql: Sql) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#snapshots.snapshot(target, measure, signal);
  }

  get idle(): boolean {
    return this.#writes.size === 0;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#snapshots.stop();
    await this.#writes.run(() => this.#writer.run("CHECKPOINT"));
    await this.#reads.drained();
    this.#database.close();
  }

  /** A statement that runs while the file is being closed ends the process: after `close` none is taken. */
  #in<T>(queue: SerialQueue, work: () => Promise<T>): Promise<T> {
    if (!this.#closed) return queue.run(work);
    return Promise.reject(new VatioError("E_STATE_CLOSED", "state.duckdb is closed: the hub is stopping."));
  }

  async #transact<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const scope = { of: this, active: true };
    await this.#writer.run("BEGIN");
    try {
      const result = await this.#inDeadline(transaction.run(scope, () => work(this.#writer)));
      await this.#writer.run("COMMIT");
      return result;
    } catch (error) {
      // After an error DuckDB may have ended the transaction by itself.
      await this.#writer.run("ROLLBACK").catch(() => undefined);
      throw error;
    } finally {
      scope.active = false;
    }
  }

  /** Work that awaits the database itself, not the `sql` it got, would wait for its own end. */
  async #inDeadline<T>(work: Promise<T>): Promise<T> {
    let timer: Disposable | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = this.#clock.timer(TRANSACTION_DEADLINE, () =>
        reject(
          new VatioError(
            "E_STATE_STUCK",
            "A transaction took too long and was undone. Use only the `sql` it gets, and await nothing else in it.",
          ),
        ),
      );
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      timer?.[Symbol.dispose]();
    }
  }
}

/** `state.duckdb`, migrated to the present schema. `repairs` says what had to be repaired to open it. */
export interface OpenedState extends StateDatabase, SnapshotSource {
  readonly repairs: readonly string[];
  /** Nothing is being written, and nothing waits to be. */
  readonly idle: boolean;
}

/**
 * Opens `state.duckdb`. A damaged file is left as it is and refused: an empty hub in its place would ask the next visitor to be its admin.
 * @throws E_STORE_OPEN, E_STORE_LOCKED, E_STORE_NEWER, E_STORE_DAMAGED, E_STORE_UNREADABLE, E_MIGRATION_FAILED
 */
export async function openStateDatabase({ path, clock, log }: StateDatabaseOptions): Promise<OpenedState> {
  const open = (file: string): Promise<DuckDb> =>
    DuckDb.open({ path: file, memoryMb: MEMORY_MB, threads: 1, clock, log });
  const database = await migrate({ path, open, migrations: STATE_MIGRATIONS, clock, log });
  try {
    return new StateFile(database, [await database.connect(), await database.connect()], clock);
  } catch (error) {
    database.close();
    throw error;
  }
}
