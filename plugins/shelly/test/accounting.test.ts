import type { TestHub } from "@vatio/testkit";
import { expect, it } from "vitest";
import { startHub } from "./support/real-hub.js";

const PLUG = "shellyplus1pm-a8032412c3d4";
const frame = (method: string, params: object): string => JSON.stringify({ src: PLUG, method, params });
const POWER = { "switch:0": { id: 0, output: true, apower: 12 } };

const countsOf = (hub: TestHub): Map<string, number> => {
  const own = hub.parts.counters.snapshot().filter(({ scope }) => scope === "plugin:shelly");
  return new Map(own.map(({ name, reason, count }) => [`${name} ${reason}`, count]));
};

it.each<readonly [what: string, topic: string, payload: string, counted: string]>([
  ["a reading", `${PLUG}/events/rpc`, frame("NotifyStatus", POWER), "accepted reading"],
  ["an event without events", `${PLUG}/events/rpc`, frame("NotifyEvent", {}), "ignored event"],
  ["a method of tomorrow", `${PLUG}/events/rpc`, frame("NotifyTomorrow", {}), "ignored other-method"],
  ["rubbish", `${PLUG}/events/rpc`, "{", "rejected shelly.rejected.not-json"],
  ["the presence of a stranger", "kitchen/online", "true", "ignored unknown-device"],
  ["the absence of a stranger", "kitchen/online", "false", "ignored unknown-device"],
  ["no presence", "kitchen/online", "maybe", "ignored other-topic"],
  ["an answer that nobody asked for", "vatio/shelly/rpc", '{"id":1,"src":"x"}', "ignored unasked-reply"],
  ["the topic of another program", "shellies/whatever", "1", "ignored other-topic"],
  ["an order of another program", "shellies/x/relay/0/command", "on", "ignored command"],
  ["the presence of a Gen1 stranger", "shellies/x/online", "true", "ignored unknown-device"],
  ["one with a long id", "shellies/a/b/c/d/online", "true", "ignored unknown-device"],
  ["a value that does not matter, of a stranger", "shellies/x/input/0", "1", "ignored shelly.ignored.nothing-metered"],
  ["a value that is none, of a stranger", "shellies/x/relay/0/power", "much", "rejected shelly.rejected.bad-value"],
])("counts %s once", async (_what, topic, payload, counted) => {
  await using hub = await startHub({ askDevices: false });
  const username = "anybody";
  const { password } = await hub.parts.mqtt.credentials.createIntegration({ username, publish: ["#"], subscribe: [] });
  const client = await hub.connect({ username, password });
  // The plugin itself asks who is there once it has started.
  await hub.advance("11 s");
  const before = countsOf(hub);
  await client.publishAsync(topic, payload, { qos: 1 });
  await hub.settle();
  const since = [...countsOf(hub)].map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const);
  expect(since.filter(([, count]) => count > 0)).toEqual([[counted, 1]]);
});
