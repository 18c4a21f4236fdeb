import { writeFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";

/** A Parquet file as any tool sees it. */
export interface ParquetFacts {
  readonly types: Readonly<Record<string, string>>;
  /** In the order of the file; times as text. */
  readonly rows: readonly (readonly unknown[])[];
  /** What stands in its metadata under `vatio`. */
  readonly about: unknown;
}

/** Writes bytes into a file and reads that as Parquet. */
export async function readParquet({ file, bytes }: { file: string; bytes: Uint8Array }): Promise<ParquetFacts> {
  writeFileSync(file, bytes);
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const sql = await instance.connect();
  try {
    await sql.run("SET TimeZone = 'UTC'");
    const from = `FROM read_parquet('${file}')`;
    const columns = (await sql.runAndReadAll(`DESCRIBE ${from}`)).getRows();
    const shown = columns.map(([name, type]) =>
      String(type).startsWith("TIMESTAMP") ? `"${name}"::VARCHAR` : `"${name}"`,
    );
    const rows = (await sql.runAndReadAll(`SELECT ${shown.join(", ")} ${from}`)).getRowsJS();
    const [about = []] = (
      await sql.runAndReadAll(`SELECT decode(value) FROM parquet_kv_metadata('${file}') WHERE decode(key) = 'vatio'`)
    ).getRows();
    return {
      types: Object.fromEntries(columns.map(([name, type]) => [String(name), String(type)])),
      rows,
      about: JSON.parse(String(about[0])),
    };
  } finally {
    sql.disconnectSync();
    instance.closeSync();
  }
}
