import type { DurationMs, Instant, MqttMessage } from "@vatio/plugin-api";
import type { MqttClient } from "mqtt";
import { Gen } from "./gen.js";
import type { MqttEntry } from "./mqtt-entries.js";
import { type MqttInput, mqttInput } from "./mqtt-inputs.js";
import { RUNS } from "./runs.js";
import { Tally } from "./tally.js";
import type { World } from "./world.js";

/** Inputs between two looks at the hub, which also lets its timers fire. */
const LOOK_EVERY = 500;
/** Virtual time between two messages. */
const STEP = 50;

/** Publishes generated messages on topics of one filter, each after the last one is dealt with, and says what was counted for it. */
export async function fuzzMqtt(world: World, entry: MqttEntry): Promise<Tally> {
  const client = await world.connectBridge();
  const tally = new Tally(entry.name);
  const gen = new Gen(entry.name);
  for (let done = 0; done < RUNS; done++) {
    await one(world, client, mqttInput(gen, entry), tally);
    if (done % LOOK_EVERY === LOOK_EVERY - 1) await world.hub.advance(1_000 as DurationMs);
  }
  await world.restore();
  for (const complaint of await world.complaints()) tally.fault(complaint);
  tally.end();
  return tally;
}

async function one(world: World, client: MqttClient, input: MqttInput, tally: Tally): Promise<void> {
  const { clock, parts } = world.hub;
  clock.jumpTo((clock.now() + STEP) as Instant);
  const before = outcomesOf(world);
  if (input.retained) await parts.mqtt.delivery.sink(asKept(input, clock.now()));
  else await client.publishAsync(input.topic, Buffer.from(input.payload), { qos: 1 });
  const counted = since(before, outcomesOf(world));
  const reason = [...counted.keys()].find((key) => !key.includes(" accepted "));
  if (counted.size === 0) tally.fault(`not counted: ${describeInput(input)}`);
  if ([...counted.keys()].some((key) => FAULTS.test(key))) tally.fault(`${[...counted.keys()]}: ${describeInput(input)}`);
  if (reason === undefined) tally.accept();
  else tally.reject(reason.replace(/^plugin:/, ""));
}

const asKept = ({ topic, payload }: MqttInput, at: Instant): MqttMessage => ({ topic, payload, qos: 1, retained: true, at });

/** What may be counted for a message: what became of it. Others tell of work beside it. */
const OUTCOME =
  /^(?:plugin:\S+ (?:accepted|rejected|ignored|dropped|handler-failed|mqtt-\S+)|mqtt (?:unmatched|publish-refused|lost|unacknowledged|fault)) /;

const FAULTS = /handler-failed|mqtt fault|unacknowledged|mqtt lost|mqtt-retry/;

function outcomesOf({ hub }: World): Map<string, number> {
  const found = new Map<string, number>();
  for (const { scope, name, reason, count } of hub.parts.counters.snapshot()) {
    const key = `${scope} ${name} ${reason}`;
    if (OUTCOME.test(key)) found.set(key, count);
  }
  return found;
}

const since = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Map<string, number> =>
  new Map([...after].filter(([key, count]) => count !== (before.get(key) ?? 0)));

const describeInput = ({ topic, payload, retained }: MqttInput): string =>
  `${retained ? "kept " : ""}${JSON.stringify(topic.slice(0, 200))} ${Buffer.from(payload).toString("latin1").slice(0, 300)}`;
