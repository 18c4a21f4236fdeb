import type { Instant } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { MAIN, NOW, openStore, reading, temporaryFolder } from "./support/fixture.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("the last value", () => {
  it("follows a device whose clock was ahead and is right again", async () => {
    const { clock, store } = await openStore();
    await store.write([reading(MAIN, (NOW + 20 * HOUR) as Instant, { power_w: 1 })]);
    expect(store.last(MAIN).power_w).toEqual({ at: NOW + 20 * HOUR, value: 1 });
    clock.jumpTo((NOW + 10_000) as Instant);
    await store.write([reading(MAIN, (NOW + 9_000) as Instant, { power_w: 2 })]);
    expect(store.last(MAIN).power_w).toEqual({ at: NOW + 9_000, value: 2 });
    // What the device tells of its past is no news.
    await store.write([reading(MAIN, (NOW - HOUR) as Instant, { power_w: 3 })]);
    expect(store.last(MAIN).power_w).toEqual({ at: NOW + 9_000, value: 2 });
  });

  it("follows a device whose clock stays ahead", async () => {
    const { clock, store } = await openStore();
    for (let n = 0; n < 3; n++) {
      clock.jumpTo((NOW + n * 1_000) as Instant);
      await store.write([reading(MAIN, (NOW + HOUR + n * 1_000) as Instant, { power_w: n })]);
      expect(store.last(MAIN).power_w?.value).toBe(n);
    }
  });

  it("takes a device at its word that is a little ahead", async () => {
    const { store } = await openStore();
    await store.write([reading(MAIN, (NOW + 4 * MINUTE) as Instant, { power_w: 1 })]);
    await store.write([reading(MAIN, NOW, { power_w: 2 })]);
    expect(store.last(MAIN).power_w?.value).toBe(1);
  });

  it("is not frozen by a restart, and a row from the future is still known as a duplicate", async () => {
    const path = `${temporaryFolder()}/telemetry.duckdb`;
    const future = reading(MAIN, (NOW + 5 * HOUR) as Instant, { power_w: 1 });
    const first = await openStore({ path });
    await first.store.write([future]);
    first.clock.jumpTo((NOW + 10_000) as Instant);
    await first.store.write([reading(MAIN, (NOW + 10_000) as Instant, { power_w: 2 })]);
    await first.store.close();
    const { clock, store } = await openStore({ path });
    clock.jumpTo((NOW + 20_000) as Instant);
    expect(await store.write([future])).toMatchObject({ accepted: 0, duplicate: 1 });
    clock.jumpTo((NOW + 30_000) as Instant);
    await store.write([reading(MAIN, (NOW + 30_000) as Instant, { power_w: 4 })]);
    expect(store.last(MAIN).power_w).toEqual({ at: NOW + 30_000, value: 4 });
  });
});
