import fc, { type Arbitrary } from "fast-check";
import type { JsonObject } from "../../src/json.js";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const KEYS = [
  "src",
  "method",
  "params",
  "id",
  "result",
  "error",
  "mac",
  "sys",
  "switch:0",
  "em:0",
  "em1data:1",
  "cover:0",
  "light:3",
  "relays",
  "meters",
  "emeters",
  "rollers",
  "tmp",
  "__proto__",
  "constructor",
  "toString",
  "aenergy",
  "ret_aenergy",
  "apower",
  "voltage",
  "output",
  "errors",
  "total",
  "ts",
  "unixtime",
  "is_valid",
  "power",
  "events",
  "ext_temperature",
];

/** JSON with the names that the decoders look for, in the wrong places and with the wrong types. */
const almostJson: Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.jsonValue({ maxDepth: 1 }),
    tie("object"),
    fc.array(tie("value"), { maxLength: 4 }),
  ),
  object: fc.dictionary(fc.constantFrom(...KEYS), tie("value"), { maxKeys: 6 }),
})).object;

/** Payloads that no device should send. */
export const garbage: Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.json().map(encode),
  fc.string({ unit: "binary" }).map(encode),
  almostJson.map((value) => encode(JSON.stringify(value))),
  fc.tuple(almostJson, fc.nat(400)).map(([value, cut]) => encode(JSON.stringify(value).slice(0, cut))),
  fc.constantFrom("true", "false", "on", "nan", "-1", "1e999", "", "{}", "[]", "null").map(encode),
);

const field = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.jsonValue());
const component = fc.dictionary(
  fc.constantFrom(
    "apower",
    "voltage",
    "current",
    "pf",
    "freq",
    "output",
    "errors",
    "a_errors",
    "a_voltage",
    "a_current",
    "n_current",
    "total_act",
    "total_act_energy",
    "tC",
    "rh",
  ),
  field,
);
const register = fc.dictionary(fc.constantFrom("total", "by_minute", "__proto__"), field);

/** Parsed statuses that are almost right: known components with fields of any type. */
export const hostileStatus: Arbitrary<JsonObject> = fc.record({
  "switch:0": fc
    .tuple(component, register, register)
    .map(([rest, aenergy, ret_aenergy]) => ({ ...rest, aenergy, ret_aenergy })),
  "em:0": component,
  "emdata:0": fc.oneof(component, field),
  "em1:1": fc.oneof(component, fc.constant(null)),
  "temperature:0": component,
  relays: fc.array(field),
  meters: fc.array(fc.oneof(field, fc.dictionary(fc.constantFrom("power", "total", "is_valid"), field))),
  emeters: fc.array(fc.dictionary(fc.constantFrom("power", "total", "total_returned", "is_valid", "pf"), field)),
  ext_temperature: fc.dictionary(fc.string(), field),
  sys: fc.oneof(field, fc.constant(JSON.parse('{"__proto__":{"polluted":true}}'))),
});
