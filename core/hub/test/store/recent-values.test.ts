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

type Step = { readonly append: number; readonly gap: number } | { readonly insert: number } | { readonly trim: true };

/** The rows that the memory was given, without ever forgetting one. */
class Model {
  readonly recent = new RecentValues();
  readonly held = new Set<number>();
  newest = 0;

  take(step: Step): void {
    if ("append" in step) this.#append(step.append, step.gap);
    else if ("insert" in step) this.#insert(this.newest - step.insert);
    else this.recent.trim(CHANNEL);
  }

  check(): void {
    for (let at = Math.max(this.newest - 700, this.recent.knownFrom(CHANNEL)); at <= this.newest; at++) {
      const found = this.recent.row(CHANNEL, at)?.get("power_w");
      if (found !== (this.held.has(at) ? at * 2 : undefined)) expect.fail(`${at} is ${found}`);
    }
    expect(this.recent.newest(CHANNEL)).toBe(this.held.size === 0 ? Number.NEGATIVE_INFINITY : Math.max(...this.held));
  }

  #append(count: number, gap: number): void {
    const at = Array.from({ length: count }, (_, i) => this.newest + (i + 1) * gap);
    this.newest = at.at(-1) ?? this.newest;
    for (const instant of at) this.held.add(instant);
    this.recent.append(batchOf(at), 0, at.length);
  }

  #insert(at: number): void {
    if (this.held.has(at)) return;
    const row = this.recent.insert(CHANNEL, at);
    expect(row === undefined).toBe(at < this.recent.knownFrom(CHANNEL));
    row?.set("power_w", at * 2);
    if (row) this.held.add(at);
  }
}

it("knows every row from `knownFrom` on, whatever was appended, inserted and trimmed", () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ append: fc.integer({ min: 1, max: 400 }), gap: fc.integer({ min: 1, max: 50 }) }),
    fc.record({ insert: fc.integer({ min: 0, max: 600 }) }),
    fc.constant({ trim: true } as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const model = new Model();
      for (const one of steps) {
        model.take(one);
        model.check();
      }
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
