import type { Job, RepeatOptions, Scheduler } from "@vatio/plugin-api";
import { createTestHub, type TestHub, type TestHubOptions } from "@vatio/testkit";
import type { BrokerAddress } from "../../simulator/index.js";
import type { ShellyConfig } from "../../src/config.js";
import shelly from "../../src/index.js";

/** The real hub with the plugin, over real MQTT, in virtual time. */
export const startHub = (config: Partial<ShellyConfig> = {}, options: TestHubOptions = {}): Promise<TestHub> =>
  createTestHub({ plugins: [shelly], settings: { shelly: config }, config: { store: { minFreeMb: 16 } }, ...options });

/** Timers of simulated devices on the clock of the hub under test. */
export function schedulerOf({ clock }: TestHub): Pick<Scheduler, "every" | "after"> {
  const run = (job: Job): void => void job(new AbortController().signal);
  return {
    after: (delay, job) => clock.timer(delay, () => run(job)),
    every(interval, job, { firstAfter = interval }: RepeatOptions = {}) {
      const tick = (): void => {
        timer = clock.timer(interval, tick);
        run(job);
      };
      let timer = clock.timer(firstAfter, tick);
      return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
    },
  };
}

/** The account with which new devices introduce themselves. */
export async function onboarding(hub: TestHub): Promise<BrokerAddress> {
  const { username, password } = await hub.parts.mqtt.credentials.onboarding();
  return { url: hub.mqttUrl, username, password };
}

/** An account for a device whose topics are of its owner's choosing. */
export async function ownAccount(hub: TestHub, prefix: string): Promise<BrokerAddress> {
  const username = `own-${prefix.replaceAll(/[^a-z0-9]/gi, "-")}`;
  const { credential, password } = await hub.parts.mqtt.credentials.createIntegration({
    username,
    publish: [`${prefix}/#`, "vatio/shelly", "vatio/shelly/rpc", "shellies/announce"],
    subscribe: [`${prefix}/#`, "shellies/command"],
  });
  return { url: hub.mqttUrl, username: credential.username, password };
}
