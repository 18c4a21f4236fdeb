import { SerialQueue } from "./serial-queue.js";
import type { SqlConnection } from "./sql-connection.js";
import type { Sql, SqlValue } from "./types.js";

/** A connection that several may use: their statements queue. */
export class QueuedSql implements Sql {
  readonly #connection: SqlConnection;
  readonly #queue = new SerialQueue();

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  all<T extends object>(statement: string, parameters?: readonly SqlValue[]): Promise<T[]> {
    return this.#queue.run(() => this.#connection.all<T>(statement, parameters));
  }

  run(statement: string, parameters?: readonly SqlValue[]): Promise<void> {
    return this.#queue.run(() => this.#connection.run(statement, parameters));
  }

  /** Settles when no statement waits or runs. */
  drained(): Promise<void> {
    return this.#queue.drained();
  }
}
