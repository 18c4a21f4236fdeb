import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FlowPart, layoutFlow, spreadWords, visibleParts } from "../../src/charts/flow-layout.js";

const parts = fc
  .uniqueArray(
    fc.record({
      key: fc.string({ minLength: 1, maxLength: 6 }),
      watts: fc.double({ min: 0, max: 20_000, noNaN: true }),
    }),
    { selector: ({ key }) => key, maxLength: 8 },
  )
  .map((list): FlowPart[] => list);
const box = fc.record({
  width: fc.integer({ min: 300, max: 1_200 }),
  height: fc.integer({ min: 200, max: 500 }),
  vertical: fc.boolean(),
});

describe("visibleParts", () => {
  it("leaves out what is below one per cent, zero and negative", () => {
    const list = [
      { key: "a", watts: 1_000 },
      { key: "b", watts: 9 },
      { key: "c", watts: 0 },
      { key: "d", watts: -50 },
    ];
    expect(visibleParts(list).map(({ key }) => key)).toEqual(["a"]);
  });
});

describe("layoutFlow", () => {
  it("is nothing when nothing flows", () => {
    expect(layoutFlow([], [], { width: 700, height: 300, vertical: false })).toBeUndefined();
    expect(layoutFlow([{ key: "a", watts: 0 }], [], { width: 700, height: 300, vertical: true })).toBeUndefined();
  });

  it("gives widths in proportion to watts", () => {
    const layout = layoutFlow(
      [
        { key: "sun", watts: 3_000 },
        { key: "grid", watts: 1_000 },
      ],
      [{ key: "home", watts: 4_000 }],
      { width: 700, height: 300, vertical: false },
    );
    const [sun, grid] = layout?.sources ?? [];
    expect((sun?.size ?? 0) / (grid?.size ?? 1)).toBeCloseTo(3, 5);
    expect(layout?.sinks[0]?.size).toBeCloseTo((sun?.size ?? 0) + (grid?.size ?? 0), 5);
  });

  it("draws one ribbon for each visible part, and as many bars", () => {
    fc.assert(
      fc.property(parts, parts, box, (sources, sinks, where) => {
        const layout = layoutFlow(sources, sinks, where);
        if (!layout) return;
        expect(layout.sources.map(({ key }) => key)).toEqual(visibleParts(sources).map(({ key }) => key));
        expect(layout.sinks.map(({ key }) => key)).toEqual(visibleParts(sinks).map(({ key }) => key));
        expect(layout.ribbons).toHaveLength(layout.sources.length + layout.sinks.length);
        for (const { d } of layout.ribbons) expect(d).toMatch(/^M[-\d.,]+C[-\d., ]+L[-\d.,]+C[-\d., ]+Z$/);
      }),
    );
  });

  it("keeps bars in order and apart, with a finite place", () => {
    fc.assert(
      fc.property(parts, parts, box, (sources, sinks, where) => {
        const layout = layoutFlow(sources, sinks, where);
        for (const bars of [layout?.sources ?? [], layout?.sinks ?? []]) {
          let end = Number.NEGATIVE_INFINITY;
          for (const { at, size } of bars) {
            expect(Number.isFinite(at) && size >= 4).toBe(true);
            expect(at).toBeGreaterThanOrEqual(end);
            end = at;
          }
        }
      }),
    );
  });

  it("stays within its box when both sides carry the same", () => {
    const sides = fc.array(fc.integer({ min: 200, max: 5_000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sides, box, (watts, where) => {
        const list = watts.map((value, index) => ({ key: String(index), watts: value }));
        const layout = layoutFlow(list, [{ key: "all", watts: watts.reduce((sum, value) => sum + value, 0) }], where);
        const across = where.vertical ? where.width : where.height;
        for (const { at, size } of [...(layout?.sources ?? []), ...(layout?.sinks ?? [])]) {
          expect(at).toBeGreaterThan(-5);
          expect(at + size).toBeLessThan(across + 5);
        }
      }),
    );
  });
});

describe("words above the bars of the phone", () => {
  it("stay where they belong when there is room", () => {
    expect(spreadWords([0, 120, 234], 96, 330)).toEqual([0, 120, 234]);
  });

  it("never lie upon another, nor outside", () => {
    const places = fc.array(fc.double({ min: -60, max: 400, noNaN: true }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(places, (wanted) => {
        const placed = spreadWords(
          [...wanted].sort((a, b) => a - b),
          96,
          330,
        );
        for (const [index, at] of placed.entries()) {
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at + 96).toBeLessThanOrEqual(330 + 1e-9);
          if (index > 0) expect(at - (placed[index - 1] ?? 0)).toBeGreaterThanOrEqual(96 - 1e-9);
        }
      }),
    );
  });
});
