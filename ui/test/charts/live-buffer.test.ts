import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LiveBuffer } from "../../src/charts/live-buffer.js";

describe("LiveBuffer", () => {
  it("gives lines that speak at different instants one column of time", () => {
    const buffer = new LiveBuffer({ lines: 2, spanMs: 10_000 });
    buffer.push(0, 1_200, 5);
    buffer.push(1, 1_700, 6);
    buffer.push(1, 2_100, 7);
    expect(buffer.read(0, 10_000)).toEqual({
      at: [1_000, 2_000],
      columns: [
        [5, null],
        [6, 7],
      ],
    });
  });

  it("forgets what is older than its span", () => {
    const buffer = new LiveBuffer({ lines: 1, spanMs: 3_000 });
    for (let second = 0; second < 20; second++) buffer.push(0, second * 1_000, second);
    const { at } = buffer.read(0, 60_000);
    expect(at.length).toBeLessThanOrEqual(5);
    expect(at.at(-1)).toBe(19_000);
  });

  it("ignores what comes too late for its place", () => {
    const buffer = new LiveBuffer({ lines: 1, spanMs: 3_000 });
    buffer.push(0, 100_000, 1);
    buffer.push(0, 95_000, 2);
    expect(buffer.read(0, 200_000)).toEqual({ at: [100_000], columns: [[1]] });
  });

  it("is always in order, whatever the order of arrival", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 400_000 }), fc.integer()), {
          maxLength: 200,
        }),
        (pushes) => {
          const buffer = new LiveBuffer({ lines: 3, spanMs: 60_000 });
          for (const [line, at, value] of pushes) buffer.push(line, at, value);
          const { at, columns } = buffer.read(0, 500_000);
          expect([...at]).toEqual([...at].sort((a, b) => a - b));
          expect(new Set(at).size).toBe(at.length);
          for (const column of columns) expect(column).toHaveLength(at.length);
        },
      ),
    );
  });
});
