import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { residentOf } from "./process-figures.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const cli = path.join(repository, "core/app/dist/cli.js");

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Until what the start left behind is collected. */
const SETTLE_MS = 15_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Started {
  /** Milliseconds from the start of the process to the first page that it serves. */
  readonly readyAfter: number;
  readonly pid: number;
  stop(): Promise<unknown>;
}

/** Starts the built hub, with all the plugins that ship, on a folder. */
async function start(folder: string): Promise<Started> {
  const [http, broker] = [await freePort(), await freePort()];
  const env = {
    ...process.env,
    VATIO_DATA: folder,
    VATIO_BIND: "127.0.0.1",
    VATIO_HTTP_PORT: String(http),
    VATIO_MQTT_PORT: String(broker),
    UV_THREADPOOL_SIZE: "8",
  };
  const startedAt = performance.now();
  const child = spawn(process.execPath, [cli, "start"], { env, stdio: "ignore" });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  while (!(await fetch(`http://127.0.0.1:${http}/readyz`).catch(() => undefined))?.ok) await pause(5);
  return {
    readyAfter: performance.now() - startedAt,
    pid: child.pid ?? 0,
    stop: () => {
      child.kill("SIGTERM");
      return exited;
    },
  };
}

/** Start-up times in milliseconds on a folder that exists already, and resident bytes of a hub that has nothing to do. */
export async function measureStartUp(runs = 5): Promise<{ times: number[]; idleBytes: number }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "vatio-bench-start-"));
  const first = await start(folder);
  await pause(SETTLE_MS);
  const idleBytes = residentOf(first.pid);
  await first.stop();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const hub = await start(folder);
    times.push(hub.readyAfter);
    await hub.stop();
  }
  rmSync(folder, { recursive: true, force: true });
  return { times, idleBytes };
}
