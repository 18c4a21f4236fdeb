import { expect, it } from "vitest";
import { describeWithFixtures, readJsonFixture } from "../../../../test/support/shared-data.js";
import { decodeAnnounce } from "../../src/gen1/decode-announce.js";
import { decodeInfo } from "../../src/gen1/decode-info.js";
import { decodeValue } from "../../src/gen1/decode-value.js";
import { isThreePhase, isUnmetered } from "../../src/gen1/models.js";
import { splitGen1Topic } from "../../src/gen1/topics.js";
import { dateOf } from "../../src/instant-of.js";
import { isObject, type JsonObject } from "../../src/json.js";
import { type Decoded, mergedByChannel } from "../../src/reading.js";
import { bytes, capturedMessages } from "../support/payload.js";

interface ExpectedInfo {
  readonly file: string;
  readonly mac?: string;
  readonly at: number;
  readonly channels: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly ignored?: readonly string[];
}

const INFOS: readonly ExpectedInfo[] = [
  {
    // 81.5 W is a number that the owner typed in: there is no register beside it.
    file: "1-status-configured-power.json",
    at: 1676139913,
    channels: { "relay:0": { switch_on: 0 } },
    ignored: ["shelly.ignored.typed-power"],
  },
  {
    file: "1l-bundle.json",
    mac: "e8db84aad781",
    at: 1744968718,
    channels: { "relay:0": { switch_on: 1 }, device: { temperature_c: 59.5 } },
    ignored: ["shelly.ignored.typed-power"],
  },
  {
    // 6472513 watt-minutes.
    file: "1pm-status-4711w.json",
    at: 1676134770,
    channels: {
      "relay:0": { switch_on: 0, power_w: 4711.12, energy_import_wh: 107875.2167 },
      device: { temperature_c: 16.79 },
    },
  },
  {
    file: "25-roller-bundle.json",
    mac: "3494546bbf7e",
    at: 1741442386,
    channels: { "roller:0": { power_w: 0 }, device: { temperature_c: 58.32, voltage_v: 241.8 } },
    ignored: ["shelly.ignored.roller-energy"],
  },
  {
    file: "3em-bundle.json",
    mac: "485519d732f4",
    at: 1741442124,
    channels: {
      "relay:0": { switch_on: 0 },
      "emeter:0": {
        power_w: 6.6,
        power_factor: 0.39,
        current_a: 0.07,
        voltage_v: 238.82,
        energy_import_wh: 31972.1,
        energy_export_wh: 0,
      },
      "emeter:1": {
        power_w: 0,
        power_factor: 0.01,
        current_a: 0.01,
        voltage_v: 238.72,
        energy_import_wh: 0,
        energy_export_wh: 0,
      },
      "emeter:2": {
        power_w: 0,
        power_factor: 0.02,
        current_a: 0.01,
        voltage_v: 238.75,
        energy_import_wh: 0,
        energy_export_wh: 0,
      },
    },
  },
  {
    file: "air-bundle.json",
    mac: "aabbccddeeff",
    at: 1707326928,
    channels: {
      "relay:0": { switch_on: 0, power_w: 0, energy_import_wh: 0 },
      device: { temperature_c: 33.89 },
      "ext:0": { temperature_c: 23.06 },
    },
  },
  {
    // 2632 watt-minutes.
    file: "plugs-aioshelly-bundle.json",
    mac: "aabbccddeeff",
    at: 1707332241,
    channels: { "relay:0": { switch_on: 0, power_w: 0, energy_import_wh: 43.8667 }, device: { temperature_c: 24.14 } },
  },
  {
    // 176010 watt-minutes.
    file: "plugs-bundle.json",
    mac: "e868e7c38eab",
    at: 1730472747,
    channels: { "relay:0": { switch_on: 0, power_w: 0, energy_import_wh: 2933.5 }, device: { temperature_c: 27.14 } },
  },
];

const keys = (texts: Decoded["ignored"]): string[] => texts.map(({ key }) => key);
const rounded = (decoded: Decoded): unknown =>
  JSON.parse(
    JSON.stringify(Object.fromEntries(mergedByChannel(decoded.readings)), (_key, value: unknown) =>
      typeof value === "number" ? Math.round(value * 1e4) / 1e4 : value,
    ),
  );

function captured(file: string): { readonly status: JsonObject; readonly model?: string } {
  const whole = readJsonFixture("shelly-gen1", file);
  if (!isObject(whole)) throw new TypeError("The fixture is not an object.");
  const model = isObject(whole.shelly) ? { model: String(whole.shelly.type) } : {};
  return { status: isObject(whole.status) ? whole.status : whole, ...model };
}

describeWithFixtures("captured states of Gen1", () => {
  it.each(INFOS)("decodes $file", ({ file, mac, at, channels, ignored }) => {
    const { status, model } = captured(file);
    const context = { unmetered: isUnmetered(model, ""), threePhase: isThreePhase(model, "") };
    const decoded = decodeInfo(status, context);
    expect(rounded(decoded)).toEqual(channels);
    expect(keys(decoded.ignored)).toEqual(ignored ?? []);
    expect(decoded.refusals).toEqual([]);
    expect(decoded.mac).toBe(mac);
    expect(dateOf(status.unixtime)).toBe(at * 1000);
  });

  it("knows a meter that is not valid without knowing the model", () => {
    const decoded = decodeInfo(captured("1l-bundle.json").status, { unmetered: false, threePhase: false });
    expect(keys(decoded.ignored)).toEqual(["shelly.ignored.invalid-meter"]);
  });

  it("tells the phases of a 3EM", () => {
    const decoded = decodeInfo(captured("3em-bundle.json").status, { unmetered: false, threePhase: true });
    const phases = decoded.readings.flatMap(({ channel, phase }) => (phase === undefined ? [] : [[channel, phase]]));
    expect(phases).toEqual([
      ["emeter:0", 1],
      ["emeter:1", 2],
      ["emeter:2", 3],
    ]);
  });
});

const METERED = { unmetered: false, threePhase: false };

describeWithFixtures("captured topics of Gen1", () => {
  it("decodes the topics of a Plug S", () => {
    const decoded = capturedMessages("shelly-mqtt", "gen1-plugs-log.mqtt.txt").map(({ topic, payload }) => {
      const split = splitGen1Topic(topic);
      expect(split?.id).toBe("shelly-plug-s1");
      return decodeValue(split?.suffix ?? "", bytes(payload), METERED);
    });
    expect(decoded.map((one) => (one.readings.length > 0 ? rounded(one) : keys(one.ignored)))).toEqual([
      { "relay:0": { power_w: 20.58 } },
      // 94736 watt-minutes.
      { "relay:0": { energy_import_wh: 1578.9333 } },
      { "relay:0": { switch_on: 1 } },
      { device: { temperature_c: 22.28 } },
      ["shelly.ignored.nothing-metered"],
      ["shelly.ignored.nothing-metered"],
    ]);
  });

  it("decodes the start of a Shelly 1: who it is, its state, and no power that nobody measured", () => {
    const messages = capturedMessages("shelly-mqtt", "gen1-shelly1-log.mqtt.txt");
    const announced = messages
      .filter(({ topic }) => topic.endsWith("announce"))
      .map(({ payload }) => decodeAnnounce(bytes(payload)));
    const announcement = {
      id: "shelly1",
      mac: "8caab54b98df",
      model: "SHSW-1",
      address: "192.168.8.93",
      firmware: "20220809-123240/v1.12-g99f7e0b",
    };
    expect(announced).toEqual([{ announcement }, { announcement }]);
    const info = messages.find(({ topic }) => topic.endsWith("/info"));
    const status: unknown = JSON.parse(info?.payload ?? "");
    const decoded = decodeInfo(isObject(status) ? status : {}, METERED);
    expect(rounded(decoded)).toEqual({ "relay:0": { switch_on: 0 } });
    expect(decoded.unmetered).toBe(true);
    expect(dateOf(isObject(status) ? status.unixtime : undefined)).toBeUndefined();
    const states = messages
      .filter(({ topic }) => topic.endsWith("/relay/0"))
      .map(({ payload }) => rounded(decodeValue("relay/0", bytes(payload), METERED)));
    expect(states).toEqual([0, 1, 0].map((on) => ({ "relay:0": { switch_on: on } })));
  });
});
