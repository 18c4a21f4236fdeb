import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Instant } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { describe, expect, it, onTestFinished } from "vitest";
import { MAIN, SECOND, temporaryFolder } from "../support/fixture.js";
import { batchOf, DAY, everything, one, sealingStore, TODAY } from "./support.js";

const YESTERDAY = TODAY - DAY;

const filesOf = (folder: string): string[] =>
  existsSync(path.join(folder, "readings"))
    ? readdirSync(path.join(folder, "readings"), { recursive: true, encoding: "utf8" }).filter((name) =>
        name.includes("."),
      )
    : [];

async function sealed(folder: string, now: number = TODAY + 15 * 60_000) {
  const fixture = await sealingStore(folder, { clock: new VirtualClock(now as Instant) });
  onTestFinished(() => fixture.store.close());
  return fixture;
}

describe("a day that is over", () => {
  it("becomes a sorted file that explains itself, and nothing of it changes for whoever reads", async () => {
    const folder = temporaryFolder();
    const fixture = await sealed(folder);
    const { store } = fixture;
    await store.write([
      batchOf(SECOND, [YESTERDAY + 5_000, YESTERDAY + 6_000], { power_w: [1, 2], voltage_v: [120, Number.NaN] }),
      batchOf(MAIN, [YESTERDAY + 1_000, YESTERDAY + 2_000], { power_w: [3, 4] }),
    ]);
    // The same instant again with another metric: one row in the file.
    await store.write([one(MAIN, YESTERDAY + 1_000, { energy_import_wh: 7 })]);
    await store.write([one(MAIN, TODAY + 1_000, { power_w: 5 })]);
    const before = await everything(fixture, [MAIN, SECOND]);
    expect(await store.segments.seal()).toEqual({ sealedDays: 1, mergedMonths: 0, freedBytes: 0, failures: [] });
    expect(await everything(fixture, [MAIN, SECOND])).toEqual(before);
    expect(filesOf(folder)).toEqual(["2026/2026-05-17.parquet"]);
    expect(store.segments.list()).toMatchObject([
      {
        path: "2026/2026-05-17.parquet",
        kind: "day",
        range: { from: YESTERDAY, to: TODAY },
        filled: { from: YESTERDAY + 1_000, to: YESTERDAY + 6_001 },
        rows: 4,
        generation: 1,
        metrics: ["energy_import_wh", "power_w", "voltage_v"],
      },
    ]);
    expect(store.segments.sealedUntil).toBe(TODAY);
    expect(await store.segments.verify()).toEqual([]);
    const duck = await (await DuckDBInstance.create()).connect();
    const file = path.join(folder, "readings/2026/2026-05-17.parquet");
    const rows = await (await duck.run(`SELECT * FROM '${file}'`)).getRowsJson();
    expect(rows).toEqual([
      [1, String(YESTERDAY + 1_000), 0, 7, 3, null],
      [1, String(YESTERDAY + 2_000), 0, null, 4, null],
      [2, String(YESTERDAY + 5_000), 0, null, 1, 120],
      [2, String(YESTERDAY + 6_000), 0, null, 2, null],
    ]);
    const notes = await (
      await duck.run(`SELECT decode(key), decode(value) FROM parquet_kv_metadata('${file}')`)
    ).getRowsJson();
    expect(Object.fromEntries(notes as [string, string][])).toMatchObject({
      "vatio.schema": "1",
      "vatio.channels": `{"1":"${MAIN}","2":"${SECOND}"}`,
      "vatio.metrics": '{"energy_import_wh":"Wh","power_w":"W","voltage_v":"V"}',
      "vatio.from": "2026-05-17T00:00:00.000Z",
    });
  });

  it("is left alone until ten minutes past midnight", async () => {
    const { store } = await sealed(temporaryFolder(), TODAY + 9 * 60_000);
    await store.write([one(MAIN, YESTERDAY, { power_w: 1 })]);
    expect(await store.segments.seal()).toMatchObject({ sealedDays: 0, failures: [] });
  });

  it("takes late rows in at the next round, into a file of a later generation", async () => {
    const folder = temporaryFolder();
    const fixture = await sealed(folder);
    const { store } = fixture;
    await store.write([batchOf(MAIN, [YESTERDAY, YESTERDAY + 2_000], { power_w: [1, 3] })]);
    await store.segments.seal();
    // A row between two, a value that is held already, and a different one.
    expect(await store.write([one(MAIN, YESTERDAY + 1_000, { power_w: 2 })])).toMatchObject({ accepted: 1 });
    expect(await store.write([one(MAIN, YESTERDAY, { power_w: 1 })])).toMatchObject({ accepted: 0, duplicate: 1 });
    expect((await store.write([one(MAIN, YESTERDAY, { power_w: 9 })])).rejected).toEqual([
      { reason: "rejected.different-value", rows: 1 },
    ]);
    const rows = [0, 1, 2].map((n) => ({ at: YESTERDAY + n * 1_000, power_w: n + 1 }));
    expect(await everything(fixture, [MAIN])).toEqual([rows]);
    expect(store.segments.sealedUntil).toBe(YESTERDAY + 1_000);
    expect(await store.segments.seal()).toMatchObject({ sealedDays: 1, failures: [] });
    expect(await everything(fixture, [MAIN])).toEqual([rows]);
    expect(filesOf(folder)).toEqual(["2026/2026-05-17.g2.parquet"]);
    expect(store.segments.list()).toMatchObject([{ generation: 2, rows: 3 }]);
    expect(await store.segments.seal()).toMatchObject({ sealedDays: 0, freedBytes: 0 });
    expect(fixture.health.tree().children).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: "hub", status: "ok" })]),
    );
  });

  it("goes on from its file after a restart, newest values included", async () => {
    const folder = temporaryFolder();
    const first = await sealed(folder);
    await first.store.write([batchOf(MAIN, [YESTERDAY, YESTERDAY + 2_000], { power_w: [1, 3] })]);
    await first.store.segments.seal();
    await first.store.write([one(MAIN, YESTERDAY + 1_000, { voltage_v: 2 })]);
    await first.store.close();
    const second = await sealed(folder);
    expect(second.store.last(MAIN)).toMatchObject({
      power_w: { at: YESTERDAY + 2_000, value: 3 },
      voltage_v: { at: YESTERDAY + 1_000, value: 2 },
    });
    await second.store.segments.seal();
    expect(await everything(second, [MAIN])).toEqual([
      [
        { at: YESTERDAY, power_w: 1 },
        { at: YESTERDAY + 1_000, voltage_v: 2 },
        { at: YESTERDAY + 2_000, power_w: 3 },
      ],
    ]);
    const status = await second.store.status();
    expect(status.rows).toBe(3);
    expect(status.bytesOnDisk).toBeGreaterThan(second.store.segments.list()[0]?.bytes ?? 0);
  });
});

describe("a month that is old enough", () => {
  it("becomes one file, into which later rows go as well", async () => {
    const folder = temporaryFolder();
    const clock = new VirtualClock((TODAY + 15 * 60_000) as Instant);
    const fixture = await sealingStore(folder, { clock });
    onTestFinished(() => fixture.store.close());
    const { store } = fixture;
    for (const day of [3, 2, 1]) await store.write([one(MAIN, TODAY - day * DAY, { power_w: day })]);
    await store.segments.seal();
    expect(filesOf(folder)).toHaveLength(3);
    const before = await everything(fixture, [MAIN]);
    clock.jumpTo((TODAY + 49 * DAY) as Instant);
    const report = await store.segments.seal();
    expect(report).toMatchObject({ sealedDays: 0, mergedMonths: 1, failures: [] });
    expect(report.freedBytes).toBeGreaterThan(0);
    expect(filesOf(folder)).toEqual(["2026/2026-05.parquet"]);
    expect(await everything(fixture, [MAIN])).toEqual(before);
    await store.write([one(SECOND, TODAY, { power_w: 8 })]);
    await store.segments.seal();
    expect(filesOf(folder)).toEqual(["2026/2026-05.g2.parquet"]);
    expect(await everything(fixture, [MAIN, SECOND])).toEqual([...before, [{ at: TODAY, power_w: 8 }]]);
  });
});
