import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { channelId, channelKeyOf, deviceId, deviceOf, driverOf, isChannelId } from "../src/index.js";

describe("ids", () => {
  it.each([
    ["shelly", "a8032412c3d4", "shelly:a8032412c3d4"],
    ["esp32-meter", "24A3BC12", "esp32-meter:24A3BC12"],
    ["mqtt-generic", "Küche/Nord 1", "mqtt-generic:K%C3%BCche%2FNord%201"],
    ["x", "100%", "x:100%25"],
    ["x", "\ud800", "x:%EF%BF%BD"],
  ])("names the device %s %s", (driver, hardware, expected) => {
    expect(deviceId(driver, hardware)).toBe(expected);
  });

  it("keeps the levels of a channel key", () => {
    const channel = channelId(deviceId("shelly", "a8032412c3d4"), "em:0/a");
    expect(channel).toBe("shelly:a8032412c3d4/em:0/a");
    expect(channelKeyOf(channel)).toBe("em:0/a");
    expect(driverOf(channel)).toBe("shelly");
  });

  it("gives different hardware different ids, and finds the way back", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", minLength: 1 }),
        fc.string({ unit: "grapheme", minLength: 1 }),
        (one, other) => {
          const device = deviceId("d", one);
          const channel = channelId(device, "main");
          expect(deviceOf(channel)).toBe(device);
          expect(isChannelId(channel)).toBe(true);
          expect(isChannelId(device)).toBe(false);
          expect(deviceId("d", other) === device).toBe(one === other);
        },
      ),
    );
  });
});
