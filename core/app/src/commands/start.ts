import process from "node:process";
import { createHub, loadBootConfig } from "@vatio/hub";
import { uiRoot } from "@vatio/ui/root";
import { installedPlugins } from "../installed-plugins.js";
import { SHIPPED_PLUGINS } from "../plugins.js";
import { exitOnUnattributed, stopOnSignals } from "../run-hub.js";
import { VERSION } from "../version.js";

/** Runs the hub until it is asked to stop. */
export async function start(file?: string): Promise<void> {
  const onWarning = (message: string): void => void process.stderr.write(`${message}\n`);
  const config = await loadBootConfig({
    env: process.env,
    cwd: process.cwd(),
    onWarning,
    ...(file === undefined ? {} : { file }),
  });
  const installed = await installedPlugins(config);
  const hub = await createHub({
    config,
    plugins: [...SHIPPED_PLUGINS, ...installed.sources],
    refusedPlugins: installed.refused,
    uiRoot,
    version: VERSION,
    onUnattributed: exitOnUnattributed,
  });
  const address = await hub.start();
  stopOnSignals({ hub, address });
  const scheme = config.http.tls ? "https" : "http";
  const { setupCode } = hub.parts.accounts;
  const lines = [`Vatio ${VERSION} is ready: ${scheme}://localhost:${address.httpPort}`];
  if (address.mqttPort !== undefined) lines.push(`Devices connect to port ${address.mqttPort} (MQTT).`);
  if (setupCode !== undefined)
    lines.push("", `Set-up code: ${setupCode}`, "The first page asks for it. It proves that you can read this log.");
  process.stdout.write(`\n${lines.map((line) => `  ${line}`).join("\n")}\n\n`);
}
