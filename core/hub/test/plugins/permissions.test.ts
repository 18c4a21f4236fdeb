import { describe, expect, it } from "vitest";
import { PermissionSet, type ScopedPermission } from "../../src/plugins/permissions.js";

describe("a permission that names what it is about", () => {
  it.each<[string, ScopedPermission, string, boolean]>([
    ["mqtt.subscribe:shellies/#", "mqtt.subscribe", "shellies/+/info", true],
    ["mqtt.subscribe:shellies/+/info", "mqtt.subscribe", "shellies/#", false],
    ["mqtt.subscribe:#", "mqtt.subscribe", "$SYS/#", false],
    ["mqtt.publish:+/rpc", "mqtt.publish", "shelly1/rpc", true],
    ["mqtt.publish:+/rpc", "mqtt.publish", "a/b/rpc", false],
    ["mqtt.subscribe:a", "mqtt.publish", "a", false],
    ["events.publish:device.*", "events.publish", "device.pressed", true],
    ["events.publish:device.*", "events.publish", "devices.pressed", false],
    ["commands.call:switch.set", "commands.call", "switch.set", true],
    ["commands.call:switch.*", "commands.call", "switch.set", true],
    ["commands.call:switch.set", "commands.call", "switch.setAll", false],
    ["secrets:token", "secrets", "token", true],
    ["secrets:token", "secrets", "tokens", false],
    ["secrets:*", "secrets", "anything", true],
    ["net.host:Api.Example", "net.host", "api.example", true],
    ["net.host:api.example", "net.host", "evil-api.example", false],
    ["net.host:*.example", "net.host", "api.example", true],
    ["net.host:*.example", "net.host", "example", false],
    ["net.host:*.example", "net.host", "badexample", false],
  ])("%s covers %s %s: %s", (grant, permission, subject, covered) => {
    const used: string[] = [];
    const permissions = new PermissionSet("p", [grant], (permission) => used.push(permission));
    expect(permissions.covers(permission, subject)).toBe(covered);
    expect(used).toEqual(covered ? [grant] : []);
    if (!covered) {
      expect(() => permissions.requireFor(permission, subject)).toThrow(
        expect.objectContaining({
          code: "E_PERMISSION",
          details: { plugin: "p", permission: `${permission}:${subject}` },
        }),
      );
    }
  });
});

describe("a plain permission", () => {
  it("is granted or refused as a whole, and its use is noted", () => {
    const used: string[] = [];
    const permissions = new PermissionSet("p", ["http"], (permission) => used.push(permission));
    permissions.require("http");
    expect(() => permissions.require("telemetry.write")).toThrow(expect.objectContaining({ code: "E_PERMISSION" }));
    expect([permissions.has("http"), permissions.has("ui")]).toEqual([true, false]);
    expect(used).toEqual(["http"]);
  });
});
