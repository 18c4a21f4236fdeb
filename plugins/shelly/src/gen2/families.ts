import { NOTHING } from "../reading.js";
import { em1DataFamily, em1Family, emDataFamily, emFamily } from "./em-family.js";
import { type Family, type Gauges, gaugesOf, numbers } from "./family.js";
import { outputFamily } from "./output-family.js";

function sensorFamily(gauges: Gauges): Family {
  return {
    fields: numbers(Object.keys(gauges)),
    decode: ({ key, patch }) => ({
      ...NOTHING,
      readings: [{ channel: key, kind: "sensor", values: gaugesOf(patch.set, gauges) }],
    }),
  };
}

/** Every family of components that measures or switches, by the word before the colon. All others are passed over. */
export const FAMILIES: ReadonlyMap<string, Family> = new Map([
  ["switch", outputFamily(true)],
  ["light", outputFamily(true)],
  ["rgb", outputFamily(true)],
  ["rgbw", outputFamily(true)],
  ["cct", outputFamily(true)],
  ["cover", outputFamily(false)],
  ["pm1", outputFamily(false)],
  ["em", emFamily],
  ["emdata", emDataFamily],
  ["em1", em1Family],
  ["em1data", em1DataFamily],
  ["temperature", sensorFamily({ tC: "temperature_c" })],
  ["humidity", sensorFamily({ rh: "humidity_pct" })],
]);

/** RPC namespace of a component that can be switched (`Switch.Set`); undefined when it cannot. */
export const RPC_NAMESPACES: ReadonlyMap<string, string> = new Map([
  ["switch", "Switch"],
  ["light", "Light"],
  ["rgb", "RGB"],
  ["rgbw", "RGBW"],
  ["cct", "CCT"],
]);

/** Family and number of a component key (`switch:100`); undefined for keys such as `sys` or `switch:x`. */
export function splitComponentKey(key: string): { readonly family: string; readonly number: number } | undefined {
  const match = /^([a-z][a-z0-9_]*):(\d{1,5})$/.exec(key);
  const [, family, number] = match ?? [];
  return family !== undefined && number !== undefined ? { family, number: Number(number) } : undefined;
}
