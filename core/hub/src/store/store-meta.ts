import type { PendingStatement } from "./generation.js";
import type { Sql } from "./types.js";

/** A value that the store keeps about itself; undefined when there is none. */
export async function readMeta(sql: Sql, key: string): Promise<string | undefined> {
  const [row] = await sql.all<{ value: string }>("SELECT value FROM meta WHERE key = ?", [key]);
  return row?.value;
}

/** The statement that keeps a value. */
export const putMeta = (key: string, value: string): PendingStatement => ({
  sql: "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  parameters: [key, value],
});
