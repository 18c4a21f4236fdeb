import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dataPath, describeWithData } from "../../../../test/support/shared-data.js";
import { csvFormat } from "../../src/csv/csv-format.js";
import { fileAt, fileOf, headOf } from "../support/file-of.js";
import { kwh, readAll, rowsOf } from "../support/read-all.js";

const suggest = async (content: string) => csvFormat.suggest?.(await headOf(fileOf(content)));

describe("suggestions", () => {
  it.each([
    ["2024-01-01T00:00:00+01:00,0.5", { timeFormat: "iso", decimal: "point", delimiter: "," }],
    ["2024-01-01 00:00;0,5", { timeFormat: "iso", decimal: "comma", delimiter: ";" }],
    ["01/13/2024 12:15 AM\t0.5", { timeFormat: "MM/dd/yyyy hh:mm a", delimiter: "tab" }],
    ["31.12.2024 23:45;1.234,5", { timeFormat: "dd.MM.yyyy HH:mm", decimal: "comma" }],
    ["1704067200,12", { timeFormat: "unix" }],
    ["1/1/2007;00:01:00;2.552", { timeFormat: "dd/MM/yyyy HH:mm:ss", clockColumn: "2" }],
  ])("%s", async (line, expected) => {
    expect(await suggest(`${line}\n${line}\n`)).toMatchObject(expected);
  });

  it("leave out the lines before the table, and tell directions and registers by name", async () => {
    const table = ["Name: Jane", "Address: 1 Main St", "Date,Import (kWh),Export Wh,Meter reading kWh,Price"];
    const rows = [1, 2, 3, 4, 5].map((hour) => `2024-01-01 0${hour}:00,0.${hour},-1,${9_000 + hour},0.2`);
    expect(await suggest([...table, ...rows, ""].join("\n"))).toMatchObject({
      headerLine: 3,
      values: [
        { column: "Import (kWh)", meaning: "energy", unit: "kWh", direction: "import" },
        { column: "Export Wh", unit: "Wh", direction: "net" },
        { column: "Meter reading kWh", meaning: "register" },
      ],
    });
  });

  it.each(["", "hello", "a,b\nc,d\n", "{}", "<feed/>", "\u0000\u0001"])("none for %j", async (content) => {
    expect(csvFormat.recognise(await headOf(fileOf(content)))).toBe(0);
  });
});

interface House {
  readonly kwh_total?: number;
  readonly daily?: Readonly<Record<string, number>>;
}

describeWithData("tables of real houses, read as they are suggested", () => {
  const files = JSON.parse(readFileSync(dataPath("household", "reference.json"), "utf8")) as {
    files: Record<string, House>;
  };

  it.each(Object.keys(files.files))("%s", async (name) => {
    const file = fileAt(dataPath(name));
    const suggested = csvFormat.suggest?.(await headOf(file)) ?? {};
    const [first] = suggested.values ?? [];
    expect(first?.meaning).toBe("mean-power");
    const unit = name.includes("uci") ? ("kW" as const) : ("W" as const);
    const values = first ? [{ ...first, unit, series: "house" }] : [];
    const result = await readAll(csvFormat, file, { ...suggested, values, intervalMinutes: 1 });
    expect(kwh(result)).toBeCloseTo(totalOf(files.files[name]), 3);
    expect(new Set(rowsOf(result).map((row) => row.interval_s))).toEqual(new Set([60]));
  });
});

const totalOf = (house: unknown): number => {
  const found = JSON.stringify(house).match(/"(?:total_kwh|kwh_total|kwh)":\s*([0-9.]+)/);
  return Number(found?.[1]);
};
