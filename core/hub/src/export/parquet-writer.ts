import path from "node:path";
import { type Log, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { sqlText } from "../sql/sql-text.js";
import { DuckDb, IN_MEMORY } from "../store/duckdb.js";
import type { SqlConnection } from "../store/sql-connection.js";
import { ParquetStage } from "./parquet-stage.js";
import type { ExportTable } from "./types.js";

/** What writing a Parquet file needs. */
export interface ParquetOptions {
  /** Folder of this export alone. */
  readonly folder: string;
  readonly clock: HubClock;
  readonly log: Log;
  /** Free bytes of the disk. */
  readonly freeSpace: () => Promise<number>;
  /** What must stay free, in bytes. */
  readonly minFreeBytes: number;
  readonly signal: AbortSignal;
  /** Numbers that are kept in memory before they are written; some ten megabytes. */
  readonly sliceCells?: number;
}

const SLICE_CELLS = 2_000_000;
const MEMORY_MB = 192;
const FILE_OPTIONS = "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V2, ROW_GROUP_SIZE 122880";

/**
 * Writes a table as one Parquet file, in slices so that memory does not grow with it: each slice is a file of its own, and DuckDB joins
 * them in the end. A database of its own keeps the work away from the one that takes readings.
 * @returns path of the file, inside the folder
 * @throws E_EXPORT_DISK_FULL, E_ABORTED
 */
export async function writeParquet(table: ExportTable, options: ParquetOptions): Promise<string> {
  const { clock, log, folder } = options;
  const database = await DuckDb.open({ path: IN_MEMORY, memoryMb: MEMORY_MB, threads: 1, clock, log });
  try {
    const sql = await database.connect();
    await sql.run(`SET temp_directory = ${sqlText(path.join(folder, "spill"))}`);
    await sql.run("SET preserve_insertion_order = true");
    return await new ParquetWriter(sql, table, options).write();
  } finally {
    database.close();
  }
}

class ParquetWriter {
  readonly #sql: SqlConnection;
  readonly #table: ExportTable;
  readonly #options: ParquetOptions;
  readonly #stage: ParquetStage;
  readonly #slices: string[] = [];

  constructor(sql: SqlConnection, table: ExportTable, options: ParquetOptions) {
    this.#sql = sql;
    this.#table = table;
    this.#options = options;
    this.#stage = new ParquetStage(sql, table);
  }

  async write(): Promise<string> {
    const limit = this.#options.sliceCells ?? SLICE_CELLS;
    await this.#requireSpace(0);
    await this.#stage.open();
    for await (const rows of this.#table.rows) {
      this.#requireWanted();
      await this.#stage.add(rows);
      if (this.#stage.cells >= limit) await this.#writeSlice();
    }
    if (this.#stage.rows > 0 || this.#slices.length === 0) await this.#writeSlice();
    const [first = ""] = this.#slices;
    return this.#slices.length === 1 ? first : this.#join();
  }

  async #writeSlice(): Promise<void> {
    const file = path.join(this.#options.folder, `slice-${this.#slices.length}.parquet`);
    await this.#copy(this.#stage.select(), file);
    this.#slices.push(file);
    await this.#stage.open();
  }

  async #join(): Promise<string> {
    const file = path.join(this.#options.folder, "joined.parquet");
    await this.#copy(`SELECT * FROM read_parquet([${this.#slices.map(sqlText).join(", ")}])`, file);
    return file;
  }

  async #copy(select: string, file: string): Promise<void> {
    this.#requireWanted();
    await this.#requireSpace(this.#stage.cells * Float64Array.BYTES_PER_ELEMENT);
    await this.#sql.run(
      `COPY (${select}) TO ${sqlText(file)} (${FILE_OPTIONS}, KV_METADATA {vatio: ${sqlText(this.#about)}})`,
    );
  }

  /** What a reader of the file may want to know and its columns do not say. */
  get #about(): string {
    const units = Object.fromEntries(this.#table.numbers.map(({ name, unit }) => [name, unit]));
    return JSON.stringify({ version: 1, units });
  }

  #requireWanted(): void {
    if (this.#options.signal.aborted) throw new VatioError("E_ABORTED", "Whoever asked for the export has gone away.");
  }

  async #requireSpace(more: number): Promise<void> {
    const free = await this.#options.freeSpace();
    if (free - more >= this.#options.minFreeBytes) return;
    throw new VatioError(
      "E_EXPORT_DISK_FULL",
      "A Parquet file is written to the disk of the hub first, and that disk is nearly full. Free some space, ask for a shorter range, or take CSV, which needs none.",
      { retryable: true, details: { freeBytes: free, minFreeBytes: this.#options.minFreeBytes } },
    );
  }
}
