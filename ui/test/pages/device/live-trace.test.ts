import { describe, expect, it } from "vitest";
import { type ChartModel, gapZones, markGaps } from "../../../src/charts/chart-model.js";
import { LiveTrace } from "../../../src/pages/device/live-trace.js";
import { series } from "../../support/points.js";

const SPAN = 300_000;
const START = 1_795_000_000_000;
/** Buckets of two seconds in which the hub carries readings that come every ten. */
const carried = (() => {
  const values = Array.from({ length: 150 }, (_, index) => 100 + Math.floor(index / 5));
  const answer = series("p", values);
  return { ...answer, bucketMs: 2_000, at: values.map((_, index) => START + index * 2_000) };
})();
const READINGS = Array.from({ length: 4 }, (_, index) => START + SPAN + index * 10_000);

const modelOf = (trace: LiveTrace, now: number): ChartModel => {
  const { at, columns, intervalMs } = trace.read(now - SPAN, now);
  const lines = columns.map((values, index) => ({ key: String(index), label: "", color: "--brand" as const, values }));
  return { at, lines, intervalMs, bucketMs: 0, unit: "W", from: now - SPAN, to: now, now, fromZero: true };
};

describe("LiveTrace", () => {
  it("learns the pace from readings, not from buckets that carry the last one", () => {
    const trace = new LiveTrace({ lines: 1, spanMs: SPAN });
    trace.fill(0, carried);
    expect(trace.interval).toBeUndefined();
    for (const at of READINGS) trace.receive(0, [at], [200]);
    expect(trace.interval).toBe(10_000);
  });

  it("draws one line through what was stored and what arrives every ten seconds", () => {
    const trace = new LiveTrace({ lines: 1, spanMs: SPAN });
    trace.fill(0, carried);
    for (const at of READINGS) {
      trace.receive(0, [at], [200]);
      const model = modelOf(trace, at + 9_000);
      expect(gapZones(model)).toEqual([]);
      expect(model.lines[0]?.values).not.toContain(null);
    }
  });

  it("bridges lines that speak at different instants", () => {
    const trace = new LiveTrace({ lines: 2, spanMs: SPAN });
    for (const line of [0, 1]) trace.fill(line, carried);
    for (const at of READINGS) {
      trace.receive(0, [at], [200]);
      trace.receive(1, [at + 5_000], [300]);
    }
    const model = modelOf(trace, START + SPAN + 36_000);
    // The newest row is of one line alone, and the other one ends before it.
    for (const { values } of model.lines) expect(markGaps(model.at, values, 10_000).slice(0, -1)).not.toContain(null);
  });

  it("shows a silence of more than three readings as a gap", () => {
    const trace = new LiveTrace({ lines: 1, spanMs: SPAN });
    const [first = 0] = READINGS;
    for (const at of [...READINGS, first + 90_000]) trace.receive(0, [at], [200]);
    const zones = gapZones(modelOf(trace, first + 95_000));
    expect(zones.at(-1)).toEqual({ from: first + 30_000, to: first + 90_000 });
  });
});
