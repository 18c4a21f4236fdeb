#!/usr/bin/env node
import process from "node:process";
import { VatioError } from "@vatio/plugin-api";
import { type CliRequest, readArguments, USAGE } from "./arguments.js";
import { backup } from "./commands/backup.js";
import { demo } from "./commands/demo.js";
import { doctor } from "./commands/doctor.js";
import { exportData } from "./commands/export.js";
import { restore } from "./commands/restore.js";
import { start } from "./commands/start.js";
import { userReset } from "./commands/user-reset.js";
import { printError } from "./run-hub.js";
import { VERSION } from "./version.js";

async function run(request: CliRequest): Promise<void> {
  switch (request.command) {
    case "start":
      return start(request.config);
    case "demo":
      return demo(request);
    case "user-reset":
      return userReset(request.name, request.config);
    case "backup":
      return backup(request);
    case "doctor":
      return doctor(request);
    case "restore":
      return restore(request);
    case "export":
      return exportData(request.argv);
    case "help":
      return void process.stdout.write(`${USAGE}\n`);
    case "version":
      return void process.stdout.write(`${VERSION}\n`);
  }
}

// Passwords and readings are nobody else's: files and folders of the hub are for its own user.
process.umask(0o077);

try {
  await run(readArguments(process.argv.slice(2)));
} catch (error) {
  printError(error);
  process.exit(VatioError.is(error) && error.code === "E_USAGE" ? 2 : 1);
}
