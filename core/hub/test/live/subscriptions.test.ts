import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SUBSCRIPTION_LIMITS, Subscriptions } from "../../src/live/subscriptions.js";

const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"));
const step = fc.record({
  id: fc.nat(3),
  targets: fc.option(names, { nil: undefined }),
  events: fc.array(fc.constantFrom("x.y", "x.*", "*")),
});

describe("subscriptions", () => {
  it("say of each target when it begins and ends to matter, whatever the order", () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const subscriptions = new Subscriptions();
        const wanted = new Set<string>();
        const model = new Map<number, readonly string[]>();
        for (const { id, targets, events } of steps) {
          const change = subscriptions.replace(id, targets && { targets: new Set(targets), events });
          expect(change.begun.some((target) => wanted.has(target))).toBe(false);
          expect(change.ended.every((target) => wanted.has(target) || change.begun.includes(target))).toBe(true);
          for (const target of change.begun) wanted.add(target);
          for (const target of change.ended) wanted.delete(target);
          model.set(id, targets ?? []);
          expect(wanted).toEqual(new Set([...model.values()].flat()));
        }
      }),
    );
  });

  it("know which events and log lines are wanted", () => {
    const subscriptions = new Subscriptions();
    subscriptions.replace(1, { targets: new Set(), events: ["device.*"], logs: "warn" });
    subscriptions.replace(2, { targets: new Set(), events: ["device.*"] });
    expect([subscriptions.wantsEvent("device.added"), subscriptions.wantsEvent("hub.health")]).toEqual([true, false]);
    expect([subscriptions.wantsLog("info"), subscriptions.wantsLog("error")]).toEqual([false, true]);
    subscriptions.replace(1, undefined);
    expect([subscriptions.wantsEvent("device.added"), subscriptions.wantsLog("error")]).toEqual([true, false]);
    subscriptions.replace(2, undefined);
    expect(subscriptions.wantsEvent("device.added")).toBe(false);
  });

  it("have an end, of which a replaced one is no part", () => {
    const subscriptions = new Subscriptions();
    const half = SUBSCRIPTION_LIMITS.targets / 2;
    const many = (prefix: string) => new Set(Array.from({ length: half }, (_unused, index) => `${prefix}${index}`));
    subscriptions.replace(1, { targets: many("a"), events: [] });
    subscriptions.replace(2, { targets: many("b"), events: [] });
    subscriptions.requireRoom(2, half, 0);
    for (const [targets, events] of [
      [1, 0],
      [0, SUBSCRIPTION_LIMITS.events + 1],
    ] as const) {
      expect(() => subscriptions.requireRoom(3, targets, events)).toThrowError(
        expect.objectContaining({ code: "E_SUBSCRIPTION_INVALID" }),
      );
    }
  });
});
