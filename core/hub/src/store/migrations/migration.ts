import type { Sql } from "../types.js";

/** One step of a database's schema, forward only. A step that shipped never changes: a new one follows it. */
export interface Migration {
  /** 1 for the first; each next one is one more. */
  readonly version: number;
  /** What it does, as the file name says it. */
  readonly name: string;
  /** Runs in one transaction on a copy of the database. */
  up(sql: Sql): Promise<void>;
}

/** Runs statements in order. */
export async function runAll(sql: Sql, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.run(statement);
}
