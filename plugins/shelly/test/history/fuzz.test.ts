import type { Batch, Instant, Range } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseChallenge } from "../../src/history/http-digest.js";
import { parseDataCsv } from "../../src/history/parse-csv.js";
import { parseBlocks, parseData } from "../../src/history/parse-data.js";
import { parseGen1Csv } from "../../src/history/parse-gen1-csv.js";
import type { MeterRecord, Wanted } from "../../src/history/record.js";
import { EM_KEYS, EM1_KEYS } from "../../src/history/record-keys.js";
import { readEm, readEm1, toBatches } from "../../src/history/to-batches.js";

const RUNS = { numRuns: 10_000 };
const T0 = 1_700_000_040;
const wanted: Wanted = {
  range: { from: T0 * 1_000, to: (T0 + 7_200) * 1_000 } as Range,
  now: ((T0 + 9_000) * 1_000) as Instant,
};

const odd = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.double(), fc.constantFrom(Number.NaN, 1e308, -1, 0));
const time = fc.oneof(fc.integer({ min: T0 - 600, max: T0 + 8_000 }), odd);
const cell = fc.oneof(
  { weight: 5, arbitrary: fc.double({ min: -10, max: 5_000, noNaN: true }) },
  { weight: 1, arbitrary: odd },
);
const row = fc.oneof(
  { weight: 4, arbitrary: fc.array(cell, { minLength: EM1_KEYS.length, maxLength: EM1_KEYS.length }) },
  { weight: 1, arbitrary: fc.oneof(fc.array(cell, { maxLength: 60 }), odd) },
);
const block = fc.oneof(
  fc.record(
    { ts: time, period: fc.oneof(fc.constant(60), odd), values: fc.oneof(fc.array(row, { maxLength: 8 }), odd) },
    { requiredKeys: [] },
  ),
  odd,
);
const answer = fc.oneof(
  fc.record(
    {
      keys: fc.oneof(fc.constant(EM1_KEYS), fc.array(fc.constantFrom("__proto__", "constructor", ...EM1_KEYS)), odd),
      data: fc.oneof(fc.array(block, { maxLength: 6 }), odd),
      next_record_ts: time,
      data_blocks: fc.oneof(fc.array(block, { maxLength: 6 }), odd),
    },
    { requiredKeys: [] },
  ),
  odd,
);
/** As text, whatever it is. */
const written = (value: unknown): string => (typeof value === "number" ? String(value) : String(JSON.stringify(value)));

const line = fc.oneof(
  fc
    .tuple(time, fc.array(cell, { minLength: 14, maxLength: 14 }))
    .map(([ts, cells]) => [ts, ...cells].map(written).join(",")),
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.constantFrom(["timestamp", ...EM1_KEYS].join(","), "timestamp", ",,,,", "\uFEFFtimestamp,x", ""),
);
const gen1Line = fc.oneof(
  fc
    .tuple(fc.date({ noInvalidDate: false }), cell, cell)
    .map(
      ([date, a, b]) =>
        `${Number.isNaN(date.getTime()) ? "x" : date.toISOString().slice(0, 16).replace("T", " ")},${written(a)},${written(b)}`,
    ),
  fc.string({ unit: "binary", maxLength: 60 }),
);

function expectRecords(records: readonly MeterRecord[]): void {
  const at = records.map((record) => record.at as number);
  expect(at.every((each) => each >= wanted.range.from && each < wanted.range.to)).toBe(true);
  expect(at.slice(1).every((each, i) => each > (at[i] as number))).toBe(true);
  expect(records.every(({ periodS }) => periodS >= 1)).toBe(true);
}

function expectStorable({ at, columns }: Batch): void {
  for (const [metric, column] of Object.entries(columns)) {
    expect(column).toHaveLength(at.length);
    expect(column.includes(Number.POSITIVE_INFINITY)).toBe(false);
    if (metric.startsWith("interval")) expect(column.every((n) => n >= 0 && n <= 2e7)).toBe(true);
  }
}

describe("whatever a device sends", () => {
  it("its records are within what was asked for, once and in order, and their values can be stored", () => {
    fc.assert(
      fc.property(answer, (value) => {
        const { records } = parseData(value, EM1_KEYS, wanted);
        expectRecords(records);
        for (const read of [readEm(0), readEm1(0)])
          toBatches(records, read, (key) => `shelly:x/${key}` as never).forEach(expectStorable);
      }),
      RUNS,
    );
  });

  it("its blocks have a length", () => {
    fc.assert(
      fc.property(answer, (value) => {
        for (const { from, to } of parseBlocks(value)?.blocks ?? []) expect(to).toBeGreaterThan(from);
      }),
      RUNS,
    );
  });

  it("its files are read without an error", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        for (const keys of [EM_KEYS, EM1_KEYS]) {
          const { records } = parseDataCsv(lines.join("\n"), keys, wanted);
          expect(records.every(({ at }) => at >= wanted.range.from && at < wanted.range.to)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it("its files of the first generation are in order, without an overlap", () => {
    fc.assert(
      fc.property(fc.array(gen1Line, { maxLength: 8 }), fc.boolean(), (lines, withHead) => {
        const head = withHead ? "Date/time UTC,Active energy Wh (A),Returned energy Wh (A)\n" : "";
        const { at, periodS, importWh, exportWh } = parseGen1Csv(head + lines.join("\n"));
        for (const column of [importWh, exportWh]) expect(column.every((wh) => wh >= 0)).toBe(true);
        expect(periodS.every((period) => period > 0)).toBe(true);
        const ends = [...at].map((begin, i) => begin + (periodS[i] as number) * 1_000);
        expect([...at].slice(1).every((begin, i) => begin >= (ends[i] as number))).toBe(true);
      }),
      RUNS,
    );
  });

  it("its challenges are understood or not", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        parseChallenge(text);
        parseChallenge(`Digest ${text}`);
      }),
      RUNS,
    );
  });
});
