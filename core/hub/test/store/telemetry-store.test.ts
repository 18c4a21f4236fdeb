import type { Batch, Instant } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { MAIN, NOW, openStore, reading, rowsOf, SECOND } from "./support/fixture.js";

describe("write", () => {
  it("stores readings, shows the newest and gives them back", async () => {
    const { store } = await openStore();
    const written = await store.write([
      reading(MAIN, NOW - 1000, { power_w: 3, voltage_v: 230 }),
      reading(SECOND, NOW, { power_w: 5 }),
    ]);
    expect(written).toEqual({ accepted: 2, duplicate: 0, rejected: [] });
    expect(store.last(MAIN)).toEqual({
      power_w: { at: NOW - 1000, value: 3 },
      voltage_v: { at: NOW - 1000, value: 230 },
    });
    expect(await rowsOf(store, MAIN)).toEqual([{ at: NOW - 1000, power_w: 3, voltage_v: 230 }]);
    expect(await rowsOf(store, SECOND)).toEqual([{ at: NOW, power_w: 5 }]);
    expect(store.figures()).toMatchObject({ commits: 1, rowsCommitted: 2, pendingRows: 0 });
    await store.flush();
    expect(store.idle).toBe(true);
  });

  it("adds columns for metrics that come later, within a batch of other rows", async () => {
    const { store } = await openStore();
    for (const [i, metric] of ["power_w", "voltage_v", "current_a", "frequency_hz"].entries()) {
      await store.write([reading(MAIN, NOW + i, { power_w: i, [metric]: i })]);
    }
    expect(await rowsOf(store, MAIN)).toEqual([
      { at: NOW, power_w: 0 },
      { at: NOW + 1, power_w: 1, voltage_v: 1 },
      { at: NOW + 2, power_w: 2, current_a: 2 },
      { at: NOW + 3, power_w: 3, frequency_hz: 3 },
    ]);
  });

  it("splits a batch over midnight", async () => {
    const { store } = await openStore();
    const midnight = Date.UTC(2026, 2, 2);
    const at = Float64Array.of(midnight - 2, midnight - 1, midnight, midnight + 1);
    const batch: Batch = { channel: MAIN, origin: "live", at, columns: { power_w: Float64Array.of(1, 2, 3, 4) } };
    expect((await store.write([batch])).accepted).toBe(4);
    expect((await rowsOf(store, MAIN)).map((found) => found.power_w)).toEqual([1, 2, 3, 4]);
  });

  it("fans out before the commit and tells the channels after it", async () => {
    const { store, clock } = await openStore({ config: { commitWhenIdle: false } });
    const seen: string[] = [];
    store.onBatch((batch) => seen.push(`batch ${batch.channel} ${batch.columns.power_w?.[0]}`));
    store.onCommit((channels) => seen.push(`commit ${channels.join()}`));
    const written = store.write([reading(MAIN, NOW, { power_w: 3 })]).then(() => seen.push("stored"));
    await Promise.resolve();
    await Promise.resolve();
    expect(seen).toEqual([`batch ${MAIN} 3`]);
    expect(store.figures()).toMatchObject({ commits: 0, pendingRows: 1 });
    expect(clock.fireNext((NOW + 250) as Instant)).toBe(true);
    await written;
    expect(seen).toEqual([`batch ${MAIN} 3`, `commit ${MAIN}`, "stored"]);
  });
});
