import {
  type Batch,
  type ChannelId,
  type Instant,
  type MetricName,
  Quality,
  type Range,
  type Series,
} from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AssignmentSource, TelemetryStore } from "../../src/store/index.js";
import { KITCHEN, MAIN, NOW, openStore, reading, SECOND } from "./support/fixture.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Point {
  readonly at: number;
  readonly value: number;
}

function batchOf(
  points: readonly Point[],
  channel: ChannelId = MAIN,
  metric: MetricName = "power_w",
  origin: Batch["origin"] = "live",
): Batch {
  const sorted = [...points].sort((a, b) => a.at - b.at);
  return {
    channel,
    origin,
    at: Float64Array.from(sorted, ({ at }) => at),
    columns: { [metric]: Float64Array.from(sorted, ({ value }) => value) },
  };
}

/** Points every so often from an instant on. */
const every = (ms: number, from: number, count: number, value: (i: number) => number = (i) => i): Point[] =>
  Array.from({ length: count }, (_, i) => ({ at: from + i * ms, value: value(i) }));

const range = (from: number, to: number): Range => ({ from: from as Instant, to: to as Instant });

async function seriesOf(
  store: TelemetryStore,
  asked: Range,
  maxBuckets: number,
  metric: MetricName = "power_w",
): Promise<Series> {
  const [series] = await store.series({ target: MAIN, metrics: [metric], range: asked, maxBuckets });
  return series ?? expect.fail("no series");
}

const list = (column: Float64Array | Uint8Array): number[] => [...column];

describe("buckets", () => {
  it("cover the range, aligned, with extremes and averages", async () => {
    const { store } = await openStore();
    await store.write([batchOf(every(10_000, NOW - HOUR, 360))]);
    const series = await seriesOf(store, range(NOW - HOUR, NOW), 6);
    expect(series).toMatchObject({ metric: "power_w", unit: "W", bucketMs: 10 * MINUTE });
    expect(list(series.from)).toEqual([0, 1, 2, 3, 4, 5].map((i) => NOW - HOUR + i * 10 * MINUTE));
    expect(list(series.min)).toEqual([0, 60, 120, 180, 240, 300]);
    expect(list(series.max)).toEqual([59, 119, 179, 239, 299, 359]);
    expect(list(series.avg)).toEqual([29.5, 89.5, 149.5, 209.5, 269.5, 329.5]);
    expect(list(series.coverage)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(list(series.quality)).toEqual(Array(6).fill(Quality.measured));
  });

  it("show a gap as a gap", async () => {
    const { store } = await openStore();
    await store.write([batchOf([...every(10_000, NOW - HOUR, 60), ...every(10_000, NOW - 30 * MINUTE, 180)])]);
    const series = await seriesOf(store, range(NOW - HOUR, NOW), 12);
    expect(list(series.coverage).map((share) => share > 0.99)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      true,
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(list(series.coverage).slice(2, 6)).toEqual([0, 0, 0, 0]);
    expect(list(series.avg).slice(2, 6)).toEqual(Array(4).fill(Number.NaN));
    expect(list(series.quality).slice(2, 6)).toEqual([0, 0, 0, 0]);
  });

  it("show what still stands when they are shorter than the spacing", async () => {
    const { store } = await openStore();
    await store.write([batchOf(every(MINUTE, NOW - HOUR, 60))]);
    const series = await seriesOf(store, range(NOW - 10 * MINUTE, NOW), 60);
    expect(series.bucketMs).toBe(10_000);
    expect(list(series.avg)).toEqual(Array.from({ length: 60 }, (_, i) => 50 + Math.floor(i / 6)));
    expect(list(series.coverage)).toEqual(Array(60).fill(1));
  });

  it("begin with the reading that stands at the begin of the range", async () => {
    const { store } = await openStore();
    await store.write([batchOf(every(MINUTE, NOW - HOUR + 30_000, 60))]);
    const series = await seriesOf(store, range(NOW - 10 * MINUTE, NOW), 60);
    expect(list(series.avg).slice(0, 4)).toEqual([49, 49, 49, 50]);
  });

  it("weigh readings by the time for which they stand", async () => {
    const { store } = await openStore();
    // A plug that reports each second at 100 W for a minute and each minute at 0 W for the rest.
    const busy = every(1_000, NOW - HOUR, 60, () => 100);
    const idle = every(MINUTE, NOW - HOUR + MINUTE, 59, () => 0);
    await store.write([batchOf([...busy, ...idle])]);
    const series = await seriesOf(store, range(NOW - HOUR, NOW), 1);
    expect(series.avg[0]).toBeCloseTo(100 / 60, 6);
    expect(series.coverage[0]).toBeCloseTo(1, 6);
  });

  it("count the reading before for as long as it stands in them", async () => {
    const { store } = await openStore();
    // 100 W for a quarter of an hour and five seconds, then 0 W.
    const points = every(10_000, NOW - HOUR + 5_000, 360, (i) => (i < 90 ? 100 : 0));
    await store.write([batchOf(points)]);
    const minute = await seriesOf(store, range(NOW - 45 * MINUTE, NOW - 44 * MINUTE), 6);
    expect(list(minute.avg)).toEqual([50, 0, 0, 0, 0, 0]);
    expect([minute.min[0], minute.max[0]]).toEqual([0, 100]);
  });

  it("count part of the range only at its edges", async () => {
    const { store } = await openStore();
    await store.write([batchOf(every(1_000, NOW - HOUR, 3_600))]);
    const series = await seriesOf(store, range(NOW - 25 * MINUTE, NOW - 5 * MINUTE), 3);
    expect(series.bucketMs).toBe(10 * MINUTE);
    expect(list(series.from)).toEqual([NOW - 30 * MINUTE, NOW - 20 * MINUTE, NOW - 10 * MINUTE]);
    expect(series.min[0]).toBe(2_100);
    expect(series.max[2]).toBe(3_299);
    expect(list(series.coverage)).toEqual([1, 1, 1]);
  });

  it("say where readings come from", async () => {
    const { store } = await openStore();
    await store.write([
      batchOf(every(1_000, NOW - 20_000, 10), MAIN, "power_w", "replay"),
      batchOf(every(1_000, NOW - 10_000, 10), MAIN, "power_w", "import"),
    ]);
    const series = await seriesOf(store, range(NOW - 20_000, NOW), 2);
    expect(list(series.quality)).toEqual([Quality.measured | Quality.replayed, Quality.measured | Quality.imported]);
  });

  it("know a daily outage from a slow sensor", async () => {
    const { store } = await openStore();
    const day = 24 * HOUR;
    await store.write([
      batchOf([1, 2, 3].flatMap((n) => every(MINUTE, NOW - n * day, 720))),
      batchOf(every(2 * HOUR, NOW - 3 * day, 36), MAIN, "temperature_c"),
    ]);
    const asked = range(NOW - 3 * day, NOW);
    const power = await seriesOf(store, asked, 6);
    expect(power.bucketMs).toBe(12 * HOUR);
    expect(list(power.coverage).map((share) => share > 0.9)).toEqual([true, false, true, false, true, false]);
    expect(list((await seriesOf(store, asked, 6, "temperature_c")).coverage)).toEqual(Array(6).fill(1));
  });

  it("are empty for a channel, a point and a metric without readings", async () => {
    const { store } = await openStore();
    await store.write([reading(MAIN, NOW, { power_w: 1 })]);
    for (const target of [SECOND, "meter:unknown/main" as ChannelId, KITCHEN]) {
      const [series] = await store.series({
        target,
        metrics: ["power_w"],
        range: range(NOW - HOUR, NOW),
        maxBuckets: 4,
      });
      expect(list(series?.avg ?? new Float64Array())).toEqual(Array(4).fill(Number.NaN));
    }
    expect(list((await seriesOf(store, range(NOW - HOUR, NOW), 4, "speed_rpm")).coverage)).toEqual([0, 0, 0, 0]);
  });
});

/** Readings at one cadence, an outage, and readings again up to now. */
const interrupted = (cadence: number, outage: number): Point[] => {
  const before = every(cadence, NOW - HOUR, Math.floor((HOUR / 2 - outage) / cadence));
  const until = NOW - HOUR + before.length * cadence + outage;
  return [...before, ...every(cadence, until, Math.floor((NOW - until) / cadence))];
};

const coveredMs = (series: Series): number => series.coverage.reduce((sum, share) => sum + share * series.bucketMs, 0);

describe("an outage is a gap", () => {
  const seconds = (n: number): number => n * 1_000;
  it.each([
    [seconds(1), seconds(10)],
    [seconds(1), seconds(60)],
    [seconds(1), seconds(519)],
    [seconds(10), seconds(45)],
    [seconds(10), seconds(180)],
    [seconds(10), seconds(519)],
    [seconds(10), seconds(1_500)],
    [seconds(60), seconds(240)],
    [seconds(60), seconds(519)],
    [seconds(60), seconds(1_500)],
    [seconds(120), seconds(519)],
    [seconds(120), seconds(899)],
    [seconds(120), seconds(1_500)],
  ])("at a cadence of %i ms, for %i ms", async (cadence, outage) => {
    const { store } = await openStore();
    await store.write([batchOf(interrupted(cadence, outage))]);
    for (const buckets of [60, 6, 1]) {
      const covered = coveredMs(await seriesOf(store, range(NOW - HOUR, NOW), buckets));
      expect(covered).toBeGreaterThan(HOUR - outage - 2 * cadence);
      expect(covered).toBeLessThan(HOUR - outage + 2 * cadence);
    }
  });

  it("when it is longer than all that was measured", async () => {
    const { store } = await openStore();
    const outage = 519_000;
    await store.write([batchOf([...every(10_000, NOW - outage - 80_000, 4), ...every(10_000, NOW - 50_000, 5)])]);
    const series = await seriesOf(store, range(NOW - 15 * MINUTE, NOW + 9 * MINUTE), 24 * 6);
    expect(coveredMs(series)).toBeLessThanOrEqual(100_000);
  });

  it("when a device of a poor network has many of them", async () => {
    const { store } = await openStore();
    const outages = [519, 300, 420, 700, 610].map((n) => n * 1_000);
    let at = NOW - HOUR;
    const points = outages.flatMap((outage) => {
      const run = every(10_000, at, 12);
      at += 120_000 + outage;
      return run;
    });
    await store.write([batchOf(points)]);
    expect(coveredMs(await seriesOf(store, range(NOW - HOUR, NOW), 60))).toBeLessThan(11 * MINUTE);
  });

  it("also where many readings fall into one part of a bucket", async () => {
    const { store } = await openStore();
    const hours = Array.from({ length: 24 }, (_, n) => NOW - 100 * 24 * HOUR + n * HOUR);
    await store.write([batchOf(hours.flatMap((from) => every(10_000, from, 6 * 50)))]);
    const series = await seriesOf(store, range(NOW - 365 * 24 * HOUR, NOW), 365);
    expect(coveredMs(series) / HOUR).toBeGreaterThan(24 * (49 / 60));
    expect(coveredMs(series) / HOUR).toBeLessThan(24 * (54 / 60));
  });

  it("and what two lone readings enclose is not measured", async () => {
    const { store } = await openStore();
    await store.write([
      batchOf([
        { at: NOW - 10 * MINUTE, value: 1 },
        { at: NOW - MINUTE, value: 1 },
      ]),
    ]);
    expect(coveredMs(await seriesOf(store, range(NOW - 15 * MINUTE, NOW), 15))).toBeCloseTo(2 * MINUTE, -1);
  });
});

describe("a steady state is no gap", () => {
  const at = (spacings: readonly number[]): Point[] => {
    let instant = NOW - HOUR;
    const points: Point[] = [];
    for (let i = 0; instant < NOW; i++) {
      points.push({ at: instant, value: i });
      instant += (spacings[i % spacings.length] ?? 1) * 1_000;
    }
    return points;
  };
  it.each([
    ["each minute when nothing changes", [3, 5, 60, 60, 60, 2, 1, 1, 4, 38, 60, 12]],
    ["mostly busy, then idle", [...Array<number>(600).fill(1), ...Array<number>(8).fill(60)]],
    ["in bursts", [1, 1, 300]],
    ["as it changes", [40, 200, 95, 10, 310, 150, 70, 260]],
    ["each ten minutes", [600]],
  ])("of a device that reports %s", async (_what, spacings) => {
    const { store } = await openStore();
    await store.write([batchOf(at(spacings))]);
    expect(coveredMs(await seriesOf(store, range(NOW - HOUR, NOW), 12)) / HOUR).toBeGreaterThan(0.97);
  });
});

describe("a point", () => {
  const swappedAt = (NOW - 30 * MINUTE) as Instant;
  const assignments: AssignmentSource = {
    assignmentsOf: (point) =>
      point === KITCHEN
        ? [
            { channel: MAIN, from: (NOW - HOUR) as Instant, to: swappedAt },
            { channel: SECOND, from: swappedAt },
          ]
        : [],
  };

  it("keeps one history over a swapped meter", async () => {
    const { store } = await openStore({ assignments });
    // Both meters go on measuring after the swap; each counts only while it was assigned.
    await store.write([
      batchOf(every(1_000, NOW - HOUR, 3_600, () => 1)),
      batchOf(
        every(1_000, NOW - HOUR, 3_600, () => 2),
        SECOND,
      ),
    ]);
    const [series] = await store.series({
      target: KITCHEN,
      metrics: ["power_w"],
      range: range(NOW - 2 * HOUR, NOW),
      maxBuckets: 8,
    });
    expect(list(series?.min ?? new Float64Array())).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      1,
      1,
      2,
      2,
    ]);
    expect(list(series?.max ?? new Float64Array())).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      1,
      1,
      2,
      2,
    ]);
    expect(store.last(KITCHEN).power_w).toEqual({ at: NOW - 1_000, value: 2 });
  });

  it("has no newest value of a channel that measures something else by now", async () => {
    const moved: AssignmentSource = {
      assignmentsOf: () => [{ channel: MAIN, from: (NOW - HOUR) as Instant, to: (NOW - MINUTE) as Instant }],
    };
    const { store } = await openStore({ assignments: moved });
    await store.write([reading(MAIN, NOW, { power_w: 5 })]);
    expect(store.last(KITCHEN)).toEqual({});
    expect(store.last(MAIN)).toEqual({ power_w: { at: NOW, value: 5 } });
  });
});

describe("questions that have no answer", () => {
  it.each([
    [range(NOW, NOW), ["power_w"], 10, "E_RANGE_INVALID"],
    [range(NOW, NOW - 1), ["power_w"], 10, "E_RANGE_INVALID"],
    [range(-1, NOW), ["power_w"], 10, "E_RANGE_INVALID"],
    [range(Number.NaN, NOW), ["power_w"], 10, "E_RANGE_INVALID"],
    [range(0, Number.POSITIVE_INFINITY), ["power_w"], 10, "E_RANGE_INVALID"],
    [range(NOW - 1, NOW), ["power_w"], 0, "E_RANGE_INVALID"],
    [range(NOW - 1, NOW), ["power_w"], Number.NaN, "E_RANGE_INVALID"],
    [range(NOW - 1, NOW), ['x" FROM meta; --'], 10, "E_METRIC_UNKNOWN"],
  ])("are refused: %o %o %o", async (asked, metrics, maxBuckets, code) => {
    const { store } = await openStore();
    await expect(store.series({ target: MAIN, metrics, range: asked, maxBuckets })).rejects.toMatchObject({ code });
  });

  it("are not made of a great many buckets", async () => {
    const { store } = await openStore();
    await store.write([batchOf(every(1_000, NOW - HOUR, 3_600))]);
    const series = await seriesOf(store, range(NOW - HOUR, NOW), 1_000_000);
    expect(series.from.length).toBeLessThanOrEqual(2_000);
  });
});

describe("any readings and any range", () => {
  const point = fc.record({
    at: fc.oneof(fc.nat(200), fc.nat(7_200), fc.nat(200_000)).map((s) => NOW - s * 1_000),
    value: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
  });

  it("keep every extreme in its bucket, and the average between them", async () => {
    const asked = fc.tuple(
      fc.integer({ min: 1, max: 210_000 }),
      fc.integer({ min: 0, max: 200_000 }),
      fc.integer({ min: 1, max: 300 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(point, { minLength: 1, maxLength: 80 }),
        fc.array(asked, { minLength: 5, maxLength: 5 }),
        async (given, questions) => {
          const { store } = await openStore();
          const points = [...new Map(given.map((one) => [one.at, one])).values()];
          await store.write([batchOf(points)]);
          for (const [seconds, until, maxBuckets] of questions) {
            const to = NOW + 1_000 - until * 1_000;
            checkSeries(
              await seriesOf(store, range(to - seconds * 1_000, to), maxBuckets),
              points,
              range(to - seconds * 1_000, to),
              maxBuckets,
            );
          }
          await store.close();
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  /** The reading before may stand until the first one in the bucket. */
  function checkExtremes(
    { min, max, coverage }: { min: number; max: number; coverage: number },
    own: readonly number[],
    before: readonly number[],
  ): void {
    if (own.length > 0) {
      expect([Math.min(...own), Math.min(...own, ...before)]).toContain(min);
      expect([Math.max(...own), Math.max(...own, ...before)]).toContain(max);
    } else if (coverage > 0) expect([min, max]).toEqual([...before, ...before]);
  }

  function checkSeries(series: Series, points: readonly Point[], asked: Range, maxBuckets: number): void {
    const count = series.from.length;
    expect(count).toBeLessThanOrEqual(maxBuckets);
    expect(series.from[0]).toBeLessThanOrEqual(asked.from);
    expect((series.from[count - 1] as number) + series.bucketMs).toBeGreaterThanOrEqual(asked.to);
    for (let i = 0; i < count; i++) {
      const from = series.from[i] as number;
      expect(from % series.bucketMs).toBe(0);
      const [min, avg, max, coverage] = [series.min[i], series.avg[i], series.max[i], series.coverage[i]] as [
        number,
        number,
        number,
        number,
      ];
      const own = points
        .filter(({ at }) => at >= Math.max(from, asked.from) && at < Math.min(from + series.bucketMs, asked.to))
        .map(({ value }) => value);
      expect(coverage >= 0 && coverage <= 1).toBe(true);
      expect(Number.isNaN(avg)).toBe(coverage === 0);
      expect(series.quality[i] !== 0).toBe(coverage > 0);
      const before = points.filter(({ at }) => at < from || at < asked.from).sort((a, b) => b.at - a.at)[0];
      checkExtremes({ min, max, coverage }, own, before === undefined ? [] : [before.value]);
      if (coverage > 0) expect(min <= avg && avg <= max).toBe(true);
    }
  }
});
