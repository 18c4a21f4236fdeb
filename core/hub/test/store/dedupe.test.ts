import path from "node:path";
import { type Batch, type Instant, row } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAIN, NOW, openStore, reading, rowsOf, temporaryFolder } from "./support/fixture.js";

const METRICS = ["power_w", "voltage_v", "current_a"] as const;

/** Instants that lie close together, in the memory's reach or far behind, on several days. */
const instants = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((n) => NOW - n * 1_000),
  fc.integer({ min: 0, max: 400 }).map((n) => NOW - n * 1_000),
  fc.integer({ min: 0, max: 40 }).map((n) => NOW - 300_000 - n * 1_000),
  fc.constantFrom(NOW - 86_400_000, NOW - 86_399_000, NOW - 40 * 86_400_000, NOW - 50 * 86_400_000),
);

const rows = fc.record({
  at: instants,
  values: fc.dictionary(fc.constantFrom(...METRICS), fc.integer({ min: 0, max: 2 }), { minKeys: 1 }),
});

function batchOf(found: readonly { at: number; values: Partial<Record<string, number>> }[]): Batch {
  const sorted = [...found].sort((a, b) => a.at - b.at);
  const columns = METRICS.map(
    (metric) => [metric, Float64Array.from(sorted, ({ values }) => values[metric] ?? Number.NaN)] as const,
  );
  return {
    channel: MAIN,
    origin: "live",
    at: Float64Array.from(sorted, ({ at }) => at),
    columns: Object.fromEntries(columns),
  };
}

/** What the store should hold: of each instant and metric the first value. */
class Model {
  readonly held = new Map<number, Record<string, number>>();
  accepted = 0;
  duplicate = 0;
  different = 0;

  write({ at, columns }: Batch): void {
    at.forEach((instant, i) => {
      const held = this.held.get(instant) ?? {};
      const given = Object.entries(columns).filter(([, column]) => !Number.isNaN(column[i]));
      const fresh = given.filter(([metric]) => held[metric] === undefined);
      const isDifferent = given.some(([metric, column]) => held[metric] !== undefined && held[metric] !== column[i]);
      if (isDifferent) this.different++;
      if (fresh.length > 0) this.accepted++;
      else if (!isDifferent) this.duplicate++;
      for (const [metric, column] of fresh) held[metric] = column[i] as number;
      this.held.set(instant, held);
    });
  }

  rows(): Record<string, number>[] {
    return [...this.held].sort(([a], [b]) => a - b).map(([at, values]) => ({ at, ...values }));
  }
}

describe("a value that is held already", () => {
  it("is a duplicate when it is the same, kept out when it differs, and other metrics of the instant are taken", async () => {
    const { store, counters } = await openStore();
    await store.write([reading(MAIN, NOW, { power_w: 3 })]);
    expect(await store.write([reading(MAIN, NOW, { power_w: 3 })])).toEqual({
      accepted: 0,
      duplicate: 1,
      rejected: [],
    });
    expect(await store.write([reading(MAIN, NOW, { power_w: 4 })])).toEqual({
      accepted: 0,
      duplicate: 0,
      rejected: [{ reason: "rejected.different-value", rows: 1 }],
    });
    expect((await store.write([reading(MAIN, NOW, { power_w: 3, voltage_v: 230 })])).accepted).toBe(1);
    expect(await rowsOf(store, MAIN)).toEqual([{ at: NOW, power_w: 3, voltage_v: 230 }]);
    expect(store.last(MAIN).power_w).toEqual({ at: NOW, value: 3 });
    expect(counters.get("store", "rows-kept-out", "duplicate")).toBe(1);
    expect(counters.get("store", "rows-kept-out", "rejected.different-value")).toBe(1);
  });

  it("is found within one batch as well", async () => {
    const { store } = await openStore();
    const written = await store.write([batchOf([1, 1, 2].map((value) => ({ at: NOW, values: { power_w: value } })))]);
    expect(written).toEqual({ accepted: 1, duplicate: 1, rejected: [{ reason: "rejected.different-value", rows: 1 }] });
  });

  it("is found when it is older than memory reaches, and after a restart", async () => {
    const file = path.join(temporaryFolder(), "telemetry.duckdb");
    const first = await openStore({ path: file });
    const many = Array.from({ length: 1_000 }, (_, i) => ({ at: NOW - 1_000_000 + i * 1_000, values: { power_w: i } }));
    await first.store.write([batchOf(many)]);
    expect(await first.store.write([batchOf(many)])).toMatchObject({ accepted: 0, duplicate: 1_000 });
    await first.store.close();
    const second = await openStore({ path: file });
    expect(await second.store.write([batchOf(many)])).toMatchObject({ accepted: 0, duplicate: 1_000 });
    expect(await rowsOf(second.store, MAIN)).toHaveLength(1_000);
  });

  it("is held for good: its sender hears of it only when it is on the disk", async () => {
    const { store, clock } = await openStore({ config: { commitWhenIdle: false } });
    const settled: string[] = [];
    const writes = ["first", "second"].map((name) =>
      store.write([reading(MAIN, NOW, { power_w: 3 })]).then(() => settled.push(name)),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toEqual([]);
    clock.fireNext((NOW + 1_000) as Instant);
    await Promise.all(writes);
    expect(settled).toEqual(["first", "second"]);
  });
});

describe("any sequence of writes", () => {
  it("leaves the first value of each instant and metric, over restarts as well", async () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.array(rows, { minLength: 1, maxLength: 30 }) },
      { weight: 1, arbitrary: fc.constant("restart" as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const folder = temporaryFolder();
        let { store } = await openStore({ path: path.join(folder, "t.duckdb") });
        const model = new Model();
        const seen = { accepted: 0, duplicate: 0, different: 0 };
        for (const found of steps) {
          if (found === "restart") {
            await store.close();
            ({ store } = await openStore({ path: path.join(folder, "t.duckdb") }));
            continue;
          }
          model.write(batchOf(found));
          const written = await store.write([batchOf(found)]);
          seen.accepted += written.accepted;
          seen.duplicate += written.duplicate;
          seen.different += written.rejected[0]?.rows ?? 0;
        }
        expect(await rowsOf(store, MAIN)).toEqual(model.rows());
        expect(seen).toEqual({ accepted: model.accepted, duplicate: model.duplicate, different: model.different });
        await store.close();
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  it("is idempotent: replayed in any order and all at once, nothing is added", async () => {
    const value = (at: number, metric: string): number => (at / 1_000 + metric.length) % 97;
    const keys = fc.array(fc.tuple(instants, fc.constantFrom(...METRICS)), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(keys, fc.array(fc.nat(1_000), { minLength: 60, maxLength: 60 }), async (found, order) => {
        const { store } = await openStore();
        const batches = () => found.map(([at, metric]) => row(MAIN, at as Instant, { [metric]: value(at, metric) }));
        const distinct = new Set(found.map(([at, metric]) => `${at} ${metric}`)).size;
        const first = await Promise.all(batches().map((batch) => store.write([batch])));
        const shuffled = batches()
          .map((batch, i) => ({ batch, place: order[i] ?? 0 }))
          .sort((a, b) => a.place - b.place);
        const again = await Promise.all(shuffled.map(({ batch }) => store.write([batch])));
        const sum = (all: typeof first) => all.reduce((total, { accepted }) => total + accepted, 0);
        expect(sum(first)).toBe(distinct);
        expect(sum(again)).toBe(0);
        const stored = await rowsOf(store, MAIN);
        for (const { at, ...values } of stored)
          for (const [metric, held] of Object.entries(values)) expect(held).toBe(value(at as number, metric));
        await store.close();
      }),
      { numRuns: 15 },
    );
  }, 60_000);
});
