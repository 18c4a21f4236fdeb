import type { Instant, Series } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import type { TelemetryStore } from "../../src/store/index.js";
import { MAIN, NOW, openStore } from "./support/fixture.js";

const SLOT = 900_000;
const DAY = 86_400_000;
const FIRST = Math.floor(NOW / DAY) * DAY - 200 * DAY;

/** A hundred days of roll-ups at a level, and readings before and behind them. */
async function filled(): Promise<TelemetryStore> {
  const { store } = await openStore();
  const level = (from: number, watts: number): Promise<unknown> =>
    store.write([
      {
        channel: MAIN,
        origin: "live",
        at: Float64Array.from({ length: 96 }, (_, i) => from + i * SLOT),
        columns: { power_w: new Float64Array(96).fill(watts) },
      },
    ]);
  await level(FIRST - DAY, 10);
  await level(FIRST + 100 * DAY, 30);
  const slot = FIRST / SLOT;
  await store.derived.transaction((sql) =>
    sql.run(
      `INSERT INTO rollups SELECT 1, 'power_w', ${slot} + i, 15, 20, 25, 20, 22, 4, 1 FROM range(${100 * 96}) AS t(i)`,
    ),
  );
  return store;
}

async function read(store: TelemetryStore, from: number, to: number, maxBuckets = 2_000): Promise<Series> {
  const range = { from: from as Instant, to: to as Instant };
  const [series] = await store.series({ target: MAIN, metrics: ["power_w"], range, maxBuckets });
  return series ?? expect.fail("no series");
}

const at = ({ from, min, avg, max, coverage }: Series, instant: number): (number | undefined)[] => {
  const i = from.findLastIndex((begin) => begin <= instant);
  return [min[i], avg[i], max[i], coverage[i]];
};

describe("a long range", () => {
  it("is read from roll-ups where there are any, and from readings elsewhere", async () => {
    const series = await read(await filled(), FIRST - 2 * DAY, FIRST + 103 * DAY, 110);
    expect(series.bucketMs).toBe(DAY);
    expect(series.from.length).toBe(105);
    expect(at(series, FIRST - 2 * DAY)).toEqual([Number.NaN, Number.NaN, Number.NaN, 0]);
    expect(at(series, FIRST - DAY)).toEqual([10, 10, 10, expect.closeTo(1, 1)]);
    for (const day of [0, 1, 50, 99]) expect(at(series, FIRST + day * DAY)).toEqual([15, 20, 25, 1]);
    expect(at(series, FIRST + 100 * DAY)).toEqual([30, 30, 30, expect.closeTo(1, 1)]);
    expect(at(series, FIRST + 102 * DAY)).toEqual([Number.NaN, Number.NaN, Number.NaN, 0]);
  });

  it("is read from readings where roll-ups are being worked out anew", async () => {
    const store = await filled();
    const day = FIRST + 45 * DAY;
    const at77 = Float64Array.from({ length: 96 }, (_, i) => day + i * SLOT);
    await store.write([
      { channel: MAIN, origin: "live", at: at77, columns: { power_w: new Float64Array(96).fill(77) } },
    ]);
    await store.derived.transaction((sql) =>
      sql.run("INSERT INTO energy_pending VALUES (1, ?, ?)", [day + 60_000, day + DAY - 60_000]),
    );
    const series = await read(store, FIRST, FIRST + 100 * DAY, 100);
    expect(at(series, day)).toEqual([77, 77, 77, expect.closeTo(1, 1)]);
    for (const other of [44, 46]) expect(at(series, FIRST + other * DAY)).toEqual([15, 20, 25, 1]);
  });

  it("that begins and ends within slots leaves their rest to readings", async () => {
    const series = await read(await filled(), FIRST + 1_000, FIRST + 90 * DAY + 1_000, 100);
    expect(at(series, FIRST + DAY)).toEqual([15, 20, 25, 1]);
    expect(series.coverage.at(0)).toBeCloseTo(1, 1);
  });

  it("that is not so long is read from readings", async () => {
    const series = await read(await filled(), FIRST, FIRST + 10 * DAY);
    expect(series.coverage.slice(10).every((share) => share === 0)).toBe(true);
  });
});
