import { type ChannelDescription, type DeviceDescription, type MetricName, Type } from "@vatio/plugin-api";
import { Compile } from "typebox/compile";
import type { LightWord } from "./gen1/models.js";
import { productName } from "./product-name.js";
import type { ChannelReading } from "./reading.js";

const ChannelFactsSchema = Type.Object({
  kind: Type.Union([Type.Literal("meter"), Type.Literal("switch"), Type.Literal("sensor")]),
  switchable: Type.Boolean(),
  phase: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3)])),
  metrics: Type.Array(Type.String()),
});
const word = Type.Optional(Type.String());
const DeviceFactsSchema = Type.Object({
  version: Type.Literal(1),
  hardwareId: Type.String({ minLength: 1 }),
  generation: Type.Optional(Type.Integer()),
  wireId: word,
  prefix: word,
  model: word,
  app: word,
  firmware: word,
  name: word,
  profile: word,
  lights: Type.Optional(Type.Union([Type.Literal("light"), Type.Literal("color"), Type.Literal("white")])),
  address: word,
  reversed: Type.Optional(Type.Array(Type.String())),
  channels: Type.Record(Type.String(), ChannelFactsSchema),
});
const deviceFacts = Compile(DeviceFactsSchema);

/** What is known of a channel. */
export interface ChannelFacts {
  readonly kind: ChannelReading["kind"];
  readonly switchable: boolean;
  readonly phase?: 1 | 2 | 3;
  readonly metrics: readonly MetricName[];
}

/** What is known of a device, kept over restarts: a single notification names only one of its channels. */
export interface DeviceFacts {
  readonly version: 1;
  readonly hardwareId: string;
  readonly generation?: number;
  /** Its id on the wire: `shellyplus1pm-a8032412c3d4`, or the free id of a Gen1 device. */
  readonly wireId?: string;
  /** What its topics begin with. */
  readonly prefix?: string;
  readonly model?: string;
  readonly app?: string;
  readonly firmware?: string;
  /** Name that a person gave it in its own settings. */
  readonly name?: string;
  readonly profile?: string;
  /** What its outputs are called on its topics (lamps of Gen1), which changes with their mode. */
  readonly lights?: LightWord;
  readonly address?: string;
  readonly reversed?: readonly string[];
  readonly channels: Readonly<Record<string, ChannelFacts>>;
}

/** Most channels of one device: whoever invents more is not a Shelly. */
export const MOST_CHANNELS = 64;

/** A device of which nothing is known yet. */
export const newFacts = (hardwareId: string): DeviceFacts => ({ version: 1, hardwareId, channels: {} });

/** Facts as they were stored; undefined when the document is not readable any more. */
export const storedFacts = (value: unknown): DeviceFacts | undefined =>
  deviceFacts.Check(value) ? (value as DeviceFacts) : undefined;

/** The facts with what a payload adds; the same object when it adds nothing. */
export function withChannels(facts: DeviceFacts, readings: readonly ChannelReading[]): DeviceFacts {
  const channels: Record<string, ChannelFacts> = {};
  for (const reading of readings) {
    const known = channels[reading.channel] ?? facts.channels[reading.channel];
    const next = withReading(known, reading);
    if (next !== known) channels[reading.channel] = next;
  }
  if (Object.keys(channels).length === 0) return facts;
  const all = Object.entries({ ...facts.channels, ...channels }).slice(0, MOST_CHANNELS);
  return { ...facts, channels: Object.fromEntries(all) };
}

function withReading(known: ChannelFacts | undefined, reading: ChannelReading): ChannelFacts {
  const fresh = Object.keys(reading.values).filter((metric) => !known?.metrics.includes(metric));
  if (known && fresh.length === 0) return known;
  return {
    kind: reading.kind,
    switchable: reading.switchable ?? false,
    ...(reading.phase === undefined ? {} : { phase: reading.phase }),
    metrics: [...(known?.metrics ?? []), ...fresh],
  };
}

/** The facts without the channels that a full status no longer has: a change of profile replaces them. */
export function withoutChannels(facts: DeviceFacts, present: ReadonlySet<string>): DeviceFacts {
  const kept = Object.entries(facts.channels).filter(([key]) => present.has(key));
  const same = kept.length === Object.keys(facts.channels).length;
  return same ? facts : { ...facts, channels: Object.fromEntries(kept) };
}

/** The facts with changed details; the same object when none differs. */
export function withDetails(facts: DeviceFacts, details: Partial<DeviceFacts>): DeviceFacts {
  const differs = Object.entries(details).some(([name, value]) => {
    return JSON.stringify(value) !== JSON.stringify(facts[name as keyof DeviceFacts]);
  });
  return differs ? { ...facts, ...details } : facts;
}

/** How the hub hears of the device. */
export function describeDevice(facts: DeviceFacts): DeviceDescription {
  const { model, firmware, address } = facts;
  return {
    hardwareId: facts.hardwareId,
    ...(model === undefined ? {} : { model: productName(model) ?? model }),
    ...(firmware === undefined ? {} : { firmware }),
    ...(address === undefined ? {} : { address }),
    suggestedName: suggestedName(facts),
    channels: Object.entries(facts.channels).map(([key, channel]) => describeChannel(key, channel)),
  };
}

/** The owner's name for it, else its product name and the end of its MAC as printed on its label. */
function suggestedName({ name, app, wireId, hardwareId }: DeviceFacts): string {
  if (name !== undefined) return name;
  const product = app ?? wireId?.slice(0, Math.max(0, wireId.lastIndexOf("-")));
  return product ? `${product} ${hardwareId.slice(-4).toUpperCase()}` : `Shelly ${hardwareId}`;
}

function describeChannel(key: string, { kind, switchable, phase, metrics }: ChannelFacts): ChannelDescription {
  return {
    key,
    kind,
    metrics,
    ...(switchable ? { switchable } : {}),
    ...(phase === undefined ? {} : { phase }),
  };
}
