import { type MetricName, text } from "@vatio/plugin-api";
import { normalizedMac } from "../hardware-id.js";
import { isObject, type JsonObject } from "../json.js";
import { type ChannelReading, type Decoded, ignored, joined, NOTHING, refused, type Values } from "../reading.js";
import { emeterChannel, type Gen1Context, outputChannel, WATT_MINUTES_PER_WH } from "./decode-value.js";

/** A decoded full status (`info`, or the answer of `GET /status`). */
export interface DecodedInfo extends Decoded {
  /** MAC of the device, when the status tells a whole one. */
  readonly mac?: string;
  /** `color` or `white` of a lamp that has both. */
  readonly mode?: string;
  /** A meter reports power but has no register: the power is a number that a person typed in. */
  readonly unmetered: boolean;
}

const MOST_ENTRIES = 16;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, MOST_ENTRIES) : []);
/** Some firmwares write the truth as a word. */
const isInvalid = ({ is_valid }: JsonObject): boolean => is_valid === false || is_valid === "false";
/** A device with two relays may show its roller as well; in roller mode it has no relays. */
const isRoller = (status: JsonObject): boolean => list(status.rollers).length > 0 && list(status.relays).length === 0;
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** The numbers of an entry by metric; what is no number is left out. */
function numbers(entry: JsonObject, names: Readonly<Record<string, MetricName>>): Record<MetricName, number> {
  const found = Object.entries(names).map(([name, metric]) => [metric, entry[name]] as const);
  return Object.fromEntries(found.filter((pair): pair is [string, number] => isNumber(pair[1])));
}

/** Decodes the full status of a Gen1 device. The `timestamp` of meters is local time and never used. Pure; never throws. */
export function decodeInfo(status: JsonObject, context: Gen1Context): DecodedInfo {
  const mac = normalizedMac(status.mac);
  const outputs =
    list(status.relays).length > 0
      ? (["relay", list(status.relays)] as const)
      : (["light", list(status.lights)] as const);
  const unmetered = context.unmetered || list(status.meters).some((meter) => isObject(meter) && hasTypedPower(meter));
  const parts = [
    decodeOutputs(outputs[0], outputs[1]),
    decodeRollers(status),
    decodeMeters(status, outputs[0], outputs[1].length, { ...context, unmetered }),
    decodeEmeters(status, context),
    decodeDevice(status),
  ];
  const decoded = joined(parts);
  const nothing = decoded.readings.length + decoded.refusals.length + decoded.ignored.length === 0;
  const whole = nothing ? ignored(text("shelly.ignored.nothing-metered")) : decoded;
  const mode = list(status.lights).length > 0 && typeof status.mode === "string" ? { mode: status.mode } : {};
  return { ...whole, unmetered, ...mode, ...(mac === undefined ? {} : { mac }) };
}

/** Power without a register of energy. */
const hasTypedPower = (meter: JsonObject): boolean => isNumber(meter.power) && !isNumber(meter.total);

function decodeOutputs(kind: "relay" | "light", outputs: readonly unknown[]): Decoded {
  const readings = outputs.flatMap((entry, number): ChannelReading[] => {
    if (!isObject(entry) || typeof entry.ison !== "boolean") return [];
    const values = { switch_on: entry.ison ? 1 : 0 };
    return [{ channel: outputChannel(kind, number), kind: "switch", switchable: true, values }];
  });
  return { ...NOTHING, readings };
}

/** The energy of a roller comes with its own topic: the status has one register for each direction, and no sum. */
function decodeRollers(status: JsonObject): Decoded {
  const parts = (isRoller(status) ? list(status.rollers) : []).map((entry, number): Decoded => {
    if (!isObject(entry) || isInvalid(entry) || !isNumber(entry.power)) return NOTHING;
    const reading: ChannelReading = {
      channel: outputChannel("roller", number),
      kind: "meter",
      values: { power_w: entry.power },
    };
    return { ...ignored(text("shelly.ignored.roller-energy")), readings: [reading] };
  });
  return joined(parts);
}

function decodeMeters(status: JsonObject, kind: "relay" | "light", outputs: number, context: Gen1Context): Decoded {
  const meters = list(status.meters);
  if (isRoller(status)) return NOTHING;
  return joined(
    meters.map((meter, number) => {
      if (!isObject(meter)) return refused(text("shelly.rejected.field", { field: `meters.${number}` }));
      if (context.unmetered) return ignored(text("shelly.ignored.typed-power"));
      if (isInvalid(meter)) return ignored(text("shelly.ignored.invalid-meter"));
      const own = outputs === meters.length;
      const channel = own
        ? ({ channel: outputChannel(kind, number), kind: "switch", switchable: true } as const)
        : ({ channel: `meter:${number}`, kind: "meter" } as const);
      return { ...NOTHING, readings: [{ ...channel, values: meterValues(meter) }] };
    }),
  );
}

function meterValues(meter: JsonObject): Values {
  const { total, ...power } = numbers(meter, { power: "power_w", total: "total" });
  return total === undefined ? power : { ...power, energy_import_wh: total / WATT_MINUTES_PER_WH };
}

function decodeEmeters(status: JsonObject, { threePhase }: Gen1Context): Decoded {
  const parts = list(status.emeters).map((emeter, number): Decoded => {
    if (!isObject(emeter)) return refused(text("shelly.rejected.field", { field: `emeters.${number}` }));
    if (isInvalid(emeter)) return ignored(text("shelly.ignored.invalid-meter"));
    return { ...NOTHING, readings: [{ ...emeterChannel(number, threePhase), values: emeterValues(emeter) }] };
  });
  return joined(parts);
}

const emeterValues = (emeter: JsonObject): Values =>
  numbers(emeter, {
    power: "power_w",
    voltage: "voltage_v",
    current: "current_a",
    pf: "power_factor",
    reactive: "reactive_var",
    total: "energy_import_wh",
    total_returned: "energy_export_wh",
  });

/** Only valid with a clamp on the neutral. */
function neutralOf(neutral: unknown): Values {
  const valid = isObject(neutral) && neutral.is_valid === true && isNumber(neutral.current);
  return valid ? numbers(neutral, { current: "neutral_current_a" }) : {};
}

/** What belongs to the device as a whole: its inner temperature, mains voltage and neutral, and the probes of an add-on. */
function decodeDevice(status: JsonObject): Decoded {
  const mains = numbers(status, { voltage: "voltage_v" });
  const values = { ...mains, ...innerTemperature(status), ...neutralOf(status.emeter_n) };
  const own: ChannelReading[] = Object.keys(values).length > 0 ? [{ channel: "device", kind: "sensor", values }] : [];
  return {
    ...NOTHING,
    readings: [
      ...own,
      ...probes(status.ext_temperature, "tC", "temperature_c"),
      ...probes(status.ext_humidity, "hum", "humidity_pct"),
    ],
  };
}

function innerTemperature({ tmp, temperature }: JsonObject): Values {
  if (isObject(tmp)) return isInvalid(tmp) ? {} : numbers(tmp, { tC: "temperature_c" });
  return isNumber(temperature) ? { temperature_c: temperature } : {};
}

function probes(found: unknown, field: string, metric: MetricName): ChannelReading[] {
  if (!isObject(found)) return [];
  return Object.entries(found)
    .filter(([number]) => /^\d$/.test(number))
    .flatMap(([number, entry]) => {
      const values = isObject(entry) ? numbers(entry, { [field]: metric }) : {};
      return Object.keys(values).length > 0 ? [{ channel: `ext:${number}`, kind: "sensor" as const, values }] : [];
    });
}
