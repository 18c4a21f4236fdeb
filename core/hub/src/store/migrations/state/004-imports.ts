import { type Migration, runAll } from "../migration.js";

/** Imports of history: what they are, which points they belong to, and in which slots they count. */
export const importsTable: Migration = {
  version: 4,
  name: "imports",
  up: (sql) =>
    runAll(sql, ["CREATE TABLE imports (id TEXT PRIMARY KEY, document TEXT NOT NULL, created_at BIGINT NOT NULL)"]),
};
