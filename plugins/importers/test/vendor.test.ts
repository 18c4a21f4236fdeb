import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { dataPath, describeWithData } from "../../../test/support/shared-data.js";
import { FORMATS } from "../src/formats.js";
import { fileAt, headOf } from "./support/file-of.js";
import { kwh, type ReadResult, readAll, rowsOf } from "./support/read-all.js";

const reference = (): Record<string, Record<string, number>> =>
  JSON.parse(readFileSync(dataPath("vendor", "reference.json"), "utf8")) as Record<string, Record<string, number>>;

const FILES: readonly (readonly [file: string, format: string])[] = [
  ["shelly_em3_phaseA.csv.gz", "shelly-csv"],
  ["dsmr_reader_hourly_2024.csv.gz", "dsmr-reader"],
  ["nem12_5min_2023-10_2024-02.csv.gz", "nem12"],
  ["greenbutton_coastal_single_family_hourly_2011.xml.gz", "green-button"],
];

async function readVendor(name: string, piece?: number): Promise<ReadResult> {
  const id = FILES.find(([file]) => file === name)?.[1];
  const format = FORMATS.find((candidate) => candidate.id === id);
  if (!format) throw new Error(`No format for ${name}.`);
  return readAll(format, fileAt(dataPath("vendor", name), piece));
}

describeWithData("files of vendors", () => {
  it.each(FILES)("%s is taken for %s", async (name, id) => {
    const head = await headOf(fileAt(dataPath("vendor", name)));
    const [best] = FORMATS.map((format) => ({ id: format.id, sure: format.recognise(head) })).sort(
      (a, b) => b.sure - a.sure,
    );
    expect(best?.id).toBe(id);
    expect(best?.sure).toBeGreaterThan(0.9);
  });

  it("Shelly: exact repeats of the unsorted file count once", async () => {
    const known = reference()["shelly_em3_phaseA.csv.gz"];
    const read = await readVendor("shelly_em3_phaseA.csv.gz");
    expect(rowsOf(read)).toHaveLength(known?.distinct_timestamps ?? 0);
    expect(read.notes).toEqual({ "repeated-row": known?.duplicate_rows });
    expect(kwh(read)).toBeCloseTo(known?.import_kwh_deduplicated ?? 0, 5);
    expect(kwh(read, "interval_export_wh")).toBe(0);
    const minutes = rowsOf(read).filter((row) => row.interval_s === 60);
    expect(new Set(rowsOf(read).map((row) => row.interval_s))).toEqual(new Set([60, 600]));
    expect(Math.min(...minutes.map(({ at }) => at))).toBeGreaterThanOrEqual(Date.UTC(2025, 4, 18, 23, 50));
  });

  it("DSMR-reader: both tariffs are one meter, gas is left out", async () => {
    const known = reference()["dsmr_reader_hourly_2024.csv.gz"] ?? {};
    const read = await readVendor("dsmr_reader_hourly_2024.csv.gz");
    expect(rowsOf(read)).toHaveLength(known.rows ?? 0);
    expect(kwh(read)).toBeCloseTo((known.import_low_kwh ?? 0) + (known.import_normal_kwh ?? 0), 3);
    expect(kwh(read, "interval_export_wh")).toBeCloseTo(
      (known.returned_low_kwh ?? 0) + (known.returned_normal_kwh ?? 0),
      3,
    );
    expect(read.notes).toEqual({ gas: 1 });
    expect(rowsOf(read)[0]?.at).toBe(Date.UTC(2023, 11, 31, 23));
  });

  it("NEM12: four streams are one meter with two directions, in market time", async () => {
    const known = reference()["nem12_5min_2023-10_2024-02.csv.gz"] ?? {};
    const read = await readVendor("nem12_5min_2023-10_2024-02.csv.gz");
    expect([...read.series.keys()]).toEqual(["(redacted) 1"]);
    expect(kwh(read)).toBeCloseTo(known.E1_import_kwh ?? 0, 4);
    expect(kwh(read, "interval_export_wh")).toBeCloseTo(known.B1_export_kwh ?? 0, 3);
    const days = new Set(rowsOf(read).map(({ at }) => Math.floor((at + 36_000_000) / 86_400_000)));
    expect(days.size).toBe(known.days);
    expect(Math.min(...rowsOf(read).map(({ at }) => at))).toBe(Date.UTC(2023, 9, 18, 14));
    // 98 intervals of each direction have quality F.
    expect(read.notes).toEqual({ substituted: 196 });
  });

  it("Green Button: the odd readings at the clock changes are kept", async () => {
    const known = reference()["greenbutton_coastal_single_family_hourly_2011.xml.gz"] ?? {};
    const read = await readVendor("greenbutton_coastal_single_family_hourly_2011.xml.gz");
    const rows = rowsOf(read);
    expect(rows).toHaveLength(known.distinct_starts ?? 0);
    expect(kwh(read)).toBeCloseTo(known.import_kwh_all_readings ?? 0, 3);
    expect(read.notes).toEqual({ "same-start": 2 });
    expect(rows.find(({ at }) => at === 1_300_006_800_000)?.interval_s).toBe(7_200);
    expect(new Set(rows.map(({ at }) => at)).size).toBe(rows.length);
  });

  it.each(FILES)("%s reads the same in pieces of any size", async (name) => {
    const [whole, pieces] = [await readVendor(name), await readVendor(name, 4_093)];
    expect(pieces.notes).toEqual(whole.notes);
    expect(kwh(pieces)).toBe(kwh(whole));
    expect(whole.largest).toBeLessThanOrEqual(20_000);
  });
});
