import { type ChannelId, type DeviceId, hours, type Instant, minutes, type Range, text } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { waitAfter } from "../../src/backfill/backoff.js";
import { DevicePlan } from "../../src/backfill/device-plan.js";
import { parsePlan } from "../../src/backfill/plan-document.js";
import { minutesOf } from "../../src/backfill/ranges.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const now = (1_000 * HOUR) as Instant;
const window = { from: 0, to: now } as Range;
const range = (from: number, to: number): Range => ({ from: from * HOUR, to: to * HOUR }) as Range;
const [a, b] = ["memo:m1/a", "memo:m1/b"] as ChannelId[] as [ChannelId, ChannelId];

function planWith(...gaps: readonly Range[]): DevicePlan {
  const plan = new DevicePlan("memo:m1" as DeviceId);
  plan.found(a, gaps, window);
  plan.begin("reconnect", now, 0);
  return plan;
}

describe("the plan of a device", () => {
  it("asks for the newest gap first, from its begin on, six hours at most", () => {
    expect(planWith(range(10, 12), range(100, 120)).next()).toEqual({ range: range(100, 106), channels: [a] });
  });

  it("asks for less after failures, and for older gaps in turn", () => {
    const plan = planWith(range(10, 30), range(100, 120));
    plan.failed(text("x"), now);
    expect(plan.next()?.range).toEqual(range(10, 13));
    plan.failed(text("x"), now);
    expect(plan.next()?.range).toEqual(range(100, 101.5));
    plan.succeeded();
    expect(plan.next()?.range).toEqual(range(100, 106));
  });

  it("waits longer after each failure, and never longer than six hours", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 99].map(waitAfter)).toEqual(
      [1, 2, 5, 15, 60, 180, 360, 360, 360].map((n) => minutes(n)),
    );
  });

  it("does not ask again for what the device does not have, but for its newest minutes", () => {
    const plan = planWith(range(10, 12), { from: now - hours(1), to: now } as Range);
    plan.answered(a, range(10, 12), now);
    plan.answered(a, { from: (now - hours(1)) as Instant, to: now }, now);
    expect(plan.gaps).toEqual([]);
    plan.found(a, [range(10, 12), { from: now - hours(1), to: now } as Range], window);
    expect(plan.gaps).toEqual([{ from: now - minutes(15), to: now }]);
    plan.forgetAnswers();
    plan.found(a, [range(10, 12)], window);
    expect(plan.gaps).toEqual([range(10, 12)]);
  });

  it("counts a minute once for all channels, and goes on counting when more is found", () => {
    const plan = planWith(range(10, 12));
    plan.found(b, [range(11, 13)], window);
    plan.begin("reconnect", now, 120);
    expect(plan.job).toMatchObject({ totalMinutes: 180, cause: "reconnect", range: range(10, 13) });
    plan.received(a, [range(10, 12)]);
    expect(minutesOf(plan.gaps)).toBe(120);
    const before = minutesOf(plan.gaps);
    plan.found(b, [range(11, 13), range(20, 21)], window);
    plan.begin("nightly", now, before);
    expect(plan.job).toMatchObject({ totalMinutes: 240, cause: "reconnect" });
    plan.finish(now);
    plan.begin("nightly", now, 0);
    expect(plan.job).toMatchObject({ totalMinutes: 180, cause: "nightly" });
  });

  it("forgets what is old, and channels that are gone", () => {
    const plan = planWith(range(10, 12), range(100, 102));
    plan.found(b, [range(100, 102)], window);
    plan.forgetBefore((50 * HOUR) as Instant);
    plan.keepOnly(new Set([b]));
    expect(plan.next()?.channels).toEqual([b]);
    expect(plan.gaps).toEqual([range(100, 102)]);
  });

  it("is the same after a restart", () => {
    const span = fc.tuple(fc.nat(200), fc.nat(20)).map(([from, length]) => range(from, from + length + 1));
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: 5 }),
        fc.array(span, { maxLength: 5 }),
        fc.nat(9),
        (gaps, gone, failures) => {
          const plan = planWith();
          plan.found(a, gaps, window);
          for (const each of gone) plan.answered(a, each, now);
          plan.begin("start", now, 0);
          for (let n = 0; n < failures; n++) plan.failed(text("x", { why: "y" }), now);
          const stored = parsePlan(JSON.stringify(plan.toDocument()));
          expect(stored).toBeDefined();
          const again = stored && DevicePlan.of(plan.device, stored);
          expect(again?.toDocument()).toEqual(plan.toDocument());
          expect(again?.next()).toEqual(plan.next());
        },
      ),
    );
  });

  it("that is stored in another form is made anew", () => {
    for (const bad of ["", "{", "null", "[]", '{"version":2}', '{"version":1,"paused":"yes"}'])
      expect(parsePlan(bad)).toBeUndefined();
  });
});
