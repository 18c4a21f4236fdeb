import type { Batch, ChannelId } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinRows, type Rows, rowsOf, splitRows } from "../../src/live/rows.js";

const rows: fc.Arbitrary<Rows> = fc
  .tuple(fc.array(fc.integer(), { minLength: 1, maxLength: 12 }), fc.uniqueArray(fc.constantFrom("a_w", "b_v", "c_a")))
  .chain(([at, metrics]) =>
    fc.record({
      at: fc.constant(at),
      columns: fc.record(
        Object.fromEntries(
          metrics.map((metric) => [
            metric,
            fc.array(fc.option(fc.integer()), { minLength: at.length, maxLength: at.length }),
          ]),
        ),
      ),
    }),
  );

const valuesOf = ({ at, columns }: Rows) =>
  Object.entries(columns)
    .flatMap(([metric, column]) => column.map((value, index) => [metric, at[index], value] as const))
    .filter(([, , value]) => value !== null);
const sorted = (values: readonly (readonly unknown[])[]) => values.map((entry) => JSON.stringify(entry)).sort();

describe("rows", () => {
  it("loses and invents nothing when joined and split", () => {
    fc.assert(
      fc.property(fc.array(rows, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 7 }), (parts, most) => {
        const joined = joinRows(parts);
        expect(joined.at).toEqual(parts.flatMap(({ at }) => at));
        for (const column of Object.values(joined.columns)) expect(column).toHaveLength(joined.at.length);
        expect(sorted(valuesOf(joined))).toEqual(sorted(parts.flatMap(valuesOf)));
        const split = splitRows(joined, most);
        expect(split.every(({ at }) => at.length <= most && at.length > 0)).toBe(true);
        expect(joinRows(split)).toEqual(joined);
      }),
    );
  });

  it("copies a batch, and what is no number becomes null: JSON has nothing else", () => {
    const batch: Batch = {
      channel: "d:1/a" as ChannelId,
      origin: "live",
      at: Float64Array.of(1, 2, 3),
      columns: { power_w: Float64Array.of(5, Number.NaN, Number.POSITIVE_INFINITY) },
    };
    const copy = rowsOf(batch);
    batch.columns.power_w?.fill(0);
    expect(copy).toEqual({ at: [1, 2, 3], columns: { power_w: [5, null, null] } });
  });
});
