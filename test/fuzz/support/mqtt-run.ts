import type { DurationMs, Instant } from "@vatio/plugin-api";
import type { MqttClient } from "mqtt";
import { difference } from "./counts.js";
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

/**
 * Sends generated messages on topics of one filter, each after the last one is dealt with, and says what was counted for it. Every fifth
 * comes over a real connection to the broker, whose own bytes have a suite of their own; the others are handed to the delivery behind it.
 */
export async function fuzzMqtt(world: World, entry: MqttEntry): Promise<Tally> {
  const client = await world.connectBridge();
  const tally = new Tally(entry.name);
  const gen = new Gen(entry.name);
  for (let done = 0; done < RUNS; done++) {
    const input = mqttInput(gen, entry);
    const send = gen.percent(OVER_THE_BROKER) && !input.retained ? publishOver(client) : handIn(world);
    await one(world, input, { send, tally });
    if (done % LOOK_EVERY === LOOK_EVERY - 1) await world.hub.advance(1_000 as DurationMs);
  }
  await world.restore();
  for (const complaint of await world.complaints()) tally.fault(complaint);
  tally.end();
  return tally;
}

/** Of a hundred inputs. */
const OVER_THE_BROKER = 20;

type Send = (input: MqttInput) => Promise<unknown>;

/** Acknowledged once the plugins have dealt with it. */
const publishOver =
  (client: MqttClient): Send =>
  ({ topic, payload }) =>
    client.publishAsync(topic, Buffer.from(payload), { qos: 1 });

/** As the broker hands it in. */
const handIn =
  ({ hub }: World): Send =>
  ({ topic, payload, retained }) =>
    hub.parts.mqtt.delivery.sink({ topic, payload, qos: 1, retained, at: hub.clock.now() });

async function one(
  world: World,
  input: MqttInput,
  { send, tally }: { readonly send: Send; readonly tally: Tally },
): Promise<void> {
  const { clock } = world.hub;
  clock.jumpTo((clock.now() + STEP) as Instant);
  const before = outcomesOf(world);
  await send(input);
  const counted = [...difference(outcomesOf(world), before).keys()];
  const reason = counted.find((key) => !key.includes(" accepted "));
  if (counted.length === 0) tally.fault(`not counted: ${describeInput(input)}`);
  if (counted.some((key) => FAULTS.test(key))) tally.fault(`${counted}: ${describeInput(input)}`);
  if (reason === undefined) tally.accept();
  else tally.reject(reason.replace(/^plugin:/, ""));
}

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

const describeInput = ({ topic, payload, retained }: MqttInput): string =>
  `${retained ? "kept " : ""}${JSON.stringify(topic.slice(0, 200))} ${Buffer.from(payload).toString("latin1").slice(0, 300)}`;
