import type { ChannelId, Instant, MetricName } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RowBuffer } from "../../src/store/row-buffer.js";
import type { CheckedBatch } from "../../src/store/validate-batch.js";
import { MAIN, NOW, openStore, reading } from "./support/fixture.js";

const one = (number: number, at: number, metric: string, value: number): CheckedBatch => ({
  ...{ channel: "d:1/x" as ChannelId, number, originCode: 0, origin: "live", rows: undefined },
  at: Float64Array.of(at),
  names: [metric as MetricName],
  values: [Float64Array.of(value)],
});

/** Every value of a buffer, with the arrival numbers of its rows. */
function valuesOf(buffer: RowBuffer): string[] {
  return [...buffer.metrics].flatMap(([metric, column]) =>
    Array.from({ length: buffer.rows }, (_, row) => [buffer.channel[row], buffer.at[row], metric, column[row]])
      .filter(([, , , value]) => !Number.isNaN(value))
      .map(String),
  );
}

describe("values that come one by one", () => {
  it("of one instant make one row, and none is lost, whatever the order", () => {
    const value = fc.record({
      channel: fc.integer({ min: 1, max: 3 }),
      at: fc.integer({ min: 0, max: 4 }),
      metric: fc.constantFrom("a", "b", "c"),
    });
    // The store keeps a second value of one instant out before it comes here.
    const distinct = fc.uniqueArray(value, { selector: JSON.stringify, maxLength: 45 });
    fc.assert(
      fc.property(distinct, (steps) => {
        const buffer = new RowBuffer();
        for (const [i, { channel, at, metric }] of steps.entries())
          buffer.append(one(channel, at, metric, i), 0, 1, i + 1);
        const expected = steps.map(({ channel, at, metric }, i) => String([channel, at, metric, i]));
        expect(valuesOf(buffer).sort()).toEqual(expected.sort());
        expect([...buffer.arrival.subarray(0, buffer.rows)]).toEqual(
          [...buffer.arrival.subarray(0, buffer.rows)].sort((a, b) => a - b),
        );
      }),
    );
  });

  it("of one burst are one wide row in the database", async () => {
    const { store } = await openStore({ config: { commitWhenIdle: false } });
    const metrics = { voltage_v: 230, current_a: 1, power_w: 226, power_factor: 0.98, frequency_hz: 50 };
    for (const at of [NOW, NOW + 120_000])
      for (const [metric, value] of Object.entries(metrics)) void store.write([reading(MAIN, at, { [metric]: value })]);
    await store.flush();
    expect((await store.status()).rows).toBe(2);
    const range = { from: NOW, to: (NOW + 180_000) as Instant };
    for await (const { at, columns } of store.exportRows({ targets: [MAIN], range })) {
      expect([...at]).toEqual([NOW, NOW + 120_000]);
      expect(Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column[1]]))).toEqual(metrics);
    }
  });
});
