import { describe, expect, it } from "vitest";
import {
  type DeviceFacts,
  describeDevice,
  newFacts,
  storedFacts,
  withChannels,
  withDetails,
  withoutChannels,
} from "../src/device-facts.js";
import type { ChannelReading } from "../src/reading.js";

const MAC = "a8032412c3d4";
const reading = (channel: string, values: Record<string, number>): ChannelReading => ({
  channel,
  kind: "meter",
  values,
});
const facts = (details: Partial<DeviceFacts> = {}): DeviceFacts => ({ ...newFacts(MAC), ...details });

describe("the name that is suggested", () => {
  it.each([
    ["its owner's", { name: "Bomba", app: "Plus1PM" }, "Bomba"],
    ["the product and the end of its label", { app: "Plus1PM", wireId: "shellyplus1pm-a8032412c3d4" }, "Plus1PM C3D4"],
    [
      "the name on the wire before the product is known",
      { wireId: "shellyplus1pm-a8032412c3d4" },
      "shellyplus1pm C3D4",
    ],
    ["the MAC when nothing else is known", {}, "Shelly a8032412c3d4"],
    ["the MAC when the name on the wire has no end", { wireId: "nevera" }, "Shelly a8032412c3d4"],
  ])("is %s", (_what, details, expected) => {
    expect(describeDevice(facts(details)).suggestedName).toBe(expected);
  });
});

describe("what is known of a device", () => {
  it("grows by channels and metrics, and is the same object when nothing is new", () => {
    const one = withChannels(facts(), [reading("switch:0", { power_w: 1 })]);
    const two = withChannels(one, [reading("switch:0", { voltage_v: 230 }), reading("switch:1", {})]);
    expect(Object.entries(two.channels).map(([key, { metrics }]) => [key, metrics])).toEqual([
      ["switch:0", ["power_w", "voltage_v"]],
      ["switch:1", []],
    ]);
    expect(withChannels(two, [reading("switch:0", { power_w: 9 })])).toBe(two);
  });

  it("loses the channels that are gone, and is the same object when none is", () => {
    const known = withChannels(facts(), [reading("switch:0", {}), reading("switch:1", {})]);
    expect(Object.keys(withoutChannels(known, new Set(["switch:1"])).channels)).toEqual(["switch:1"]);
    expect(withoutChannels(known, new Set(["switch:0", "switch:1", "cover:0"]))).toBe(known);
  });

  it("changes with its details only where they differ", () => {
    const known = facts({ firmware: "1.7.5", reversed: ["switch:0"] });
    expect(withDetails(known, { firmware: "1.7.5", reversed: ["switch:0"] })).toBe(known);
    expect(withDetails(known, { firmware: "2.0.0" })).toEqual({ ...known, firmware: "2.0.0" });
  });

  it("is read back as it was stored, and not at all when it is something else", () => {
    const known = withChannels(facts({ generation: 3, prefix: "casa/bomba" }), [
      { ...reading("em:0/a", {}), phase: 1 },
    ]);
    expect(storedFacts(JSON.parse(JSON.stringify(known)))).toEqual(known);
    for (const broken of [null, {}, { ...known, version: 2 }, { ...known, channels: { a: 1 } }]) {
      expect(storedFacts(broken)).toBeUndefined();
    }
  });
});
