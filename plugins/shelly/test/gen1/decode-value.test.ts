import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAnnounce } from "../../src/gen1/decode-announce.js";
import { decodeInfo } from "../../src/gen1/decode-info.js";
import { decodeValue } from "../../src/gen1/decode-value.js";
import { isThreePhase, isUnmetered } from "../../src/gen1/models.js";
import { splitGen1Topic } from "../../src/gen1/topics.js";
import { bytes } from "../support/payload.js";

const METERED = { unmetered: false, threePhase: false };
const values = (suffix: string, payload: string, context = METERED): unknown => {
  const [reading] = decodeValue(suffix, bytes(payload), context).readings;
  return reading && { [reading.channel]: reading.values };
};
const reasons = (suffix: string, payload: string, context = METERED): string[] => {
  const { refusals, ignored } = decodeValue(suffix, bytes(payload), context);
  return [...refusals, ...ignored].map(({ key }) => key);
};

describe("decodeValue", () => {
  it.each([
    ["relay/1/power", "12.5", { "relay:1": { power_w: 12.5 } }],
    ["relay/0/energy", "6472513", { "relay:0": { energy_import_wh: 107875.21666666666 } }],
    ["relay/0", "on", { "relay:0": { switch_on: 1 } }],
    ["relay/0", "overpower", { "relay:0": { switch_on: 0 } }],
    ["relay/energy", "600", { "meter:0": { energy_import_wh: 10 } }],
    ["roller/0/energy", "60", { "roller:0": { energy_import_wh: 1 } }],
    ["white/2/power", "4", { "light:2": { power_w: 4 } }],
    ["color/0", "on", { "light:0": { switch_on: 1 } }],
    ["light/0/energy", "120", { "light:0": { energy_import_wh: 2 } }],
    ["emeter/2/total", "31972.1", { "emeter:2": { energy_import_wh: 31972.1 } }],
    ["emeter/0/total_returned", "7", { "emeter:0": { energy_export_wh: 7 } }],
    ["emeter/0/power", "-120.5", { "emeter:0": { power_w: -120.5 } }],
    ["emeter/0/pf", "-0.01", { "emeter:0": { power_factor: -0.01 } }],
    ["emeter/0/reactive_power", " 3.2", { "emeter:0": { reactive_var: 3.2 } }],
    ["voltage", "241.8", { device: { voltage_v: 241.8 } }],
    ["ext_temperature/0", "23.06", { "ext:0": { temperature_c: 23.06 } }],
    ["sensor/humidity", "48", { sensor: { humidity_pct: 48 } }],
  ])("reads %s %s", (suffix, payload, expected) => {
    expect(values(suffix, payload)).toEqual(expected);
  });

  it.each(["", "nan", "1,5", "0x10", "1e3", "on", "12 W", "٣"])("names a power that is written %j", (payload) => {
    expect(reasons("relay/0/power", payload)).toEqual(["shelly.rejected.bad-value"]);
  });

  it("names a value that is too long or not text", () => {
    expect(reasons("relay/0/power", "1".repeat(65))).toEqual(["shelly.rejected.bad-value"]);
    const { refusals } = decodeValue("relay/0/power", Uint8Array.of(0xff), METERED);
    expect(refusals.map(({ key }) => key)).toEqual(["shelly.rejected.bad-value"]);
  });

  it.each([
    ["emeter/0/energy", "5", "shelly.ignored.since-report"],
    ["input/0", "1", "shelly.ignored.nothing-metered"],
    ["roller/0", "open", "shelly.ignored.nothing-metered"],
  ])("leaves out %s", (suffix, payload, reason) => {
    expect(reasons(suffix, payload)).toEqual([reason]);
  });

  it("does not take a typed-in power for a measurement", () => {
    expect(reasons("relay/0/power", "81.5", { unmetered: true, threePhase: false })).toEqual([
      "shelly.ignored.typed-power",
    ]);
  });

  it("tells the phases of a three-phase meter", () => {
    const [reading] = decodeValue("emeter/1/power", bytes("1"), { unmetered: false, threePhase: true }).readings;
    expect(reading?.phase).toBe(2);
  });

  it("reads every finite decimal exactly as JavaScript does", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (number) => {
        expect(values("emeter/0/power", number.toFixed(2))).toEqual({
          "emeter:0": { power_w: Number(number.toFixed(2)) },
        });
      }),
    );
  });
});

describe("splitGen1Topic", () => {
  it.each([
    ["shellies/shelly1/relay/0/power", "shelly1", "relay/0/power"],
    ["shellies/casa/cocina/relay/0", "casa/cocina", "relay/0"],
    ["shellies/shellies/foo/info", "shellies/foo", "info"],
    ["shellies/a b/emeter/2/total_returned", "a b", "emeter/2/total_returned"],
    ["shellies/x/online", "x", "online"],
  ])("finds id and rest of %s", (topic, id, suffix) => {
    expect(splitGen1Topic(topic)).toEqual({ prefix: `shellies/${id}`, id, suffix });
  });

  it.each([
    "shellies/announce",
    "shellies/command",
    "shellies/x/events/rpc",
    "shellies/x/status/switch:0",
    "other/x/relay/0",
  ])("leaves %s alone", (topic) => {
    expect(splitGen1Topic(topic)).toBeUndefined();
  });
});

describe("decodeAnnounce", () => {
  it.each([
    ["shellyplug-s-C38EAB", "E868E7C38EAB", true],
    ["shellyem3-485519D732F4", "485519D732F4", true],
    ["nevera", "E868E7C38EAB", true],
    ["shellyplug-s-C38EAB", "AAAAAAAAAAAA", false],
    ["shellyem3-485519D732F4", "AAAAAAD732F4", false],
  ])("%s may announce itself as %s: %s", (id, mac, expected) => {
    expect("announcement" in decodeAnnounce(bytes({ id, mac }))).toBe(expected);
  });

  it("names an announcement without a MAC", () => {
    expect(decodeAnnounce(bytes({ id: "x", mac: "none" }))).toEqual({ reason: { key: "shelly.rejected.no-mac" } });
    expect(decodeAnnounce(bytes({ id: "x" }))).toMatchObject({ reason: { key: "shelly.rejected.not-a-frame" } });
  });
});

describe("decodeInfo", () => {
  it("gives two relays behind one meter a channel for the meter", () => {
    const relay = { ison: true };
    const status = { relays: [relay, relay], meters: [{ power: 5, is_valid: true, total: 60 }] };
    const found = decodeInfo(status, METERED).readings.map(({ channel, values: read }) => [channel, read]);
    expect(found).toEqual([
      ["relay:0", { switch_on: 1 }],
      ["relay:1", { switch_on: 1 }],
      ["meter:0", { power_w: 5, energy_import_wh: 1 }],
    ]);
  });

  it("reads the neutral where it has a clamp, and no emeter that is not valid", () => {
    const status = { emeters: [{ power: 1, is_valid: false }], emeter_n: { current: 0.4, is_valid: true } };
    const decoded = decodeInfo(status, METERED);
    expect(decoded.readings).toEqual([{ channel: "device", kind: "sensor", values: { neutral_current_a: 0.4 } }]);
    expect(decoded.ignored.map(({ key }) => key)).toEqual(["shelly.ignored.invalid-meter"]);
  });
});

describe("models", () => {
  it.each([
    ["SHSW-1", "x", true],
    ["SHSW-PM", "shelly1-123456", false],
    [undefined, "shelly1-A1B2C3", true],
    [undefined, "shelly1pm-A1B2C3", false],
  ])("type %s with the id %s has no meter: %s", (model, id, expected) => {
    expect(isUnmetered(model, id)).toBe(expected);
  });

  it("knows the three-phase meter by its type or by its factory id", () => {
    expect(isThreePhase("SHEM-3", "x")).toBe(true);
    expect(isThreePhase(undefined, "shellyem3-485519D732F4")).toBe(true);
    expect(isThreePhase("SHEM", "shellyem3-485519D732F4")).toBe(false);
  });
});
