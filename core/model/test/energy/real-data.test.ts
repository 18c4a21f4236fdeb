import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { dataPath, describeWithData } from "../../../../test/support/shared-data.js";
import { type EnergyReading, type Instant, SLOT_MS, SlotSums, toIso } from "../../src/index.js";
import { runMeter } from "./meter-run.js";

const lines = (...segments: string[]): string[] =>
  gunzipSync(readFileSync(dataPath(...segments)))
    .toString("utf8")
    .split(/\r?\n/)
    .filter((line) => line !== "");

const reference = (folder: string): Record<string, unknown> =>
  JSON.parse(readFileSync(dataPath(folder, "reference.json"), "utf8")) as Record<string, unknown>;

interface AmpdsRow {
  readonly at: Instant;
  readonly powerW: number;
  readonly importWh: number;
}

function ampds(): AmpdsRow[] {
  return lines("plugs", "ampds2_b1e_2014-02-24_2014-03-14.csv.gz")
    .slice(1)
    .map((line) => {
      const cells = line.split(",");
      return { at: (Number(cells[0]) * 1_000) as Instant, powerW: Number(cells[6]), importWh: Number(cells[7]) };
    });
}

describeWithData("plugs of real homes", () => {
  const known = reference("plugs") as Record<string, { kwh?: number; counter_kwh?: number; integral_kwh?: number }>;

  it("gives the difference of a whole-Wh counter, with nothing out of the ordinary", () => {
    const run = runMeter(ampds());
    expect(run.importWh / 1_000).toBeCloseTo(known["ampds2_b1e_2014-02-24_2014-03-14.csv.gz"]?.counter_kwh ?? 0, 6);
    expect(run.events).toEqual([]);
  });

  it("integrates the power of the same plug", () => {
    const powers = ampds().map(({ at, powerW }): EnergyReading => ({ at, powerW }));
    const kwh = runMeter(powers).importWh / 1_000;
    expect(Math.abs(kwh - (known["ampds2_b1e_2014-02-24_2014-03-14.csv.gz"]?.integral_kwh ?? 0))).toBeLessThan(2e-5);
  });

  it("is not fooled by zeros, x1000 and restarts of its hub on the way", () => {
    const rows = ampds();
    const broken = rows
      .map((row, i) => (i % 97 === 50 ? { ...row, importWh: i % 2 === 0 ? 0 : row.importWh * 1_000 } : row))
      .filter((_, i) => i % 5_000 < 4_700);
    const run = runMeter(broken.map(({ at, importWh }) => ({ at, importWh })));
    const first = broken[0]?.importWh ?? 0;
    const last = broken.at(-1)?.importWh ?? 0;
    expect(run.importWh).toBe(last - first);
    expect(new Set(run.reasons)).toEqual(new Set(["glitch", "gap"]));
  });

  it.each([
    "coffee_2012-09-19",
    "dryer_2012-06-14",
    "fridge_2012-06-12",
    "fridge_2012-06-14",
    "kettle_2012-06-12",
    "kettle_2012-06-14",
  ])("integrates the seconds of %s", (name) => {
    const file = `eco_h1_${name}.csv.gz`;
    const readings = lines("plugs", file).flatMap((line, second): EnergyReading[] => {
      const powerW = Number(line);
      return powerW < 0 ? [] : [{ at: (Date.UTC(2012, 5, 12) + second * 1_000) as Instant, powerW }];
    });
    // Seconds that are missing are within the gap limit, or longer gaps that add nothing.
    const expected = known[file]?.kwh ?? 0;
    expect(Math.abs(runMeter(readings, { powerGapMs: 1_000 }).importWh / 1_000 - expected)).toBeLessThan(2e-5);
  });
});

interface HouseholdReference {
  readonly total_kwh: number;
  readonly daily_kwh: Readonly<Record<string, number>>;
  readonly monthly_kwh: Readonly<Record<string, number>>;
}

/** Minutes of a household file: the mean power of [t, t + 60 s), naive times as UTC. */
function minutesOf(file: string): EnergyReading[] {
  const isUci = file.includes("uci");
  return lines(...file.split("/"))
    .slice(1)
    .flatMap((line): EnergyReading[] => {
      const [first = "", second = "", third = ""] = line.split(isUci ? ";" : ",");
      const at = isUci ? uciTime(first, second) : Date.parse(`${first.replace(" ", "T")}Z`);
      const watts = isUci ? Number(third === "?" ? Number.NaN : third) * 1_000 : Number(second === "" ? "NaN" : second);
      if (Number.isNaN(watts)) return [];
      return [{ at: at as Instant, intervalMs: 60_000, intervalImportWh: watts / 60 }];
    });
}

const uciTime = (date: string, time: string): number =>
  Date.parse(
    `${date
      .split("/")
      .reverse()
      .map((part) => part.padStart(2, "0"))
      .join("-")}T${time}Z`,
  );

describeWithData("households", () => {
  const files = reference("household").files as Record<string, HouseholdReference>;

  it.each(Object.keys(files).filter((file) => !file.includes("appliances")))("match day by day: %s", (file) => {
    const known = files[file] as HouseholdReference;
    const sums = new SlotSums();
    for (const delta of runMeter(minutesOf(file)).deltas) sums.add(delta);
    const days = new Map<string, number>();
    for (const { slot, importWh } of sums.all()) {
      const day = toIso((slot * SLOT_MS) as Instant).slice(0, 10);
      days.set(day, (days.get(day) ?? 0) + importWh / 1_000);
    }
    for (const [day, kwh] of Object.entries(known.daily_kwh)) expect(days.get(day)).toBeCloseTo(kwh, 3);
    expect(days.size).toBe(Object.keys(known.daily_kwh).length);
    expect([...days.values()].reduce((a, b) => a + b, 0)).toBeCloseTo(known.total_kwh, 3);
  });
});
