import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetSql } from "../source.js";
import { databaseError, type SqlConnection } from "../sql-connection.js";

/** Rows of a row group: smaller ones are skipped better, larger ones compress better. */
const GROUP_ROWS = 122_880;
/** Memory of joining parts, which streams. */
const JOIN_MEMORY = "128MB";

/** Notes that a file carries about itself. */
export type FileNotes = Readonly<Record<string, string>>;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Statement that writes rows to a Parquet file. */
export function copySql(select: string, file: string, notes: FileNotes): string {
  const entries = Object.entries(notes).map(([key, value]) => `${literal(key)}: ${literal(value)}`);
  const metadata = entries.length === 0 ? "" : `, KV_METADATA {${entries.join(", ")}}`;
  return `COPY (${select}) TO ${literal(file)}
    (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V2, ROW_GROUP_SIZE ${GROUP_ROWS}${metadata})`;
}

/**
 * Joins sorted files, whose rows do not interleave, in their order. In a database of its own, which keeps the order of rows without
 * sorting them again: however large the files are, it takes little memory.
 */
export async function joinFiles(files: readonly string[], target: string, notes: FileNotes): Promise<void> {
  const settings = { threads: "1", memory_limit: JOIN_MEMORY, preserve_insertion_order: "true" };
  const instance = await DuckDBInstance.create(":memory:", settings);
  const connection = await instance.connect();
  try {
    await connection.run(copySql(`SELECT * FROM ${parquetSql(files)}`, target, notes));
  } catch (error) {
    throw databaseError(error);
  } finally {
    connection.disconnectSync();
    instance.closeSync();
  }
}

/** What a file says about itself. @throws E_SQL_FAILED when it is no Parquet file */
export async function readNotes(sql: SqlConnection, file: string): Promise<FileNotes> {
  const rows = await sql.all<{ key: string; value: string }>(
    `SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata(${literal(file)})`,
  );
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

/** SHA-256 of a file, hex. */
export async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file, { highWaterMark: 256 * 1024 })) hash.update(piece as Buffer);
  return hash.digest("hex");
}
