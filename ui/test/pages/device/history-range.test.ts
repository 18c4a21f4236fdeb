import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  daysOf,
  daysRange,
  hasNext,
  moveRange,
  NAMED_RANGES,
  parseRange,
  rangeQuery,
  spanOf,
} from "../../../src/pages/device/history-range.js";

const HOUR = 3_600_000;
const now = Date.UTC(2026, 10, 21, 20, 0);
const madrid = { now, zone: "Europe/Madrid" };

describe("parseRange", () => {
  it.each([
    [null, null, { kind: "named", name: "24h", end: undefined }],
    ["7d", "1000", { kind: "named", name: "7d", end: 1_000 }],
    ["7d", "soon", { kind: "named", name: "7d", end: undefined }],
    ["2026-03-28..2026-03-29", null, { kind: "days", from: "2026-03-28", to: "2026-03-29" }],
    ["2026-03-29..2026-03-28", null, { kind: "named", name: "24h", end: undefined }],
    ["2026-02-30..2026-03-28", null, { kind: "named", name: "24h", end: undefined }],
    ["<script>", "-5", { kind: "named", name: "24h", end: undefined }],
  ])("%s until %s", (range, end, parsed) => {
    expect(parseRange(range, end)).toEqual(parsed);
  });

  it("reads what it wrote", () => {
    const named = fc.record({
      kind: fc.constant("named" as const),
      name: fc.constantFrom(...NAMED_RANGES),
      end: fc.option(fc.integer({ min: 1, max: 4e12 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(named, (range) => {
        const { r, to } = rangeQuery(range);
        expect(parseRange(r, to ?? null)).toEqual(range);
      }),
    );
  });
});

describe("spanOf", () => {
  it("takes days in the zone of the site, also where one has 23 hours", () => {
    const { from, to } = spanOf(
      { kind: "days", from: "2026-03-29", to: "2026-03-29" } as ReturnType<typeof parseRange>,
      madrid,
    );
    expect(to - from).toBe(23 * HOUR);
    expect(new Date(from).toISOString()).toBe("2026-03-28T23:00:00.000Z");
  });

  it("does not fall over a zone that the browser does not know", () => {
    const range = daysRange("2026-11-01", "2026-11-02");
    expect(range && spanOf(range, { now, zone: "Mars/Base" }).to).toBe(Date.UTC(2026, 10, 3));
  });
});

describe("moveRange", () => {
  it("goes back by one length and comes home to now", () => {
    const day = parseRange("24h", null);
    const back = moveRange(day, -1, now);
    expect(spanOf(back, madrid)).toEqual({ from: now - 48 * HOUR, to: now - 24 * HOUR });
    expect(moveRange(back, 1, now)).toEqual(day);
    expect(hasNext(day, madrid)).toBe(false);
    expect(hasNext(back, madrid)).toBe(true);
  });

  it("moves days by days", () => {
    const week = daysRange("2026-11-08", "2026-11-14");
    expect(week && moveRange(week, -1, now)).toEqual({ kind: "days", from: "2026-11-01", to: "2026-11-07" });
  });
});

describe("daysOf", () => {
  it("names the days that a span touches", () => {
    const range = daysRange("2026-11-08", "2026-11-14");
    expect(range && daysOf(spanOf(range, madrid), madrid.zone)).toEqual({ from: "2026-11-08", to: "2026-11-14" });
  });
});

describe("daysRange", () => {
  it.each([
    ["2026-11-14", "2026-11-08"],
    ["", "2026-11-08"],
    ["1900-01-01", "2026-11-08"],
  ])("refuses %s to %s", (from, to) => {
    expect(daysRange(from, to)).toBeUndefined();
  });
});
