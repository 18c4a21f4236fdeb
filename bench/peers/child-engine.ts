import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import process from "node:process";

/** Whether a program can be started. */
export const isInstalled = (program: string): boolean =>
  spawnSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" }).status === 0;

/** A free port of the loopback interface. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("No port.")),
      );
    });
  });
}

/** Bytes that a folder takes on the disk. */
export function folderBytes(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const child = path.join(folder, entry.name);
    if (entry.isDirectory()) return sum + folderBytes(child);
    return entry.isFile() ? sum + statSync(child).size : sum;
  }, 0);
}

/** Resident memory of a process in bytes, where the system tells. */
export function residentBytes(pid: number | undefined): number {
  try {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes) * 1_024;
  } catch {
    return Number.NaN;
  }
}

/** A server that runs for the time of a measurement, reachable from this machine only. */
export class ChildServer {
  readonly #child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** Starts it and waits until it answers. */
  static async start(program: string, args: readonly string[], { url, ready }: { url: string; ready: string }) {
    const child = spawn(program, args, { stdio: "ignore", env: { PATH: process.env.PATH ?? "", HOME: "/tmp" } });
    const server = new ChildServer(child, url);
    for (let attempt = 0; attempt < 200; attempt++) {
      const answer = await fetch(`${url}${ready}`).catch(() => undefined);
      if (answer?.ok) return server;
      if (child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await server.stop();
    throw new Error(`${program} did not start.`);
  }

  get memory(): number {
    return residentBytes(this.#child.pid);
  }

  async post(pathAndQuery: string, body: string): Promise<void> {
    const answer = await fetch(`${this.url}${pathAndQuery}`, { method: "POST", body });
    if (!answer.ok) throw new Error(`${pathAndQuery}: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  }

  async json(pathAndQuery: string): Promise<unknown> {
    const answer = await fetch(`${this.url}${pathAndQuery}`);
    if (!answer.ok) throw new Error(`${pathAndQuery}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  stop(): Promise<void> {
    if (this.#child.exitCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#child.once("exit", () => resolve());
      this.#child.kill("SIGTERM");
    });
  }
}
