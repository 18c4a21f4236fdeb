import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { repository } from "./lib/workspace.mjs";
import { hubEnvironment } from "./run/process.mjs";

// Starts the built hub as its users do, waits until it is ready, and stops it again. Node's own modules only, so that
// it can run under every version that the hub supports: node tools/smoke.mjs [path of another node]

const readyWithinMs = 60_000;
const stoppedWithinMs = 30_000;
const pollMs = 100;

/** @param {string} node */
async function smoke(node) {
  const cli = path.join(repository, "core/app/dist/cli.js");
  if (!existsSync(cli)) throw new Error("core/app/dist/cli.js does not exist: run `npm run build` first.");
  const folder = mkdtempSync(path.join(os.tmpdir(), "vatio-smoke-"));
  const [http, mqtt] = [await freePort(), await freePort()];
  const hub = startHub(node, cli, folder, { VATIO_HTTP_PORT: String(http), VATIO_MQTT_PORT: String(mqtt) });
  try {
    await hub.isReady(`http://127.0.0.1:${http}/readyz`);
    await hub.stopsCleanly();
  } catch (error) {
    console.error(hub.output());
    throw error;
  } finally {
    hub.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} node
 * @param {string} cli
 * @param {string} folder the hub's home; it is the working folder as well, so that nothing lands elsewhere
 * @param {Record<string, string>} ports
 */
function startHub(node, cli, folder, ports) {
  const env = { ...process.env, ...hubEnvironment(), ...ports, VATIO_DATA: folder, VATIO_BIND: "127.0.0.1" };
  const child = spawn(node, ["--enable-source-maps", cli, "start"], { cwd: folder, env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  /** @type {Promise<string>} */
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  return {
    output: () => output,
    kill: () => child.kill("SIGKILL"),
    /** @param {string} url */
    isReady: async (url) => {
      const early = await Promise.race([ended, answers(url)]);
      if (early !== undefined) throw new Error(`The hub ended before it was ready: ${early}.`);
    },
    stopsCleanly: async () => {
      child.kill("SIGTERM");
      const end = await Promise.race([ended, sleep(stoppedWithinMs, "still running", { ref: false })]);
      if (end !== "exit code 0") throw new Error(`After SIGTERM the hub should end with exit code 0; it is: ${end}.`);
    },
  };
}

/** @param {string} url */
async function answers(url) {
  const deadline = Date.now() + readyWithinMs;
  while (Date.now() < deadline) {
    const status = await fetch(url).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => 0,
    );
    if (status === 200) return;
    await sleep(pollMs);
  }
  throw new Error(`${url} did not answer 200 within ${readyWithinMs / 1000} s.`);
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

const node = process.argv[2] ?? process.execPath;
try {
  await smoke(node);
  console.log(`The hub starts and stops with ${node === process.execPath ? `Node ${process.version}` : node}.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
