import { VatioError } from "@vatio/plugin-api";
import { type DuckDb, IN_MEMORY } from "./duckdb.js";
import { SerialQueue } from "./serial-queue.js";
import type { Source } from "./source.js";
import type { Sources } from "./sources.js";
import type { SqlConnection } from "./sql-connection.js";
import type { ChannelNumbers } from "./types.js";

/** What a statement of an administrator is run with. */
export interface QueryGround {
  /** Everything that holds readings. */
  readonly sources: readonly Source[];
  /** Which channel a number of the sources stands for. */
  readonly channels: Pick<ChannelNumbers, "channelOf">;
  /** A connection for this work alone. */
  readonly connection: SqlConnection;
  /** Folder into which DuckDB moves what does not fit into memory; undefined for a database in memory. */
  readonly spillFolder: string | undefined;
}

/** The door of the telemetry store for read-only statements, which take longer than those of the interface. */
export interface QueryDoor {
  /**
   * Runs work that plans with the sources, one at a time; again when tables became files meanwhile.
   * @throws E_STORE_CLOSED (retryable) while the store opens or closes
   */
  read<T>(work: (ground: QueryGround) => Promise<T>): Promise<T>;
}

/** The door of one opened database. */
export class Queries implements QueryDoor {
  readonly #database: DuckDb;
  readonly #sources: Sources;
  readonly #channels: ChannelNumbers;
  readonly #queue = new SerialQueue();
  #connection: SqlConnection | undefined;
  #stopped = false;

  constructor(database: DuckDb, sources: Sources, channels: ChannelNumbers) {
    this.#database = database;
    this.#sources = sources;
    this.#channels = channels;
  }

  read<T>(work: (ground: QueryGround) => Promise<T>): Promise<T> {
    return this.#queue.run(() => this.#sources.read(() => this.#run(work)));
  }

  /** Ends the statement that runs: the file must not be closed under it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#connection?.interrupt();
    await this.#queue.drained();
  }

  async #run<T>(work: (ground: QueryGround) => Promise<T>): Promise<T> {
    if (this.#stopped)
      throw new VatioError("E_STORE_CLOSED", "The database is being closed. Try again in a moment.", {
        retryable: true,
      });
    this.#connection ??= await this.#database.connect();
    const { path } = this.#database;
    const spillFolder = path === IN_MEMORY ? undefined : `${path}.tmp`;
    const sources = this.#sources.all();
    return work({ sources, channels: this.#channels, connection: this.#connection, spillFolder });
  }
}
