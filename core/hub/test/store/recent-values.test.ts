import type { ChannelId } from "@vatio/plugin-api";
import fc from "fast-check";
import { expect, it } from "vitest";
import { RecentValues } from "../../src/store/recent-values.js";
import type { CheckedBatch } from "../../src/store/validate-batch.js";

const CHANNEL = 7;

const batchOf = (at: readonly number[]): CheckedBatch => ({
  channel: "meter:a/main" as ChannelId,
  number: CHANNEL,
  origin: "live",
  originCode: 0,
  at: Float64Array.from(at),
  names: ["power_w"],
  values: [Float64Array.from(at, (instant) => instant * 2)],
  rows: undefined,
});

it("knows every row from `knownFrom` on, whatever was appended, inserted and trimmed", () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ append: fc.integer({ min: 1, max: 400 }), gap: fc.integer({ min: 1, max: 50 }) }),
      fc.record({ insert: fc.integer({ min: 0, max: 600 }) }),
      fc.constant({ trim: true }),
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const recent = new RecentValues();
      const held = new Set<number>();
      let newest = 0;
      for (const step of all) {
        if ("append" in step) {
          const at = Array.from({ length: step.append }, (_, i) => newest + (i + 1) * step.gap);
          newest = at.at(-1) ?? newest;
          for (const instant of at) held.add(instant);
          recent.append(batchOf(at), 0, at.length);
        } else if ("insert" in step) {
          const at = newest - step.insert;
          if (held.has(at)) continue;
          const row = recent.insert(CHANNEL, at);
          expect(row === undefined).toBe(at < recent.knownFrom(CHANNEL));
          row?.set("power_w", at * 2);
          if (row) held.add(at);
        } else recent.trim(CHANNEL);
        const from = Math.max(newest - 700, recent.knownFrom(CHANNEL));
        for (let at = from; at <= newest; at++) {
          const found = recent.row(CHANNEL, at)?.get("power_w");
          if (found !== (held.has(at) ? at * 2 : undefined)) expect.fail(`${at} is ${found}`);
        }
      }
      expect(recent.newest(CHANNEL)).toBe(held.size === 0 ? Number.NEGATIVE_INFINITY : Math.max(...held));
    }),
    { numRuns: 60 },
  );
});

it("knows nothing of a channel that is reset to an instant until something newer comes", () => {
  const recent = new RecentValues();
  recent.reset(CHANNEL, 100);
  expect(recent.knownFrom(CHANNEL)).toBe(101);
  expect(recent.insert(CHANNEL, 100)).toBeUndefined();
  recent.append(batchOf([200]), 0, 1);
  expect([recent.newest(CHANNEL), recent.knownFrom(CHANNEL)]).toEqual([200, 101]);
  recent.reset(CHANNEL, Number.NEGATIVE_INFINITY);
  expect(recent.knownFrom(CHANNEL)).toBe(Number.NEGATIVE_INFINITY);
});

it("keeps metrics of one instant apart", () => {
  const recent = new RecentValues();
  recent.append(batchOf([100]), 0, 1);
  const row = recent.row(CHANNEL, 100);
  expect(row?.get("voltage_v")).toBeUndefined();
  row?.set("voltage_v", 230);
  expect([row?.get("voltage_v"), row?.get("power_w")]).toEqual([230, 200]);
  expect(recent.row(CHANNEL, 101)).toBeUndefined();
});
