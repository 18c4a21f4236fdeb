import type { ChannelId } from "@vatio/plugin-api";
import { createTestHub, describePluginContract } from "@vatio/testkit";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.js";

describePluginContract(plugin, {
  entry: import.meta.resolve("../src/index.ts"),
  manifestFile: new URL("../manifest.json", import.meta.url),
  validConfigs: [{ fahrenheit: true }],
  invalidConfigs: [{ fahrenheit: "yes" }, { farenheit: true }],
});

describe("a thermometer", () => {
  it.each([
    [false, 212],
    [true, 100],
  ])("(Fahrenheit: %s) shows its temperature, and what is no number changes nothing", async (fahrenheit, expected) => {
    const settings = { "plugin-minimal": { fahrenheit } };
    await using hub = await createTestHub({ plugins: [plugin], settings });
    const thermometer = await hub.connect();
    await thermometer.publishAsync("thermometers/cellar", "212", { qos: 1 });
    await thermometer.publishAsync("thermometers/cellar", "warm", { qos: 1 });
    const last = hub.parts.telemetry.last("plugin-minimal:cellar/main" as ChannelId);
    expect(last.temperature_c?.value).toBeCloseTo(expected);
  });
});
