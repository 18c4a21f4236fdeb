import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Instant, Range } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { dataPath, describeWithData, describeWithFixtures, fixturePath } from "../../../../test/support/shared-data.js";
import { parseDataCsv } from "../../src/history/parse-csv.js";
import { parseBlocks, parseData } from "../../src/history/parse-data.js";
import { parseGen1Csv } from "../../src/history/parse-gen1-csv.js";
import type { Wanted } from "../../src/history/record.js";
import { EM_KEYS, EM1_KEYS } from "../../src/history/record-keys.js";
import { readEm, readEm1, toBatches } from "../../src/history/to-batches.js";

const MINUTE = 60_000;
const always: Wanted = {
  range: { from: 0, to: Date.parse("2026-01-01T00:00:00Z") } as Range,
  now: Date.parse("2026-01-01T00:00:00Z") as Instant,
};
const fixture = (name: string): string => readFileSync(fixturePath("shelly-em-history", name), "utf8");
const T0 = 1_700_000_040;
const wantedFrom = (from: number, minutes: number): Wanted => ({
  range: { from: from * 1_000, to: (from + minutes * 60) * 1_000 } as Range,
  now: (from * 1_000 + minutes * MINUTE + 3_600_000) as Instant,
});

describeWithFixtures("captured files", () => {
  it("name their columns as the documentation does", () => {
    expect(fixture("pro3em-data.csv").split("\n")[0]).toBe(["timestamp", ...EM_KEYS].join(","));
    expect(fixture("proem-em1-data.csv").split("\n")[0]).toBe(["timestamp", ...EM1_KEYS].join(","));
    expect([EM_KEYS.length, EM1_KEYS.length]).toEqual([51, 14]);
  });

  it("of a clamp are a minute with its energy, and the power that goes with it", () => {
    const { records, dropped } = parseDataCsv(fixture("proem-em1-data.csv"), EM1_KEYS, always);
    expect(dropped).toEqual({});
    const [batch] = toBatches(records, readEm1(0), (key) => `shelly:x/${key}` as never);
    expect(batch?.at[0]).toBe(1_654_494_480_000);
    const values = Object.fromEntries(Object.entries(batch?.columns ?? {}).map(([name, column]) => [name, column[0]]));
    expect(values).toEqual({
      interval_import_wh: 22.7645,
      interval_export_wh: 0,
      interval_s: 60,
      power_w: 22.7645 * 60,
      voltage_v: 210.8,
      current_a: 6.73,
    });
  });

  it("of three phases are not believed about a power that their energy contradicts", () => {
    const { records } = parseDataCsv(fixture("pro3em-data.csv"), EM_KEYS, always);
    const batches = toBatches(records, readEm(0), (key) => `shelly:x/${key}` as never);
    expect(batches.map(({ channel }) => channel)).toEqual(["", "/a", "/b", "/c"].map((end) => `shelly:x/em:0${end}`));
    const [sum, a] = batches;
    // 0.0069 Wh in a minute of 9.8 to 10.7 W cannot be.
    expect(a?.columns.power_w).toBeUndefined();
    expect(a?.columns.interval_import_wh?.[0]).toBe(0.0069);
    expect(sum?.columns.interval_import_wh?.[0]).toBeCloseTo(0.0069 + 0.0052 + 0.0063, 10);
    expect(sum?.columns.power_w).toBeUndefined();
    expect(sum?.columns.current_a?.[0]).toBeCloseTo(0.079 + 0.043 + 0.048, 10);
    expect(sum?.columns.neutral_current_a).toBeUndefined();
  });
});

describeWithData("captured files", () => {
  it("of the first generation are a year in any order, each time once", () => {
    const text = gunzipSync(readFileSync(dataPath("vendor", "shelly_em3_phaseA.csv.gz"))).toString("utf8");
    const reference = JSON.parse(readFileSync(dataPath("vendor", "reference.json"), "utf8"))[
      "shelly_em3_phaseA.csv.gz"
    ];
    const { at, importWh, periodS, dropped } = parseGen1Csv(text);
    expect(at).toHaveLength(reference.distinct_timestamps);
    expect(dropped).toEqual({ repeated: reference.duplicate_rows });
    expect(importWh.reduce((sum, wh) => sum + wh, 0) / 1_000).toBeCloseTo(reference.import_kwh_deduplicated, 4);
    expect(at.every((each, i) => i === 0 || each > (at[i - 1] ?? 0))).toBe(true);
    expect(new Set(periodS)).toEqual(new Set([60, 600]));
    // No span reaches into the next one.
    expect(at.every((each, i) => i + 1 === at.length || each + (periodS[i] ?? 0) * 1_000 <= (at[i + 1] ?? 0))).toBe(
      true,
    );
  });
});

describe("answers of GetData", () => {
  const row = (wh: number): number[] => [wh, 0, 0, 0, wh * 60, wh * 60, 0, 0, 230, 230, 230, 1, 1, 1];

  it("carry a time for the first row of a block only", () => {
    const answer = {
      keys: EM1_KEYS,
      data: [
        { ts: T0, period: 60, values: [row(1), row(2)] },
        { ts: T0 + 600, period: 60, values: [row(3)] },
      ],
      next_record_ts: T0 + 660,
    };
    const { records, next } = parseData(answer, EM1_KEYS, wantedFrom(T0, 60));
    expect(records.map(({ at, values }) => [at / 1_000 - T0, values.total_act_energy])).toEqual([
      [0, 1],
      [60, 2],
      [600, 3],
    ]);
    expect(next).toBe(T0 + 660);
  });

  it.each([
    ["from before the clock was set", { data: [{ ts: 180, period: 60, values: [row(1)] }] }, { "no-date": 1 }],
    ["of the future", { data: [{ ts: T0 + 1e6, period: 60, values: [row(1)] }] }, { future: 1 }],
    ["that nobody asked for", { data: [{ ts: T0 - 600, period: 60, values: [row(1)] }] }, { "not-asked-for": 1 }],
    ["of another size", { data: [{ ts: T0, period: 60, values: [[1, 2, 3], "no", null] }] }, { "bad-row": 3 }],
    ["twice", { data: [0, 0].map(() => ({ ts: T0, period: 60, values: [row(1)] })) }, { repeated: 1 }],
    ["in a period of nothing", { data: [{ ts: T0, period: 0, values: [row(1)] }] }, { "bad-block": 1 }],
    ["without a block", { data: [null, 3, "x"] }, { "bad-block": 3 }],
    ["as no answer at all", null, { "not-an-answer": 1 }],
  ])("with records %s are used without them", (_, answer, dropped) => {
    expect(parseData(answer, EM1_KEYS, wantedFrom(T0, 60)).dropped).toEqual(dropped);
  });

  it("with a million names or rows end somewhere", () => {
    const keys = Array.from({ length: 1_000_000 }, (_, i) => `k${i}`);
    const values = Array.from({ length: 100_000 }, () => row(1));
    const { records } = parseData({ keys, data: [{ ts: T0, period: 60, values }] }, EM1_KEYS, wantedFrom(T0, 1e5));
    expect(records).toHaveLength(50_000);
  });

  it("may lack what was not asked for", () => {
    const { records } = parseData({ data: [{ ts: T0, values: [row(1)] }] }, EM1_KEYS, wantedFrom(T0, 5));
    expect(records[0]).toMatchObject({ periodS: 60, values: { total_act_energy: 1 } });
  });
});

describe("answers of GetRecords", () => {
  it("are blocks with a date", () => {
    const data_blocks = [
      { ts: 180, period: 60, records: 4 },
      { ts: T0, period: 60, records: 27 },
      { ts: T0, period: 60, records: -1 },
      "no",
    ];
    expect(parseBlocks({ data_blocks })).toEqual({ blocks: [{ from: T0, to: T0 + 27 * 60 }] });
    expect(parseBlocks({ data_blocks: 3 })).toBeUndefined();
    expect(parseBlocks([])).toBeUndefined();
  });
});
