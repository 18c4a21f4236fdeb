import { type MetricName, type Text, text } from "@vatio/plugin-api";
import { excerpt, textOf } from "../json.js";
import { type ChannelReading, type Decoded, ignored, NOTHING, refused } from "../reading.js";

/** What is known of the device that sent a value. */
export interface Gen1Context {
  /** It has no metering chip. */
  readonly unmetered: boolean;
  /** Its emeters are the phases of one circuit. */
  readonly threePhase: boolean;
}

type Channel = Omit<ChannelReading, "values">;

/** One kind of topic: which channel and metric it is, or why it is left out. */
interface Rule {
  readonly pattern: RegExp;
  readonly decode: (parts: readonly string[], payload: string, context: Gen1Context) => Decoded;
}

/** Gen1 relays, plugs, bulbs and rollers count watt-minutes; its energy meters count watt-hours. */
export const WATT_MINUTES_PER_WH = 60;

const EMETER_METRICS: Readonly<Record<string, MetricName>> = {
  power: "power_w",
  voltage: "voltage_v",
  current: "current_a",
  pf: "power_factor",
  reactive_power: "reactive_var",
  total: "energy_import_wh",
  total_returned: "energy_export_wh",
};
const SENSOR_METRICS: Readonly<Record<string, MetricName>> = {
  temperature: "temperature_c",
  humidity: "humidity_pct",
};

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;

function value(channel: Channel, metric: MetricName, payload: string, divisor = 1): Decoded {
  const written = payload.trim();
  if (!NUMBER.test(written)) {
    return refused(
      text("shelly.rejected.bad-value", { field: `${channel.channel} ${metric}`, value: excerpt(written) }),
    );
  }
  return { ...NOTHING, readings: [{ ...channel, values: { [metric]: Number(written) / divisor } }] };
}

function state(channel: string, payload: string): Decoded {
  // A relay that switched itself off says so instead of `off`.
  const on = { on: 1, off: 0, overpower: 0 }[payload.trim()];
  if (on === undefined) return refused(text("shelly.rejected.bad-value", { field: channel, value: excerpt(payload) }));
  return { ...NOTHING, readings: [{ channel, kind: "switch", switchable: true, values: { switch_on: on } }] };
}

/**
 * Channel of an output: `relay:0`, `roller:0`, `light:0`. A lamp says `color`, `white` or `light` by its kind and mode, and its status says
 * `lights`: all of them are the same output.
 */
export const outputChannel = (kind: string, number: string | number): string =>
  `${kind === "color" || kind === "white" ? "light" : kind}:${Number(number)}`;

function output(parts: readonly string[], payload: string, { unmetered }: Gen1Context): Decoded {
  const [, kind = "", number = "", what = ""] = parts;
  if (unmetered) return ignored(text("shelly.ignored.typed-power"));
  const channel: Channel =
    kind === "roller"
      ? { channel: outputChannel(kind, number), kind: "meter" }
      : { channel: outputChannel(kind, number), kind: "switch", switchable: true };
  return what === "power"
    ? value(channel, "power_w", payload)
    : value(channel, "energy_import_wh", payload, WATT_MINUTES_PER_WH);
}

/** Channel of an energy meter's clamp. */
export function emeterChannel(number: number, threePhase: boolean): Channel {
  const channel = { channel: `emeter:${number}`, kind: "meter" } as const;
  const phase = ([1, 2, 3] as const)[number];
  return threePhase && phase !== undefined ? { ...channel, phase } : channel;
}

function emeter([, number = "", what = ""]: readonly string[], payload: string, { threePhase }: Gen1Context): Decoded {
  const metric = EMETER_METRICS[what];
  if (metric === undefined) return ignored(text("shelly.ignored.since-report"));
  return value(emeterChannel(Number(number), threePhase), metric, payload);
}

const device = (metric: MetricName) => (_: readonly string[], payload: string) =>
  value({ channel: "device", kind: "sensor" }, metric, payload);

const RULES: readonly Rule[] = [
  {
    pattern: /^(relay|light|color|white)\/(\d+)$/,
    decode: ([, kind = "", number = ""], payload) => state(outputChannel(kind, number), payload),
  },
  { pattern: /^(relay|light|color|white|roller)\/(\d+)\/(power|energy)$/, decode: output },
  // Shelly 2 has two relays behind one meter.
  { pattern: /^(relay)\/(power|energy)$/, decode: ([, , what = ""], payload) => sharedMeter(what, payload) },
  { pattern: /^emeter\/(\d+)\/(\w+)$/, decode: emeter },
  { pattern: /^voltage$/, decode: device("voltage_v") },
  { pattern: /^temperature$/, decode: device("temperature_c") },
  {
    pattern: /^ext_(temperature|humidity)\/(\d+)$/,
    decode: ([, what = "", number = ""], payload) => probe(what, number, payload),
  },
  {
    pattern: /^sensor\/(temperature|humidity)$/,
    decode: ([, what = ""], payload) =>
      value({ channel: "sensor", kind: "sensor" }, SENSOR_METRICS[what] ?? what, payload),
  },
];

function sharedMeter(what: string, payload: string): Decoded {
  const channel: Channel = { channel: "meter:0", kind: "meter" };
  return what === "power"
    ? value(channel, "power_w", payload)
    : value(channel, "energy_import_wh", payload, WATT_MINUTES_PER_WH);
}

const probe = (what: string, number: string, payload: string): Decoded =>
  value({ channel: `ext:${number}`, kind: "sensor" }, SENSOR_METRICS[what] ?? what, payload);

const LONGEST_VALUE = 64;
const NOT_METERED: Text = text("shelly.ignored.nothing-metered");

/** Decodes one value of a Gen1 device from the end of its topic (`relay/0/power`). Pure; never throws. */
export function decodeValue(suffix: string, payload: Uint8Array, context: Gen1Context): Decoded {
  for (const { pattern, decode } of RULES) {
    const parts = pattern.exec(suffix);
    if (!parts) continue;
    const written = payload.byteLength > LONGEST_VALUE ? undefined : textOf(payload);
    if (written === undefined)
      return refused(text("shelly.rejected.bad-value", { field: suffix, value: `${payload.byteLength} B` }));
    return decode(parts, written, context);
  }
  return ignored(NOT_METERED);
}
