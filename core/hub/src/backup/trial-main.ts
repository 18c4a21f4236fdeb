import { setPriority } from "node:os";
import process from "node:process";
import { VatioError } from "@vatio/plugin-api";
import { systemClock } from "../clock.js";
import { trialRestore } from "./trial-restore.js";

// Entry of the process that tries a backup. Arguments: the backup, a folder for the trial. Prints the report as one line of JSON.
const LEAST_PRIORITY = 19;
const [backup = "", folder = ""] = process.argv.slice(2);
const nothing = (): void => undefined;
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

try {
  setPriority(LEAST_PRIORITY);
} catch {
  // It is a courtesy to the hub, nothing more.
}
process.umask(0o077);

const print = (report: object): void => void process.stdout.write(`${JSON.stringify(report)}\n`);

try {
  print(await trialRestore({ backup, folder, clock: systemClock, log }));
} catch (error) {
  const { code, message } = VatioError.from(error);
  print({ error: { code, message } });
}
