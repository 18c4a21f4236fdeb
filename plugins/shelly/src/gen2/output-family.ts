import { text } from "@vatio/plugin-api";
import { type ChannelReading, type Decoded, joined, NOTHING, refused, type Values } from "../reading.js";
import { type Fields, numberAt } from "./component-fields.js";
import {
  type ComponentInput,
  type Family,
  type Gauges,
  gaugesOf,
  hasFailed,
  type MeterPart,
  measured,
  numbers,
} from "./family.js";

const GAUGES: Gauges = {
  apower: "power_w",
  voltage: "voltage_v",
  current: "current_a",
  pf: "power_factor",
  freq: "frequency_hz",
  aprtpower: "apparent_va",
};
const TEMPERATURE: Gauges = { "temperature.tC": "temperature_c" };
const TOTAL = "aenergy.total";
const RETURNED = "ret_aenergy.total";

/** How far the register of returned energy may exceed the total before the two cannot belong together, in Wh. */
const ROUNDING_WH = 1;

/** `switch`, `light`, `rgb`, `rgbw`, `cct` (with an output), `cover` and `pm1` (without one). */
export function outputFamily(switchable: boolean): Family {
  return {
    fields: {
      ...numbers([...Object.keys(GAUGES), ...Object.keys(TEMPERATURE), TOTAL, RETURNED]),
      output: "boolean",
      errors: "list",
    },
    decode: (input) => decodeOutput(input, switchable),
  };
}

const METER: MeterPart = { gauges: GAUGES, voltage: "voltage", errors: ["errors"] };

function decodeOutput(input: ComponentInput, switchable: boolean): Decoded {
  const { key, patch, known } = input;
  const meter = measured(input, METER);
  const energy = hasFailed(known, METER.errors) ? { ...NOTHING, values: {} } : energyOf(input);
  const stateOf = (fields: Fields): Values => ({
    ...gaugesOf(fields, TEMPERATURE),
    ...(switchable ? outputOf(fields) : {}),
  });
  const reading: ChannelReading = {
    channel: key,
    kind: switchable ? "switch" : "meter",
    ...(switchable ? { switchable: true } : {}),
    values: { ...meter.values, ...energy.values, ...stateOf(patch.set) },
    standing: [...meter.standing, ...Object.keys(stateOf(known))],
  };
  return joined([{ ...NOTHING, readings: [reading], refusals: meter.refusals }, energy]);
}

function outputOf(fields: Fields): Values {
  const output = fields.get("output");
  return typeof output === "boolean" ? { switch_on: output ? 1 : 0 } : {};
}

/**
 * Import and export registers. `aenergy` counts the energy of both directions, `ret_aenergy` that of the return alone,
 * so the import is their difference. Where only one of the two arrived, the difference would mix two instants.
 */
function energyOf({ key, patch, known, returns }: ComponentInput): Decoded & { readonly values: Values } {
  const total = numberAt(patch.set, TOTAL);
  const returned = numberAt(patch.set, RETURNED);
  const exported: Values = returned === undefined ? {} : { energy_export_wh: returned };
  if (total === undefined) return { ...NOTHING, values: exported };
  if (returned === undefined) {
    const alone = !returns && !known.has(RETURNED) && !patch.bad.includes(RETURNED);
    if (alone) return { ...NOTHING, values: { energy_import_wh: total } };
    return { ...NOTHING, ignored: [text("shelly.ignored.half-energy", { channel: key })], values: {} };
  }
  if (returned > total + ROUNDING_WH) {
    return { ...refused(text("shelly.rejected.energy-mismatch", { channel: key })), values: exported };
  }
  return { ...NOTHING, values: { ...exported, energy_import_wh: difference(total, returned) } };
}

/** Exact to the thousandth of a watt-hour that devices send; the store refuses what no register can show. */
function difference(total: number, returned: number): number {
  const thousandths = Math.round((total - returned) * 1000);
  return Math.max(0, Number.isFinite(thousandths) ? thousandths / 1000 : total - returned);
}
