import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

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

/** Clock ticks of `/proc/<pid>/stat` (USER_HZ, 100 on Linux). */
const TICKS_PER_SECOND = 100;

function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

const residentOf = (pid: number): number =>
  1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout) createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`The hub of the bench ended with code ${code}.`)));
  });
}

/** Starts a hub with nothing but the bench's driver. */
export async function startBenchHub(devices = 50): Promise<BenchHub> {
  const script = fileURLToPath(new URL("./serve.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", "--conditions=source", script, String(devices)], {
    env: { ...process.env, UV_THREADPOOL_SIZE: "8" },
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
