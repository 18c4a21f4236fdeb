import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { copyFile, rename } from "node:fs/promises";
import path from "node:path";
import { type Instant, VatioError } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { describe, expect, it, onTestFinished } from "vitest";
import type { SealStep } from "../../../src/store/sealed/segment-options.js";
import { type FixtureOptions, MAIN, type StoreFixture, temporaryFolder } from "../support/fixture.js";
import { batchOf, DAY, everything, one, sealingStore, TODAY } from "./support.js";

async function opened(folder: string, options: FixtureOptions = {}): Promise<StoreFixture> {
  const fixture = await sealingStore(folder, options);
  onTestFinished(() => fixture.store.close());
  return fixture;
}

const statusOf = ({ health }: StoreFixture): string => health.status("hub/store/segments");

/** Two sealed days. */
async function twoDays(folder: string): Promise<StoreFixture> {
  const fixture = await opened(folder);
  for (const day of [2, 1]) await fixture.store.write([one(MAIN, TODAY - day * DAY, { power_w: day })]);
  expect(await fixture.store.segments.seal()).toMatchObject({ sealedDays: 2, failures: [] });
  return fixture;
}

const BEFORE = { at: TODAY - 2 * DAY, power_w: 2 };
const YESTERDAY = { at: TODAY - DAY, power_w: 1 };

describe("a sealed file", () => {
  it.each([
    ["missing", (file: string) => rmSync(file)],
    ["cut off", (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 100))],
    ["overwritten", (file: string) => writeFileSync(file, readFileSync(file).fill(7, 4, 200))],
  ])("that is %s is told of, the rest is shown, and it counts again once it is back", async (_, damage) => {
    const folder = temporaryFolder();
    const fixture = await twoDays(folder);
    const { store } = fixture;
    const file = path.join(folder, "readings/2026/2026-05-16.parquet");
    await copyFile(file, `${file}.copy`);
    damage(file);
    expect(await everything(fixture, [MAIN])).toEqual([[YESTERDAY]]);
    expect(await store.segments.verify()).toMatchObject([{ path: "2026/2026-05-16.parquet" }]);
    expect(statusOf(fixture)).toBe("degraded");
    expect(store.segments.list()).toHaveLength(2);
    // A late row of its day waits.
    await store.write([one(MAIN, TODAY - 2 * DAY + 1_000, { power_w: 5 })]);
    expect((await store.segments.seal()).failures).toHaveLength(1);
    await rename(`${file}.copy`, file);
    expect((await store.segments.seal()).failures).toEqual([]);
    expect(await everything(fixture, [MAIN])).toEqual([
      [BEFORE, { at: TODAY - 2 * DAY + 1_000, power_w: 5 }, YESTERDAY],
    ]);
    expect(statusOf(fixture)).toBe("ok");
  });

  it("that is missing at a start is told of", async () => {
    const folder = temporaryFolder();
    await (await twoDays(folder)).store.close();
    rmSync(path.join(folder, "readings/2026/2026-05-16.parquet"));
    const fixture = await opened(folder);
    expect(statusOf(fixture)).toBe("degraded");
    expect(await everything(fixture, [MAIN])).toEqual([[YESTERDAY]]);
  });

  it("of a database that is gone is taken in again", async () => {
    const folder = temporaryFolder();
    const first = await twoDays(folder);
    await first.store.segments.addImport(
      "old",
      (async function* () {
        yield batchOf(MAIN, [TODAY - 900 * DAY], { power_w: [9] });
      })(),
    );
    const before = await everything(first, [MAIN]);
    await first.store.close();
    rmSync(path.join(folder, "telemetry.duckdb"));
    const clock = new VirtualClock((TODAY + 3_600_000) as Instant);
    const second = await opened(folder, { clock });
    expect(await everything(second, [MAIN])).toEqual(before);
    expect(second.store.last(MAIN)).toEqual({ power_w: { at: TODAY - DAY, value: 1 } });
    expect((await second.store.status()).repairs).toHaveLength(3);
    expect(await second.store.segments.verify()).toEqual([]);
    await second.store.segments.seal();
    expect(await everything(second, [MAIN])).toEqual(before);
  });

  it("that a later one of its day replaced after the database was copied does not bring its rows twice", async () => {
    const folder = temporaryFolder();
    const first = await twoDays(folder);
    await first.store.close();
    const database = path.join(folder, "telemetry.duckdb");
    await copyFile(database, `${database}.old`);
    const second = await opened(folder);
    await second.store.write([one(MAIN, TODAY - DAY + 1_000, { power_w: 8 })]);
    await second.store.segments.seal();
    await second.store.close();
    await rename(`${database}.old`, database);
    const third = await opened(folder);
    const wanted = [[BEFORE, YESTERDAY, { at: TODAY - DAY + 1_000, power_w: 8 }]];
    expect(await everything(third, [MAIN])).toEqual(wanted);
    expect(await third.store.segments.verify()).toEqual([]);
  });

  it("with channels that this hub does not know is left alone and told of", async () => {
    const folder = temporaryFolder();
    await (await twoDays(folder)).store.close();
    rmSync(path.join(folder, "telemetry.duckdb"));
    const nothing = { numberOf: () => undefined, channelOf: () => undefined, allocate: async () => undefined };
    const fixture = await opened(folder, { channels: nothing });
    expect(statusOf(fixture)).toBe("degraded");
    expect(fixture.store.segments.list()).toEqual([]);
  });
});

describe("a disk without room", () => {
  it("is seen before anything is written, and nothing is lost", async () => {
    const folder = temporaryFolder();
    let free = 1e12;
    const fixture = await opened(folder, { freeSpace: async () => free });
    await fixture.store.write([one(MAIN, TODAY - DAY, { power_w: 1 })]);
    free = 1;
    const report = await fixture.store.segments.seal();
    expect(report).toMatchObject({ sealedDays: 0, failures: [expect.stringContaining("Free some space")] });
    expect(statusOf(fixture)).toBe("degraded");
    expect(fixture.counters.get("store", "sealing-failed", "E_STORE_DISK_FULL")).toBe(1);
    free = 1e12;
    expect(await everything(fixture, [MAIN])).toEqual([[YESTERDAY]]);
    expect(await fixture.store.segments.seal()).toMatchObject({ sealedDays: 1, failures: [] });
    expect(statusOf(fixture)).toBe("ok");
    expect(await everything(fixture, [MAIN])).toEqual([[YESTERDAY]]);
  });

  const steps: SealStep[] = ["begin", "part", "copied", "synced", "renamed", "folder-synced", "verified", "swapping"];
  it.each(steps)("that runs out of it at the step %s leaves the readings where they are", async (step) => {
    const folder = temporaryFolder();
    let fails = true;
    const onSealStep = (at: SealStep): void => {
      if (fails && at === step) throw new VatioError("E_SQL_FAILED", "IO Error: No space left on device");
    };
    const fixture = await opened(folder, { onSealStep });
    const { store } = fixture;
    await store.write([one(MAIN, TODAY - DAY, { power_w: 1 })]);
    expect((await store.segments.seal()).failures).toHaveLength(1);
    expect(statusOf(fixture)).toBe("degraded");
    await store.write([one(MAIN, TODAY - DAY + 1_000, { power_w: 2 })]);
    const wanted = [[YESTERDAY, { at: TODAY - DAY + 1_000, power_w: 2 }]];
    expect(await everything(fixture, [MAIN])).toEqual(wanted);
    fails = false;
    expect(await store.segments.seal()).toMatchObject({ failures: [] });
    expect(await everything(fixture, [MAIN])).toEqual(wanted);
    expect(await store.segments.verify()).toEqual([]);
  });
});
