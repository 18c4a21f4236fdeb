import type { ShellyConfig } from "../../src/config.js";
import shelly from "../../src/index.js";
import { startBroker, type TestBroker } from "./broker.js";
import { ManualTime } from "./manual-time.js";
import { RecordingHub } from "./recording-hub.js";

/** The plugin at work: a real broker, time that the test moves, and the edges of a hub. */
export interface RunningPlugin extends AsyncDisposable {
  readonly hub: RecordingHub;
  readonly time: ManualTime;
  readonly broker: TestBroker;
}

/** How the plugin is run. */
export interface RunOptions {
  readonly config?: Partial<ShellyConfig>;
  /** What an earlier run stored. */
  readonly documents?: RecordingHub["documents"];
  /** A broker that other devices use already; one of its own when left out. */
  readonly broker?: TestBroker;
}

const DEFAULTS: ShellyConfig = { askDevices: true, gen1: true, silentAfterMinutes: 10 };

/** Starts the plugin on a broker. */
export async function runPlugin({ config, documents, broker: shared }: RunOptions = {}): Promise<RunningPlugin> {
  const broker = shared ?? (await startBroker());
  const time = new ManualTime();
  const hub = new RecordingHub(time);
  for (const [key, value] of documents ?? []) hub.documents.set(key, value);
  await shelly.setup(hub.context({ ...DEFAULTS, ...config }));
  await hub.connect(broker.url);
  return {
    hub,
    time,
    broker,
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      if (!shared) await broker[Symbol.asyncDispose]();
    },
  };
}
