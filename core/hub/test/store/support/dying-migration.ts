import process from "node:process";
import { systemClock } from "../../../src/clock.js";
import { DuckDb } from "../../../src/store/duckdb.js";
import { migrate } from "../../../src/store/migrate.js";
import { STATE_MIGRATIONS } from "../../../src/store/migrations/state/index.js";
import { quietLog } from "./plain.js";

// Dies in the middle of the migration after the known ones. Argument 1: the database.
const [file = ""] = process.argv.slice(2);
const open = (name: string) => DuckDb.open({ path: name, memoryMb: 64, threads: 1, clock: systemClock, log: quietLog });

await migrate({
  path: file,
  open,
  clock: systemClock,
  log: quietLog,
  migrations: [
    ...STATE_MIGRATIONS,
    {
      version: STATE_MIGRATIONS.length + 1,
      name: "dies",
      up: async (sql) => {
        await sql.run("DROP TABLE settings");
        await sql.run("CHECKPOINT").catch(() => undefined);
        process.kill(process.pid, "SIGKILL");
        await new Promise(() => undefined);
      },
    },
  ],
});
