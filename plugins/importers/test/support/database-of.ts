import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import sqlite from "node-sqlite3-wasm";

/** An SQLite file that these statements make. */
export function databaseOf(statements: readonly string[]): Uint8Array {
  const at = path.join(mkdtempSync(path.join(tmpdir(), "vatio-ha-")), "home-assistant_v2.db");
  const database = new sqlite.Database(at);
  database.exec(statements.join(";\n"));
  database.close();
  return new Uint8Array(readFileSync(at));
}
