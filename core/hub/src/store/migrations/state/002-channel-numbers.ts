import { type Migration, runAll } from "../migration.js";

/**
 * Gives channel numbers a table of their own. Beside the channel they went away with a removed device, and the next channel could get a
 * number whose rows are still in the history.
 */
export const channelNumbersTable: Migration = {
  version: 2,
  name: "channel-numbers",
  up: (sql) =>
    runAll(sql, [
      "CREATE TABLE channel_numbers (number INTEGER PRIMARY KEY, channel TEXT NOT NULL UNIQUE, allocated_at BIGINT NOT NULL)",
      `INSERT INTO channel_numbers
        SELECT number, channels.id, coalesce(devices.added_at, 0) FROM channels LEFT JOIN devices ON devices.id = channels.device
        WHERE number IS NOT NULL`,
      "ALTER TABLE channels DROP COLUMN number",
    ]),
};
