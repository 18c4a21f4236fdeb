import { SLOT_MS } from "@vatio/model";
import { type ChannelId, type Instant, type PointId, Quality } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { type EnergyFixture, openEnergy } from "./support/energy-fixture.js";

const HOUR = 3_600_000;
const DAY = Date.UTC(2026, 2, 1);
const NOON = DAY + 12 * HOUR;

const channel = (name: string): ChannelId => `meter:${name}/main` as ChannelId;

/** A register that rises evenly: `watts` from one instant to another, told each 5 minutes. */
function rising(from: number, to: number, watts: number, metric = "energy_import_wh", start = 1_000) {
  return Array.from({ length: (to - from) / 300_000 + 1 }, (_, i): [number, Record<string, number>] => [
    from + i * 300_000,
    { [metric]: start + (watts * i) / 12 },
  ]);
}

async function meter(
  fixture: EnergyFixture,
  name: string,
  role: Parameters<EnergyFixture["point"]>[0],
  parent?: PointId,
): Promise<PointId> {
  const point = await fixture.point(role, parent === undefined ? {} : { parent });
  await fixture.points.assign(point, channel(name), 0 as Instant);
  return point;
}

const usageOf = async (fixture: EnergyFixture, from: number, to: number, bucket: "slot" | "hour" | "day" = "hour") => {
  await fixture.energy.settle();
  return fixture.energy.usage({ site: fixture.site, range: { from: from as Instant, to: to as Instant }, bucket });
};

describe("the tree of points", () => {
  it("tells own, children and the rest, and finds a child above its parent", async () => {
    const fixture = await openEnergy();
    const main = await meter(fixture, "main", "grid");
    const kitchen = await meter(fixture, "kitchen", "circuit", main);
    await meter(fixture, "oven", "load", kitchen);
    await fixture.write(channel("main"), rising(DAY, NOON, 1_000));
    await fixture.write(channel("kitchen"), [
      ...rising(DAY, DAY + 6 * HOUR, 400),
      ...rising(DAY + 6 * HOUR + 300_000, NOON, 1_500, "energy_import_wh", 3_400),
    ]);
    await fixture.write(channel("oven"), rising(DAY, NOON, 300));
    const { points, findings } = await usageOf(fixture, DAY, DAY + 8 * HOUR);
    expect(points.map(({ parent }) => parent)).toEqual([undefined, main, kitchen]);
    expect(points[0]?.childrenWh?.[0]).toBeCloseTo(400, 6);
    expect(points[0]?.remainderWh?.[0]).toBeCloseTo(600, 6);
    expect(points[1]?.remainderWh?.[0]).toBeCloseTo(100, 6);
    expect(points[2]?.remainderWh).toBeUndefined();
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      point: main,
      children: [kitchen],
      range: { from: DAY + 6 * HOUR, to: DAY + 8 * HOUR },
    });
    expect(findings[0]?.excessWh).toBeGreaterThan(800);
  });

  it("marks the rest where a child has a gap", async () => {
    const fixture = await openEnergy();
    const main = await meter(fixture, "main", "grid");
    await meter(fixture, "plug", "load", main);
    await fixture.write(channel("main"), rising(DAY, NOON, 1_000));
    const power = Array.from({ length: 121 }, (_, i): [number, Record<string, number>] => [
      DAY + i * 60_000,
      { power_w: 200 },
    ]);
    await fixture.write(channel("plug"), [...power.slice(0, 61), ...power.slice(91)]);
    const { points } = await usageOf(fixture, DAY, DAY + 3 * HOUR);
    const quality = points[0]?.remainderQuality ?? new Uint8Array();
    expect((quality[1] as number) & Quality.estimated).toBe(Quality.estimated);
    expect(points[1]?.coverage[1]).toBeCloseTo(0.5, 1);
    // Nothing is known of the child in the third hour: the rest is no use of the parent's own.
    expect(points[0]?.childrenWh?.[2]).toBeNaN();
    expect(points[0]?.remainderWh?.[2]).toBeNaN();
  });

  it("follows a circuit that was moved on a date, and a meter that was swapped", async () => {
    const fixture = await openEnergy();
    const [first, second] = [await meter(fixture, "first", "circuit"), await meter(fixture, "second", "circuit")];
    const before = await fixture.point("load", { parent: first });
    const after = await fixture.point("load", { parent: second });
    await fixture.points.assign(before, channel("boiler"), 0 as Instant);
    await fixture.points.assign(after, channel("boiler"), (DAY + 6 * HOUR) as Instant);
    for (const name of ["first", "second"]) await fixture.write(channel(name), rising(DAY, NOON, 1_000));
    await fixture.write(channel("boiler"), rising(DAY, NOON, 600));
    const moved = await usageOf(fixture, DAY, NOON);
    const rest = (point: PointId): number[] =>
      [...(moved.points.find((usage) => usage.point === point)?.remainderWh ?? [])].map(Math.round);
    expect(rest(first)).toEqual([
      400,
      400,
      400,
      400,
      400,
      400,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    expect(rest(second).slice(6)).toEqual([400, 400, 400, 400, 400, 400]);

    await fixture.points.assign(after, channel("boiler-new"), (DAY + 9 * HOUR + 7 * 60_000) as Instant);
    await fixture.write(channel("boiler-new"), rising(DAY + 9 * HOUR + 10 * 60_000, NOON, 600, "energy_import_wh", 0));
    const swapped = await usageOf(fixture, DAY, NOON);
    const history = swapped.points.find(({ point }) => point === after)?.importWh ?? new Float64Array();
    // The old register goes on after the swap in this test: only its own slots count.
    expect([...history].map(Math.round)).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      600,
      600,
      600,
      650,
      600,
      600,
    ]);
  });

  it("takes a circle for the end of the tree", async () => {
    const { nearestAbove } = await import("../../src/energy/usage/point-tree.js");
    const circle = new Map([
      ["a", { id: "a", parent: "b" }],
      ["b", { id: "b", parent: "a" }],
    ]);
    expect(
      nearestAbove(
        circle.get("a") as never,
        (id) => circle.get(id) as never,
        () => false,
      ),
    ).toBeUndefined();
  });
});

describe("the balance of a site", () => {
  it("adds what was made to what came, and takes off what left", async () => {
    const fixture = await openEnergy();
    await meter(fixture, "grid", "grid");
    await meter(fixture, "sun", "generation");
    await meter(fixture, "battery", "storage");
    const both = (imported: number, exported: number) =>
      rising(DAY, NOON, imported).map(([at, values], i): [number, Record<string, number>] => [
        at,
        { ...values, energy_export_wh: 500 + (exported * i) / 12 },
      ]);
    await fixture.write(channel("grid"), both(200, 300));
    await fixture.write(channel("sun"), rising(DAY, NOON, 2_000));
    await fixture.write(channel("battery"), both(600, 50));
    const { balance } = await usageOf(fixture, DAY, DAY + 2 * HOUR);
    const at = (column: Float64Array): number => Math.round(column[1] as number);
    expect({
      used: at(balance.usedWh),
      direct: at(balance.solarDirectWh),
      in: at(balance.gridImportWh),
      out: at(balance.gridExportWh),
    }).toEqual({
      used: 200 - 300 + 2_000 + 50 - 600,
      direct: 2_000 - 300 - 600,
      in: 200,
      out: 300,
    });
  });

  it("without a grid meter adds the consumers at the top, and knows nothing of the grid", async () => {
    const fixture = await openEnergy();
    const kitchen = await meter(fixture, "kitchen", "circuit");
    await meter(fixture, "oven", "load", kitchen);
    await meter(fixture, "pump", "motor");
    for (const [name, watts] of [
      ["kitchen", 500],
      ["oven", 300],
      ["pump", 100],
    ] as const)
      await fixture.write(channel(name), rising(DAY, NOON, watts));
    const { balance } = await usageOf(fixture, DAY, DAY + 2 * HOUR);
    expect(balance.usedWh[0]).toBeCloseTo(600, 6);
    expect(balance.gridImportWh[0]).toBeNaN();
  });

  it("adds phases, and is unknown where one of them is", async () => {
    const fixture = await openEnergy();
    await meter(fixture, "l1", "grid");
    await meter(fixture, "l2", "grid");
    await fixture.write(channel("l1"), rising(DAY, NOON, 500));
    await fixture.write(channel("l2"), rising(DAY + 2 * HOUR, NOON, 300));
    const { balance, points } = await usageOf(fixture, DAY, DAY + 4 * HOUR);
    expect([...balance.usedWh].map(Math.round)).toEqual([Number.NaN, Number.NaN, 800, 800]);
    expect(points[1]?.coverage[0]).toBe(0);
  });
});

describe("buckets", () => {
  it.each([
    ["Europe/Madrid", "2026-03-29", 92],
    ["Europe/Madrid", "2026-10-25", 100],
    ["Australia/Lord_Howe", "2026-04-05", 98],
    ["Australia/Lord_Howe", "2026-10-04", 94],
    ["Asia/Kathmandu", "2026-05-05", 96],
  ])("a day in %s, %s, has %i slots, and they add up to it", async (zone, day, count) => {
    const noon = Date.parse(`${day}T12:00:00Z`);
    const fixture = await openEnergy({ zone, now: noon + 4 * 24 * HOUR });
    const point = await meter(fixture, "main", "grid");
    const rows = Array.from({ length: 4 * 96 }, (_, i): [number, Record<string, number>] => [
      noon - 48 * HOUR + i * SLOT_MS,
      { energy_import_wh: 1_000 + i * 25 },
    ]);
    await fixture.write(channel("main"), rows);
    await fixture.energy.settle();
    const [energy] = await fixture.energy.daily(point, day as never, day as never);
    expect(energy).toMatchObject({ day, coverage: 1, quality: Quality.measured });
    expect(energy?.importWh).toBeCloseTo(count * 25, 6);
    const { dayRange } = await import("@vatio/model");
    const slots = await fixture.energy.slots(point, dayRange(day as never, zone));
    expect(slots).toHaveLength(count);
    const hours = await fixture.energy.usage({
      site: fixture.site,
      range: dayRange(day as never, zone),
      bucket: "hour",
    });
    expect([...(hours.points[0]?.importWh ?? [])].reduce((sum, wh) => sum + wh, 0)).toBeCloseTo(count * 25, 6);
  });

  it("a change of the site's zone makes its days anew", async () => {
    const fixture = await openEnergy({ zone: "UTC" });
    const point = await meter(fixture, "main", "grid");
    await fixture.write(channel("main"), rising(DAY - 48 * HOUR, NOON, 100));
    await fixture.energy.settle();
    const before = await fixture.energy.daily(point, "2026-02-28" as never, "2026-02-28" as never);
    await fixture.sites.update(fixture.site, { zone: "Asia/Kathmandu" });
    await new Promise((resolve) => setImmediate(resolve));
    await fixture.energy.settle();
    const zones = await fixture.store.derived.all("SELECT DISTINCT zone FROM days");
    expect(zones).toEqual([{ zone: "Asia/Kathmandu" }]);
    expect((await fixture.energy.daily(point, "2026-02-28" as never, "2026-02-28" as never))[0]?.importWh).toBeCloseTo(
      before[0]?.importWh ?? 0,
      6,
    );
  });

  it("refuses more than fit into an answer", async () => {
    const fixture = await openEnergy();
    const range = { from: 0 as Instant, to: DAY as Instant };
    await expect(fixture.energy.usage({ site: fixture.site, range, bucket: "slot" })).rejects.toMatchObject({
      code: "E_RANGE_INVALID",
    });
  });
});

describe("what registers do", () => {
  it("is kept and told once, however often it is worked out", async () => {
    const fixture = await openEnergy({ now: NOON });
    const point = await meter(fixture, "main", "grid");
    const rows = rising(DAY, DAY + 2 * HOUR, 600);
    await fixture.write(channel("main"), [
      ...rows,
      ...rising(DAY + 2 * HOUR + 300_000, DAY + 4 * HOUR, 600, "energy_import_wh", 0),
    ]);
    await fixture.energy.settle();
    const query = { range: { from: DAY as Instant, to: NOON as Instant }, limit: 10 };
    const [event] = await fixture.energy.events(query);
    expect(event).toMatchObject({ channel: channel("main"), point, reason: "reset", direction: "import" });
    await fixture.energy.recompute(channel("main"), { from: DAY as Instant, to: NOON as Instant });
    expect(await fixture.energy.events(query)).toEqual([event]);
    expect(await fixture.energy.events({ ...query, points: [point] })).toEqual([event]);
    await new Promise((resolve) => setImmediate(resolve));
    const told = fixture.published.filter(({ type }) => type === "energy.counter-event");
    expect(told).toHaveLength(1);
    expect(told[0]?.payload).toMatchObject({ id: event?.id, reason: "reset" });
    expect(fixture.published.some(({ type }) => type === "energy.updated")).toBe(true);
  });

  it("a ceiling that a person says works the channel out anew", async () => {
    const fixture = await openEnergy({ now: NOON });
    const point = await meter(fixture, "main", "grid");
    // A rise of 30 kWh within 5 minutes that stays: 360 kW.
    const jump = rising(DAY + HOUR + 300_000, DAY + 3 * HOUR, 600, "energy_import_wh", 31_600);
    await fixture.write(channel("main"), [...rising(DAY, DAY + HOUR, 600), ...jump]);
    const total = async (): Promise<number> =>
      [...((await usageOf(fixture, DAY, NOON, "day")).points[0]?.importWh ?? [])].reduce((sum, wh) => sum + wh, 0);
    expect(await total()).toBeLessThan(3_000);
    await fixture.points.update(point, { powerCeiling: 500_000 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(await total()).toBeGreaterThan(30_000);
  });
});
