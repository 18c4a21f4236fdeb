import process from "node:process";
import type { Log } from "@vatio/plugin-api";

const toErrors = (message: string): void => void process.stderr.write(`${message}\n`);

/** Where commands without a hub say what happens: problems go to the console, the rest is nobody's business. */
export const consoleLog: Log = { debug: () => undefined, info: () => undefined, warn: toErrors, error: toErrors };
