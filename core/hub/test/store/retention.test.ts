import { MetricRegistry } from "@vatio/model";
import type { Json, PointId } from "@vatio/plugin-api";
import { Value } from "typebox/value";
import { describe, expect, it } from "vitest";
import { createRetention, RETENTION_SETTINGS } from "../../src/store/retention.js";
import { KITCHEN, MAIN, SECOND } from "./support/fixture.js";

function retentionOf(values: Readonly<Record<string, Json>>) {
  for (const [key, value] of Object.entries(values)) {
    const schema = RETENTION_SETTINGS[key] ?? expect.fail(`no setting ${key}`);
    expect(Value.Check(schema, value)).toBe(true);
  }
  const pointOf = (channel: string): PointId | undefined => (channel === MAIN ? KITCHEN : undefined);
  const settings = { get: <T extends Json>(key: string) => values[key] as T | undefined };
  return createRetention({ settings, metrics: new MetricRegistry(), pointOf });
}

describe("how long readings are kept", () => {
  it("is for ever by default", () => {
    expect(retentionOf({}).daysOf(MAIN, "power_w")).toBeUndefined();
  });

  it("follows the kind of the metric", () => {
    const retention = retentionOf({ "retention.gaugeDays": 90 });
    expect(retention.daysOf(MAIN, "power_w")).toBe(90);
    expect(retention.daysOf(MAIN, "energy_import_wh")).toBeUndefined();
    expect(retention.daysOf(MAIN, "of_a_plugin_that_is_gone")).toBeUndefined();
  });

  it("can be another one for a point, for ever as well", () => {
    const retention = retentionOf({
      "retention.gaugeDays": 90,
      "retention.counterDays": 3_650,
      "retention.points": { [KITCHEN]: { gaugeDays: 0 } },
    });
    expect(retention.daysOf(MAIN, "power_w")).toBeUndefined();
    expect(retention.daysOf(MAIN, "energy_import_wh")).toBe(3_650);
    expect(retention.daysOf(SECOND, "power_w")).toBe(90);
  });

  it.each([
    ["retention.gaugeDays", -1],
    ["retention.points", { kitchen: { gaugeDays: 1 } }],
    ["retention.points", { [KITCHEN]: { days: 1 } }],
  ])("is not %s: %j", (key, value) => {
    expect(Value.Check(RETENTION_SETTINGS[key] ?? expect.fail("no setting"), value)).toBe(false);
  });
});
