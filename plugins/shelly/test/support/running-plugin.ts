import type { ShellyConfig } from "../../src/config.js";
import shelly from "../../src/index.js";
import { ManualTime } from "./manual-time.js";
import { RecordingHub } from "./recording-hub.js";

/** The plugin at work: time that the test moves, and the edges of a hub. */
export interface RunningPlugin extends Disposable {
  readonly hub: RecordingHub;
  readonly time: ManualTime;
}

const DEFAULTS: ShellyConfig = {
  askDevices: true,
  gen1: true,
  readHistory: true,
  gen1User: "admin",
  silentAfterMinutes: 10,
};

/** Starts the plugin. */
export async function runPlugin({ config }: { readonly config?: Partial<ShellyConfig> } = {}): Promise<RunningPlugin> {
  const time = new ManualTime();
  const hub = new RecordingHub(time);
  await shelly.setup(hub.context({ ...DEFAULTS, ...config }));
  return { hub, time, [Symbol.dispose]: () => hub[Symbol.dispose]() };
}
