import { CORE_MESSAGES, MessageCatalogue } from "@vatio/model";
import type { Text } from "@vatio/plugin-api";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { expect, onTestFinished } from "vitest";
import { systemClock } from "../../../src/clock.js";
import { until } from "./settle.js";
import { type Durable, startMqtt, type TestMqtt, type TestMqttOptions } from "./test-broker.js";

const catalogue = new MessageCatalogue();
catalogue.set("core", CORE_MESSAGES);
export const inWords = (why: Text | undefined): string => (why ? catalogue.render(why, "en") : "");

/** The system's time, in which spans pass a hundred times faster: nobody waits for back-offs. */
const hasty = {
  ...systemClock,
  timer: (delay: number, run: () => void) => systemClock.timer((delay / 100) as never, run),
};

export type External = NonNullable<NonNullable<TestMqttOptions["mqtt"]>["external"]>;

export interface HubOptions {
  readonly durable?: Durable;
  readonly external?: Partial<External>;
}

export const external = (port: number, { durable, external: more }: HubOptions = {}): TestMqttOptions => ({
  clock: hasty,
  mqtt: { external: { url: `mqtt://127.0.0.1:${port}`, clientId: "vatio-test", ...more } },
  ...(durable && { durable }),
});

export const hub = async (port: number, options: HubOptions = {}): Promise<TestMqtt> =>
  startMqtt(external(port, options));
export const connected = (broker: TestMqtt) =>
  until(() => broker.mqtt.transport.status().connected, "the hub is connected");

/** Waits for the reason why a hub is not connected. */
export async function whyNot(broker: TestMqtt, key: string): Promise<string> {
  await until(() => broker.mqtt.transport.status().why?.key === key, `the reason is ${key}`).catch((error: unknown) => {
    throw new Error(`${String(error)} It is ${JSON.stringify(broker.mqtt.transport.status().why)}.`);
  });
  expect(broker.mqtt.transport.status().connected).toBe(false);
  expect(broker.health.status()).toBe("failed");
  return inWords(broker.mqtt.transport.status().why);
}

export async function device(port: number, options: IClientOptions = {}): Promise<MqttClient> {
  const client = mqtt.connect({ host: "127.0.0.1", port, reconnectPeriod: 50, ...options });
  onTestFinished(() => client.endAsync(true).catch(() => undefined));
  await until(() => client.connected, "the device is connected");
  return client;
}
