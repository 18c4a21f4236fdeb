import { beforeAll, describe, expect, it } from "vitest";
import { i18n } from "../../../src/i18n/i18n.js";
import { groupPermissions, refusals } from "../../../src/pages/settings/plugins/permissions.js";

beforeAll(() => i18n.use({ language: "en", region: "en-GB", zone: "UTC" }));

describe("groupPermissions", () => {
  it("gathers by kind, in order, with the latest use", () => {
    const groups = groupPermissions([
      { permission: "mqtt.subscribe:a/#", usedAt: 5 },
      { permission: "telemetry.write" },
      { permission: "mqtt.subscribe:b:c", usedAt: 9 },
    ]);
    expect(groups).toEqual([
      { kind: "mqtt.subscribe", subjects: ["a/#", "b:c"], usedAt: 9 },
      { kind: "telemetry.write", subjects: [], usedAt: undefined },
    ]);
  });
});

describe("refusals", () => {
  it("names what was not asked for", () => {
    const all = refusals([]);
    expect(all).toHaveLength(7);
    expect(refusals(groupPermissions([{ permission: "commands.call:switch.set" }]))).not.toContain(all[0]);
    expect(refusals(groupPermissions([{ permission: "net.internet" }]))).toHaveLength(5);
  });
});
