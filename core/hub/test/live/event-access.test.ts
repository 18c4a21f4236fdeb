import type { Action, Actor, VatioEvent } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Authorizer, Resource } from "../../src/auth/types.js";
import { isEventPattern, matchesPattern, visibleEvent } from "../../src/live/event-access.js";

const ACTOR: Actor = { kind: "user", id: "u" };
const name = (resource: Resource) => ("id" in resource ? `${resource.kind}:${resource.id}` : "hub");
const allowing = (...allowed: string[]): Authorizer => ({
  can: (_actor: Actor, action: Action, resource: Resource) => allowed.includes(`${action} ${name(resource)}`),
  require: () => undefined,
});
const event = (type: string, payload: object): VatioEvent =>
  ({ type, payload, seq: 1, at: 1, source: "hub" }) as unknown as VatioEvent;

describe("visibleEvent", () => {
  it.each([
    ["device.added", { device: "s:1" }, "read device:s:1"],
    ["point.changed", { point: "P" }, "read point:P"],
    ["plugin.state", { plugin: "shelly", from: "running", to: "failed" }, "read plugin:shelly"],
    ["hub.health", { status: "ok" }, "read hub"],
    ["settings.changed", { key: "log.level" }, "administer hub"],
    ["shelly.button", { channel: "s:1/input:0", presses: 2 }, "read channel:s:1/input:0"],
    ["shelly.anything", { about: "nothing that is known" }, "read hub"],
  ])("shows %s to those who may see what it is about", (type, payload, needed) => {
    expect(visibleEvent(event(type, payload), ACTOR, allowing(needed))).toMatchObject({ type });
    expect(visibleEvent(event(type, payload), ACTOR, allowing())).toBeUndefined();
    if (needed !== "read hub") expect(visibleEvent(event(type, payload), ACTOR, allowing("read hub"))).toBeUndefined();
  });

  it("shows of stored channels only those that the actor may see", () => {
    const updated = event("telemetry.updated", { channels: ["s:1/a", "s:2/a"] });
    expect(visibleEvent(updated, ACTOR, allowing("read channel:s:2/a"))).toMatchObject({
      payload: { channels: ["s:2/a"] },
    });
    expect(visibleEvent(updated, ACTOR, allowing("read channel:other"))).toBeUndefined();
  });

  it("asks for everything that an event names", () => {
    const both = event("shelly.linked", { device: "s:1", point: "P" });
    expect(visibleEvent(both, ACTOR, allowing("read device:s:1"))).toBeUndefined();
    expect(visibleEvent(both, ACTOR, allowing("read device:s:1", "read point:P"))).toBeDefined();
  });
});

describe("patterns", () => {
  it.each([
    ["*", "a.b", true],
    ["device.*", "device.added", true],
    ["device.*", "devices.added", false],
    ["device.*", "device", false],
    ["device.added", "device.added", true],
    ["device.added", "device.added.x", false],
    ["a.b.*", "a.b.c", true],
  ] as const)("%s of %s: %s", (pattern, type, expected) => {
    expect(matchesPattern(pattern, type)).toBe(expected);
  });

  it.each(["", "**", ".a", "a.", "a..b", "*.a", "a.*.b", "a b", "__proto__"])("%j is none", (text) => {
    expect(isEventPattern(text)).toBe(false);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, type) =>
        [isEventPattern(pattern), matchesPattern(pattern, type)].every((entry) => typeof entry === "boolean"),
      ),
    );
  });
});
