import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { createHub, loadBootConfig } from "@vatio/hub";
import type { DeviceId } from "@vatio/plugin-api";
import plugin from "./bench-plugin.js";

/** Devices that the load generator plays. */
const DEVICES = Number(process.argv[2] ?? 50);

const folder = mkdtempSync(path.join(os.tmpdir(), "vatio-bench-"));
const config = await loadBootConfig({
  env: {},
  cwd: folder,
  file: false,
  overrides: { data: folder, bind: "127.0.0.1", http: { port: 0 }, mqtt: { port: 0 }, log: { level: "error" } },
});
const hub = await createHub({
  config,
  uiRoot: folder,
  version: "bench",
  plugins: [{ manifest: plugin.manifest, load: async () => plugin, firstParty: true }],
});
const address = await hub.start();
const { accounts, devices, mqtt } = hub.parts;
const { token } = await accounts.setup(
  {
    code: accounts.setupCode ?? "",
    name: "Bench",
    password: "bench bench bench",
    language: "en",
    region: "en-US",
    zone: "UTC",
    currency: "USD",
    siteName: "Bench",
    nominalVoltage: 230,
    phases: 1,
  },
  "127.0.0.1",
);
for (let n = 0; n < DEVICES; n++) {
  const { id } = await devices.announce("bench" as never, {
    hardwareId: `d${n}`,
    channels: [{ key: "main", kind: "meter", metrics: [] }],
  });
  await devices.accept(id as DeviceId, { name: `d${n}` });
}
const { credential, password } = await mqtt.credentials.createIntegration({
  username: "bench",
  publish: ["bench/#"],
  subscribe: [],
});
process.stdout.write(`${JSON.stringify({ ...address, token, username: credential.username, password })}\n`);
process.on("SIGTERM", () => {
  void hub.stop().then(() => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
});
