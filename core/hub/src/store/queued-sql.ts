import { SerialQueue } from "./serial-queue.js";
import type { SqlConnection } from "./sql-connection.js";
import type { Sql, SqlValue } from "./types.js";

/** A connection that several may use: their statements queue. */
export class QueuedSql implements Sql {
  readonly #connection: SqlConnection;
  readonly #queue: SerialQueue;

  constructor(connection: SqlConnection, queue = new SerialQueue()) {
    this.#connection = connection;
    this.#queue = queue;
  }

  all<T extends object>(statement: string, parameters?: readonly SqlValue[]): Promise<T[]> {
    return this.#queue.run(() => this.#connection.all<T>(statement, parameters));
  }

  run(statement: string, parameters?: readonly SqlValue[]): Promise<void> {
    return this.#queue.run(() => this.#connection.run(statement, parameters));
  }
}
