import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { cpuSecondsOf, residentOf } from "./process-figures.js";

/** A hub in a process of its own, ready for load. */
export interface BenchHub {
  readonly httpPort: number;
  readonly mqttPort: number;
  /** Session token of its person. */
  readonly token: string;
  readonly username: string;
  readonly password: string;
  /** Resident memory in bytes. */
  residentBytes(): number;
  /** Processor seconds since its start. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout) createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`The hub of the bench ended with code ${code}.`)));
  });
}

/** Starts a hub with nothing but the bench's driver. */
export async function startBenchHub(devices = 50): Promise<BenchHub> {
  // Beside this file once both are compiled.
  const script = fileURLToPath(new URL("./serve.js", import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, script, String(devices)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ready = JSON.parse(await firstLine(child)) as Pick<
    BenchHub,
    "httpPort" | "mqttPort" | "token" | "username" | "password"
  >;
  const pid = child.pid ?? 0;
  return {
    ...ready,
    residentBytes: () => residentOf(pid),
    cpuSeconds: () => cpuSecondsOf(pid),
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGTERM");
      }),
  };
}
