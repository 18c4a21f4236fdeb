import { describe, expect, it } from "vitest";
import type { LogLine } from "../../../src/data/api.js";
import { asText, fits, withNewer } from "../../../src/pages/settings/log/log-tail.js";
import { filterOf, viewOf } from "../../../src/pages/settings/log/log-view.js";
import { instantOf } from "../../../src/pages/settings/log/zoned-time.js";

const line = (at: number, change: Partial<LogLine> = {}): LogLine => ({
  at,
  level: "info",
  source: "hub",
  message: `m${at}`,
  ...change,
});

describe("withNewer", () => {
  it("puts what came by the stream, oldest first, before the others, newest first", () => {
    expect(withNewer([line(2), line(1)], [line(3), line(4)], 10).map(({ at }) => at)).toEqual([4, 3, 2, 1]);
  });

  it("leaves out what was loaded already and keeps to its size", () => {
    const lines = [line(2), line(1)];
    expect(withNewer(lines, [line(2)], 10)).toBe(lines);
    expect(withNewer(lines, [line(3)], 2).map(({ at }) => at)).toEqual([3, 2]);
  });
});

describe("fits", () => {
  it.each([
    [{ level: "warn" as const }, false],
    [{ level: "info" as const }, true],
    [{ level: "debug" as const, source: "mqtt" }, false],
    [{ level: "debug" as const, text: "M5" }, true],
    [{ level: "debug" as const, from: 6 }, false],
    [{ level: "debug" as const, from: 5, to: 6 }, true],
    [{ level: "debug" as const, to: 5 }, false],
  ])("%j: %s", (filter, expected) => {
    expect(fits(line(5), filter)).toBe(expected);
  });
});

describe("asText", () => {
  it("writes oldest first with UTC instants and fields", () => {
    expect(asText([line(1_000, { level: "warn", fields: { a: 1 } }), line(0)])).toBe(
      '1970-01-01T00:00:00.000Z info  hub: m0\n1970-01-01T00:00:01.000Z warn  hub: m1000 {"a":1}',
    );
  });
});

describe("the view in the address", () => {
  it("takes only what it understands", () => {
    const view = viewOf(new URLSearchParams("level=loud&range=9y&text=x&source=mqtt"));
    expect(view).toMatchObject({ level: "debug", range: "all", text: "x", source: "mqtt" });
  });

  it("counts a range from when it was chosen", () => {
    expect(filterOf(viewOf(new URLSearchParams("range=1h&level=warn")), 10_000_000)).toEqual({
      level: "warn",
      from: 6_400_000,
    });
  });
});

describe("instantOf", () => {
  it.each([
    ["2026-11-21T14:30", "America/Mexico_City", "2026-11-21T20:30:00.000Z"],
    ["2026-07-01T00:00", "Europe/Madrid", "2026-06-30T22:00:00.000Z"],
    // Skipped when the clock goes forward: an hour later.
    ["2026-03-29T02:30", "Europe/Madrid", "2026-03-29T01:30:00.000Z"],
    // Comes twice when it goes back: the first.
    ["2026-10-25T02:30", "Europe/Madrid", "2026-10-25T00:30:00.000Z"],
    ["2026-03-29T04:00", "Europe/Madrid", "2026-03-29T02:00:00.000Z"],
  ])("%s in %s is %s", (local, zone, utc) => {
    expect(new Date(instantOf(local, zone) ?? Number.NaN).toISOString()).toBe(utc);
  });

  it("is nothing for what is no time", () => {
    expect(instantOf("yesterday", "UTC")).toBeUndefined();
  });
});
