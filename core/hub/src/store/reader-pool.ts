import { type DurationMs, seconds, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { type Deferred, deferred } from "../deferred.js";
import type { DuckDb } from "./duckdb.js";
import type { SqlConnection } from "./sql-connection.js";

/** How many queries run and wait, and for how long. */
export interface ReaderPoolOptions {
  readonly database: DuckDb;
  readonly clock: HubClock;
  /** Queries at a time: more of them would starve the commits of threads. */
  readonly size?: number;
  /** Most that one query may take, waiting included. */
  readonly deadline?: DurationMs;
}

/** Queries that may wait; the next one is refused. */
const LONGEST_QUEUE = 64;

const busy = (why: string, cause?: unknown): VatioError =>
  new VatioError("E_STORE_BUSY", `${why} Ask for a shorter range or fewer metrics, or try again in a moment.`, {
    retryable: true,
    cause,
  });

interface Waiting {
  readonly turn: Deferred<SqlConnection>;
}

/** Connections for queries, with a limit on how many run at a time and how long each may take. */
export class ReaderPool {
  readonly #clock: HubClock;
  readonly #deadline: DurationMs;
  readonly #all: readonly SqlConnection[];
  readonly #free: SqlConnection[];
  readonly #waiting: Waiting[] = [];
  #closed = false;
  #allFree: Deferred<void> | undefined;

  private constructor(options: ReaderPoolOptions, connections: SqlConnection[]) {
    this.#clock = options.clock;
    this.#deadline = options.deadline ?? seconds(5);
    this.#all = connections;
    this.#free = [...connections];
  }

  static async create(options: ReaderPoolOptions): Promise<ReaderPool> {
    const connections: SqlConnection[] = [];
    for (let i = 0; i < (options.size ?? 2); i++) connections.push(await options.database.connect());
    return new ReaderPool(options, connections);
  }

  /** Queries that run or wait. */
  get load(): number {
    return this.#all.length - this.#free.length + this.#waiting.length;
  }

  /** Runs a query on a connection of its own. @throws E_STORE_BUSY (retryable) when it had to wait or took too long */
  async read<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    const waiting: Waiting = { turn: deferred<SqlConnection>() };
    let overdue = false;
    let connection: SqlConnection | undefined;
    const deadline = this.#clock.timer(this.#deadline, () => {
      overdue = true;
      if (connection) connection.interrupt();
      else this.#giveUp(waiting);
    });
    try {
      connection = await this.#take(waiting);
      return await work(connection);
    } catch (error) {
      throw overdue && connection ? busy(`The query took longer than ${this.#deadline} ms.`, error) : error;
    } finally {
      deadline[Symbol.dispose]();
      if (connection) this.#release(connection);
    }
  }

  /** Interrupts running queries and refuses those that wait. Settles when none runs any more: only then may the database be closed. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#waiting.splice(0)) waiting.turn.reject(busy("The store is closing."));
    for (const connection of this.#all) if (!this.#free.includes(connection)) connection.interrupt();
    if (this.#free.length === this.#all.length) return;
    this.#allFree ??= deferred();
    await this.#allFree.promise;
  }

  #take(waiting: Waiting): Promise<SqlConnection> {
    if (this.#closed) throw busy("The store is closed.");
    const free = this.#free.pop();
    if (free) return Promise.resolve(free);
    if (this.#waiting.length >= LONGEST_QUEUE) throw busy("Too many queries wait already.");
    this.#waiting.push(waiting);
    return waiting.turn.promise;
  }

  #giveUp(waiting: Waiting): void {
    const position = this.#waiting.indexOf(waiting);
    if (position < 0) return;
    this.#waiting.splice(position, 1);
    waiting.turn.reject(busy(`The query waited longer than ${this.#deadline} ms.`));
  }

  #release(connection: SqlConnection): void {
    const next = this.#waiting.shift();
    if (next) next.turn.resolve(connection);
    else this.#free.push(connection);
    if (this.#free.length === this.#all.length) this.#allFree?.resolve();
  }
}
