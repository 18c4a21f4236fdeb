import { type Migration, runAll } from "../migration.js";

/** What is known of the gaps of each device: what is missing, what it does not have, and how asking it went. */
export const backfillPlans: Migration = {
  version: 3,
  name: "backfill",
  up: (sql) =>
    runAll(sql, [
      "CREATE TABLE backfill_plans (device TEXT PRIMARY KEY, document TEXT NOT NULL, updated_at BIGINT NOT NULL)",
    ]),
};
