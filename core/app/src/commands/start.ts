import process from "node:process";
import { createHub, loadBootConfig } from "@vatio/hub";
import { uiRoot } from "@vatio/ui/root";
import { installedPlugins } from "../installed-plugins.js";
import { SHIPPED_PLUGINS } from "../plugins.js";
import { exitOnUnattributed, printError, type Running, stopOnSignals } from "../run-hub.js";
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
  const running: Running = await run(config, () => void restart(running, config));
  stopOnSignals(running);
  announce(running, config);
}

type Config = Awaited<ReturnType<typeof loadBootConfig>>;

async function run(config: Config, onRestart: () => void): Promise<Running> {
  const installed = await installedPlugins(config);
  const hub = await createHub({
    config,
    plugins: [...SHIPPED_PLUGINS, ...installed.sources],
    refusedPlugins: installed.refused,
    uiRoot,
    version: VERSION,
    onUnattributed: exitOnUnattributed,
    onRestart,
  });
  return { hub, address: await hub.start() };
}

/** A backup takes the place of the data: the hub is made anew with it, in the same process. */
async function restart(running: Running, config: Config): Promise<void> {
  try {
    await running.hub.stop();
    Object.assign(running, await run(config, () => void restart(running, config)));
    announce(running, config);
  } catch (error) {
    printError(error);
    process.exit(1);
  }
}

function announce({ hub, address }: Running, config: Config): void {
  const scheme = config.http.tls ? "https" : "http";
  const { setupCode } = hub.parts.accounts;
  const lines = [`Vatio ${VERSION} is ready: ${scheme}://localhost:${address.httpPort}`];
  if (address.mqttPort !== undefined) lines.push(`Devices connect to port ${address.mqttPort} (MQTT).`);
  if (setupCode !== undefined)
    lines.push("", `Set-up code: ${setupCode}`, "The first page asks for it. It proves that you can read this log.");
  process.stdout.write(`\n${lines.map((line) => `  ${line}`).join("\n")}\n\n`);
}
