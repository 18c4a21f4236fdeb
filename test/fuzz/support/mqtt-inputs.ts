import { readdirSync, readFileSync, statSync } from "node:fs";
import { fixturesRequirement } from "../../support/shared-data.js";
import type { Gen } from "./gen.js";
import { anyNumber, anyText } from "./json-values.js";
import type { MqttEntry } from "./mqtt-entries.js";
import { anyBytes, encoded } from "./raw-bytes.js";

/** One message. */
export interface MqttInput {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** As a broker hands it out that kept it: such a message does not come from a client. */
  readonly retained: boolean;
}

/** Most bytes of a payload that a device may send. */
const LIMIT = 262_144;

/** A message on a concrete topic of a filter: near what a device sends in most cases, and garbage in some. */
export function mqttInput(gen: Gen, { filter }: MqttEntry): MqttInput {
  const topic = topicOf(gen, filter);
  return { topic, payload: payloadOf(gen, topic), retained: gen.percent(5) };
}

/** A topic that the filter matches, whatever stands for its wildcards. */
function topicOf(gen: Gen, filter: string): string {
  const levels = filter.split("/").flatMap((level) => {
    if (level === "+") return [oneLevel(gen)];
    if (level === "#") return gen.percent(80) ? [gen.pick(TAILS)] : gen.list(5, () => oneLevel(gen));
    return [level];
  });
  return levels.join("/");
}

const oneLevel = (gen: Gen): string =>
  gen.either(
    [4, () => PLUG],
    [6, () => gen.pick(LEVELS)],
    [
      2,
      () =>
        `shellyplus1pm-${gen
          .below(2 ** 24)
          .toString(16)
          .padStart(12, "0")}`,
    ],
    [
      2,
      () =>
        anyText(gen)
          .replace(/[+#/\0]/g, "")
          .slice(0, 200),
    ],
  );

/** The device that the hub knows. */
const PLUG = "shellyplus1pm-a8032412c3d4";

/** Levels that mean something to one of the drivers. */
const LEVELS = [
  "shellypro3em-a8032412c3d5",
  "shellies",
  "shelly1pm-24A3BC",
  "24A3BC12",
  "kitchen",
  "switch:0",
  "em:0",
  "emdata:0",
  "temperature:100",
  "wifi",
  "switch:99999",
  "vatio",
  "constructor",
  "",
];

/** Ends of topics below a base. */
const TAILS = [
  ...["announce", "command", "info", "online", "a/b/c/d/online", "a/b/c/announce"],
  ...["shelly1pm-24A3BC/relay/0", "shelly1pm-24A3BC/relay/0/power", "shelly1pm-24A3BC/relay/0/energy"],
  ...["shellyem-24A3BC/emeter/0/power", "shellyem-24A3BC/emeter/0/total", "shellyem-24A3BC/emeter/0/nonsense"],
  ...["shelly1pm-24A3BC/info", "shelly1pm-24A3BC/announce", "shelly1pm-24A3BC/online", "shelly1pm-24A3BC/temperature"],
  ...[
    "shelly1pm-A8032412C3D4/relay/0/power",
    "shelly1pm-A8032412C3D4/relay/0/command",
    "x/input/0",
    "x/status/switch:0",
  ],
  ...["tension", "corriente", "fp", "frecuencia", "potencia_prom", "consumo", "energy_raw"].map(
    (name) => `24A3BC12/${name}`,
  ),
  ...["24A3BC12/nonsense", "NEW1/tension", "bad id!/tension", "24A3BC12", "24A3BC12/tension/x", ""],
];

/** Topics that carry JSON; the others carry one value. */
const CARRIES_JSON = /(?:^|\/)(?:rpc|shelly|announce|info|status\/[^/]*)$/;

function payloadOf(gen: Gen, topic: string): Uint8Array {
  const json = CARRIES_JSON.test(topic);
  return gen.either(
    [json ? 2 : 0, () => encoded(JSON.stringify(shapeFor(gen, topic)))],
    [json ? 7 : 2, () => anyBytes(gen, { shape: () => shapeFor(gen, topic), limit: LIMIT })],
    [json ? 0.5 : 5, () => encoded(gen.pick(SCALARS))],
    [json ? 0.5 : 3, () => encoded(String(anyNumber(gen)))],
  );
}

/** A real shape, in half of the cases from the device to which the topic belongs. */
function shapeFor(gen: Gen, topic: string): unknown {
  const shape = gen.percent(40) ? gen.pick(OWN_SHAPES) : gen.pick(CORPUS);
  const owner = /shelly[a-z0-9]*-[0-9a-f]{12}/.exec(topic)?.[0];
  const isFrame = typeof shape === "object" && shape !== null && "src" in shape;
  return isFrame && gen.percent(60)
    ? { ...shape, src: owner ?? `shellyplus1pm-a8032412c${gen.below(4_096).toString(16).padStart(3, "0")}` }
    : shape;
}

/** What devices write where a topic carries one value, and what they write instead. */
const SCALARS = [
  ...[
    "true",
    "false",
    "on",
    "off",
    "overpower",
    "0",
    "-0",
    "127.4",
    " 42",
    "1e5",
    "1e999",
    "nan",
    "-inf",
    "ovf",
    "0x1F",
  ],
  ...[
    "12,5",
    "12.5 W",
    "",
    "  ",
    "--1",
    "1.2.3",
    "9".repeat(31),
    "9".repeat(33),
    "99999999999",
    "-5",
    "1.7976931348623157e308",
  ],
];

const NOTIFICATION = {
  src: PLUG,
  dst: `${PLUG}/events`,
  method: "NotifyStatus",
  params: {
    ts: 1_795_000_000.5,
    "switch:0": { id: 0, apower: 12.3, aenergy: { total: 1, by_minute: [1, 2, 3], minute_ts: 1 } },
  },
};

const OWN_SHAPES: readonly unknown[] = [
  NOTIFICATION,
  { ...NOTIFICATION, method: "NotifyFullStatus" },
  {
    ...NOTIFICATION,
    method: "NotifyEvent",
    params: { ts: 1, events: [{ event: "config_changed", component: "sys" }] },
  },
  { ...NOTIFICATION, method: "NotifyEvent", params: {} },
  { ...NOTIFICATION, method: "NotifyNothing" },
  {
    ...NOTIFICATION,
    src: "shellypro3em-a8032412c3d5",
    params: { "em:0": { a_act_power: 1, a_voltage: 230 }, "switch:0": null },
  },
  { id: 1, src: PLUG, dst: "vatio/shelly", result: { mac: "A8032412C3D4", app: "Plus1PM" } },
  { id: 2, src: PLUG, error: { code: -103, message: "no" } },
  { id: "shelly1pm-24A3BC", mac: "A8032424A3BC", model: "SHSW-PM", ip: "192.168.1.9", new_fw: false, fw_ver: "1" },
  { id: 0, output: true, apower: 1.5, voltage: 230, temperature: { tC: 20, tF: 68 } },
  {
    mac: "A8032424A3BC",
    relays: [{ ison: true }],
    meters: [{ power: 1, is_valid: true, total: 60 }],
    unixtime: 1_795_000_000,
  },
];

/** Longer ones would only make the fuzzing slow. */
const LONGEST_CAPTURE = 8_000;

/** Payloads of real devices, where they are at hand, and shapes of our own. */
const CORPUS: readonly unknown[] = [...OWN_SHAPES, ...capturedPayloads()];

function capturedPayloads(): unknown[] {
  const folder = fixturesRequirement.found;
  if (folder === undefined) return [];
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"));
  return files
    .map((file) => `${folder}/${file}`)
    .filter((file) => statSync(file).size < LONGEST_CAPTURE)
    .flatMap((file) => parsed(readFileSync(file, "utf8")));
}

function parsed(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}
