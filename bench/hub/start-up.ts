import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

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

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Milliseconds from the start of the built hub to the first page that it serves, on the given folder. */
async function timeStart(folder: string): Promise<number> {
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
  const took = performance.now() - startedAt;
  child.kill("SIGTERM");
  await exited;
  return took;
}

/** Start-up times on a folder that exists already. */
export async function measureStartUp(runs = 5): Promise<number[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "vatio-bench-start-"));
  await timeStart(folder);
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await timeStart(folder));
  rmSync(folder, { recursive: true, force: true });
  return times;
}
