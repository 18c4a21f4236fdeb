import { describe, expect, it } from "vitest";
import { nem12Format } from "../../src/nem12/nem12-format.js";
import { fileOf } from "../support/file-of.js";
import { kwh, readAll, rowsOf } from "../support/read-all.js";

const header = (suffix = "E1", { unit = "KWH", minutes = 30 } = {}): string =>
  `200,NMI1,E1B1,1,${suffix},N1,METER,${unit},${minutes},`;
const day = (date: string, value: number, { count = 48, quality = "A" } = {}): string =>
  `300,${date},${`${value},`.repeat(count)}${quality},,,20240102000000,`;
const read = (lines: readonly string[], options = {}) => readAll(nem12Format, fileOf(lines.join("\r\n")), options);
const MIDNIGHT = Date.UTC(2023, 11, 31, 14);

describe("NEM12", () => {
  it.each([
    ["KWH", 30, 48, 48],
    ["Wh", 15, 96, 0.096],
    ["MWH", 5, 288, 288_000],
  ])("reads %s of %d minutes", async (unit, minutes, count, total) => {
    const result = await read([
      "100,NEM12,202401020000,A,B",
      header("E1", { unit, minutes }),
      day("20240101", 1, { count }),
      "900",
    ]);
    expect(kwh(result)).toBeCloseTo(total, 6);
    expect(rowsOf(result)[1]).toMatchObject({ at: MIDNIGHT + minutes * 60_000, interval_s: minutes * 60 });
    expect(result.notes).toEqual({});
  });

  it("pairs the directions by their number, and leaves reactive energy out", async () => {
    const suffixes = ["E1", "B1", "E2", "K1", "Q1"];
    const result = await read(suffixes.flatMap((suffix) => [header(suffix), day("20240101", 1)]));
    expect([...result.series.keys()]).toEqual(["NMI1 1", "NMI1 2"]);
    expect([kwh(result), kwh(result, "interval_export_wh")]).toEqual([96, 48]);
    expect(result.notes).toEqual({ "not-energy": 2 });
  });

  it("follows the quality of each interval", async () => {
    const qualities = ["400,1,2,N,,", "400,3,10,E52,,", "400,11,11,S14,,", "400,12,48,A,,"];
    const result = await read([
      header(),
      day("20240101", 1, { quality: "V" }),
      ...qualities,
      day("20240102", 2, { quality: "F16" }),
    ]);
    expect(kwh(result)).toBe(46 + 96);
    expect(result.notes).toEqual({ missing: 2, estimated: 8, substituted: 49 });
    expect(result.lines.missing).toBe(2);
  });

  it("counts a day that comes twice once", async () => {
    const result = await read([header(), day("20240101", 1), day("20240101", 1), day("20240101", 3)]);
    expect(kwh(result)).toBe(48);
    expect(result.notes).toEqual({ "repeated-row": 48, "conflicting-row": 48 });
  });

  it("takes another zone when a person says so", async () => {
    const [first] = rowsOf(await read([header(), day("20240101", 1)], { zone: "Australia/Adelaide" }));
    expect(first?.at).toBe(Date.UTC(2023, 11, 31, 13, 30));
  });

  it("notes what is not complete and goes on", async () => {
    const lines = [
      "300,20240101,1",
      header("E1", { minutes: 7 }),
      header(),
      "300,20240101,1,2",
      "300,20241301,1",
      "77,x",
      "400,5,2,A",
      day("20240101", -1),
      day("20240102", 1),
    ];
    const result = await read(lines);
    expect(kwh(result)).toBe(48);
    expect(result.notes).toEqual({ "bad-record": 5, "unknown-record": 1, negative: 48 });
  });

  it.each([[["hello"]], [["250,NMI1,"]], [["100,NEM13"]], [[header("K1"), day("20240101", 1)]], [[""]]])(
    "refuses %j",
    async (lines) => {
      await expect(read(lines)).rejects.toMatchObject({ code: "E_IMPORT_UNREADABLE" });
    },
  );
});
