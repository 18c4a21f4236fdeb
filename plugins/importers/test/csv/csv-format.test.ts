import { describe, expect, it } from "vitest";
import { csvFormat } from "../../src/csv/csv-format.js";
import type { CsvOptions } from "../../src/csv/csv-options.js";
import { fileOf, headOf } from "../support/file-of.js";
import { kwh, type ReadResult, readAll, rowsOf } from "../support/read-all.js";

type Value = CsvOptions["values"][number];

const value = (column: string, more: Partial<Value> = {}): Value => ({
  column,
  meaning: "energy",
  unit: "kWh",
  direction: "import",
  series: "",
  ...more,
});

const read = (lines: readonly string[], options: Partial<CsvOptions> = {}): Promise<ReadResult> =>
  readAll(csvFormat, fileOf(lines.join("\n")), options);

const errorOf = async (work: Promise<unknown>): Promise<{ code?: string; details?: { line?: number } }> =>
  work.then(
    () => ({}),
    (error: unknown) => error as { code: string },
  );

describe("times", () => {
  it.each([
    ["Europe/Madrid", "31/03/2024 01:45", "2024-03-31T00:45:00Z"],
    ["Europe/Madrid", "31/03/2024 03:00", "2024-03-31T01:00:00Z"],
    ["+10:00", "31/03/2024 03:00", "2024-03-30T17:00:00Z"],
    ["UTC-3", "31/03/2024 24:00", "2024-04-01T03:00:00Z"],
    ["Asia/Kathmandu", "31/03/2024 05:45", "2024-03-31T00:00:00Z"],
  ])("in %s, %s is %s", async (zone, written, iso) => {
    const table = ["time;kWh", `${written};1`];
    const result = await read(table, { delimiter: ";", timeFormat: "dd/MM/yyyy HH:mm", zone, intervalMinutes: 15 });
    expect(rowsOf(result)).toEqual([{ at: Date.parse(iso), interval_import_wh: 1_000, interval_s: 900 }]);
  });

  const autumn = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"].map(
    (clock, index) => `2024-10-27 ${clock},${index}`,
  );
  const instants = ["23:30", "00:00", "00:30", "01:00", "01:30", "02:00"].map((clock, index) =>
    Date.parse(`2024-10-${index === 0 ? "26" : "27"}T${clock}:00Z`),
  );

  it("keeps both passes of the hour that autumn repeats", async () => {
    const result = await read(["time,kWh", ...autumn], { zone: "Europe/Madrid" });
    expect(rowsOf(result).map(({ at }) => at)).toEqual(instants);
    expect(kwh(result)).toBe(15);
    expect(result.notes).toEqual({ "repeated-hour": 4 });
  });

  it("keeps both passes in a file that begins with the newest row", async () => {
    const result = await read(["time,kWh", ...autumn.toReversed()], { zone: "Europe/Madrid" });
    expect(rowsOf(result).map(({ at }) => at)).toEqual(instants.toReversed());
  });

  it("notes the hour that spring leaves out, and times that cannot be", async () => {
    const table = [
      "time,kWh",
      "2024-03-31 01:30,1",
      "2024-03-31 02:30,1",
      "1970-01-01 00:03,1",
      "yesterday,1",
      "2024-02-30 00:00,1",
    ];
    const result = await read(table, { zone: "Europe/Madrid", intervalMinutes: 30 });
    expect(rowsOf(result)).toHaveLength(2);
    expect(result.notes).toEqual({ "skipped-hour": 1, "implausible-time": 1, "not-a-time": 2 });
    expect(result.lines["not-a-time"]).toBe(5);
  });

  it("reads day and time of day from two columns, and the end from another", async () => {
    const table = ["day,from,to,kWh", "1 Ene 2024,3:00 pm,2024-01-01 15:30,4"];
    const options = { timeColumn: "day", clockColumn: "from", timeFormat: "d MMM yyyy h:mm a" };
    const { code } = await errorOf(read(table, { ...options, endColumn: "to", values: [value("kWh")] }));
    expect(code).toBe("E_IMPORT_UNREADABLE");
    const same = await read(["day,from,to,kWh", "2024-01-01,12:00,2024-01-01 15:30,4"], {
      timeColumn: "day",
      clockColumn: "from",
      endColumn: "to",
      values: [value("kWh")],
    });
    expect(rowsOf(same)).toEqual([{ at: Date.UTC(2024, 0, 1, 12), interval_import_wh: 4_000, interval_s: 12_600 }]);
  });
});

describe("numbers", () => {
  it.each([
    ["1.234,5", "comma", 1_234.5],
    ["1234,5", "comma", 1_234.5],
    ["1,234.5", "point", 1_234.5],
    ["1 234.5", "point", 1_234.5],
    ["1e3", "point", 1_000],
    [" 7 ", "point", 7],
  ] as const)("%s with a %s is %d", async (written, decimal, number) => {
    const result = await read(["t;v", `2024-01-01T00:00Z;${written}`], {
      delimiter: ";",
      decimal,
      intervalMinutes: 60,
      values: [value("v", { unit: "Wh" })],
    });
    expect(rowsOf(result)[0]?.interval_import_wh).toBe(number);
  });

  it("says what is missing, what is no number, and what cannot be", async () => {
    const cells = ["?", "", "NaN", "abc", "1.2.3", "-5", "1e300", "2"];
    const table = ["t,v", ...cells.map((cell, hour) => `2024-01-01T0${hour}:00Z,${cell}`)];
    const result = await read(table, { intervalMinutes: 60 });
    expect(kwh(result)).toBe(2);
    expect(result.notes).toEqual({ missing: 5, "not-a-number": 2, negative: 1, "too-large": 1 });
  });
});

describe("meanings", () => {
  const at = Date.UTC(2024, 0, 1);
  const table = ["t,a,b", "2024-01-01T00:00Z,2,-3", "2024-01-01T00:30Z,4,5"];

  it.each<readonly [string, readonly Value[], Record<string, number>]>([
    ["energy", [value("a")], { interval_import_wh: 2_000, interval_s: 1_800 }],
    ["energy of both directions", [value("b", { direction: "net" })], { interval_export_wh: 3_000, interval_s: 1_800 }],
    [
      "mean power",
      [value("a", { meaning: "mean-power", unit: "kW" })],
      { interval_import_wh: 1_000, interval_s: 1_800 },
    ],
    ["power at the instant", [value("b", { meaning: "power", unit: "W" })], { power_w: -3 }],
    ["a register", [value("a", { meaning: "register", unit: "MWh" })], { energy_import_wh: 2e6 }],
    ["a register of export", [value("a", { meaning: "register", direction: "export" })], { energy_export_wh: 2_000 }],
  ])("reads %s", async (_what, values, expected) => {
    expect(rowsOf(await read(table, { values: [...values] }))[0]).toEqual({ at, ...expected });
  });

  it("adds columns of one circuit, and makes circuits of the others", async () => {
    const both = [
      value("a", { series: "home" }),
      value("a", { series: "home" }),
      value("a", { direction: "export", series: "home" }),
    ];
    const result = await read(table, { values: [...both, value("a", { series: "garage" })] });
    expect(result.series.get("home")?.[0]).toEqual({
      at,
      interval_import_wh: 4_000,
      interval_export_wh: 2_000,
      interval_s: 1_800,
    });
    expect(result.series.get("garage")?.[0]).toEqual({ at, interval_import_wh: 2_000, interval_s: 1_800 });
  });

  it("reads rows of several meters, each with its own repeats", async () => {
    const rows = [
      "t,meter,v",
      "2024-01-01T00:00Z,M1,1",
      "2024-01-01T00:00Z,M2,2",
      "2024-01-01T00:00Z,M1,1",
      "2024-01-01T00:00Z,M1,9",
    ];
    const result = await read(rows, { seriesColumn: "meter", intervalMinutes: 60, values: [value("v")] });
    expect([...result.series].map(([key, found]) => [key, found.map((row) => row.interval_import_wh)])).toEqual([
      ["M1", [1_000]],
      ["M2", [2_000]],
    ]);
    expect(result.notes).toEqual({ "repeated-row": 1, "conflicting-row": 1 });
  });
});

describe("lengths of intervals", () => {
  it("follow the calendar for days and months, by begin or end", async () => {
    const months = ["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01"];
    const table = ["t,kWh", ...months.map((month) => `${month},31`)];
    const days = async (options: Partial<CsvOptions>): Promise<number[]> =>
      rowsOf(await read(table, options)).map((row) => (row.interval_s ?? 0) / 86_400);
    expect(await days({})).toEqual([31, 29, 31, 30, 31]);
    expect(await days({ marks: "end" })).toEqual([31, 31, 29, 31, 30]);
  });

  it("do not grow over a gap", async () => {
    const clocks = ["00:00", "00:15", "00:30", "01:15", "01:30"];
    const result = await read(["t,kWh", ...clocks.map((clock) => `2024-01-01T${clock}Z,1`)]);
    expect(rowsOf(result).map((row) => row.interval_s)).toEqual([900, 900, 900, 900, 900]);
  });

  it("must be given when there is only one row", async () => {
    expect((await errorOf(read(["t,kWh", "2024-01-01T00:00Z,1"]))).code).toBe("E_IMPORT_UNREADABLE");
  });
});

describe("what it says when it cannot read", () => {
  it.each<readonly [string, string | Uint8Array, Partial<CsvOptions>]>([
    ["nothing", "", {}],
    ["a header only", "t,v\n", {}],
    ["another table", "a,b\nx,y\n", {}],
    ["no such column", "t,v\n2024-01-01,1\n", { values: [value("kWh")] }],
    ["a line without end", `t,v\n2024-01-01,"${"x".repeat(300_000)}`, {}],
    ["one enormous line", "x".repeat(2_000_000), {}],
    ["binary", Uint8Array.from({ length: 5_000 }, (_, index) => index % 256), {}],
    ["quotes that do not match", 't,v\n2024-01-01T00:00Z,"1\n2024-01-01T01:00Z,2\n', { intervalMinutes: 60 }],
  ])("%s", async (_what, content, options) => {
    const { code } = await errorOf(readAll(csvFormat, fileOf(content), options));
    expect(code).toBe("E_IMPORT_UNREADABLE");
  });

  it.each<readonly [string, Partial<CsvOptions>]>([
    ["an unknown zone", { zone: "Mars/Olympus" }],
    ["a form of time without a day", { timeFormat: "HH:mm" }],
    ["energy in watts", { values: [value("v", { unit: "W" })] }],
  ])("%s", async (_what, options) => {
    expect((await errorOf(read(["t,v", "2024-01-01T00:00Z,1"], options))).code).toBe("E_INPUT_INVALID");
  });

  it("stops when it is told to", async () => {
    const stopped = AbortSignal.abort();
    await expect(
      readAll(csvFormat, fileOf("t,v\n2024-01-01T00:00Z,1\n"), { intervalMinutes: 60 }, stopped),
    ).rejects.toThrow();
  });
});

describe("encodings", () => {
  const written = "Hora;Energía (kWh)\n01/02/2024 00:00;1,5\n01/02/2024 01:00;2,5\n";
  const latin = Uint8Array.from(written, (char) => char.charCodeAt(0));
  const utf16 = (big: boolean): Uint8Array => {
    const bytes = Buffer.from(`\ufeff${written}`, "utf16le");
    return big ? Uint8Array.from(bytes.swap16()) : Uint8Array.from(bytes);
  };

  it.each<readonly [string, Uint8Array]>([
    ["UTF-8", new TextEncoder().encode(written)],
    ["UTF-8 with a mark", new TextEncoder().encode(`\ufeff${written}`)],
    ["UTF-16, little endian", utf16(false)],
    ["UTF-16, big endian", utf16(true)],
    ["UTF-16 without a mark", Uint8Array.from(Buffer.from(written, "utf16le"))],
    ["Latin-1", latin],
  ])("%s", async (_what, bytes) => {
    const file = fileOf(bytes);
    const suggested = csvFormat.suggest?.(await headOf(file)) ?? {};
    expect(suggested).toMatchObject({
      delimiter: ";",
      decimal: "comma",
      timeFormat: "dd/MM/yyyy HH:mm",
      timeColumn: "Hora",
    });
    const result = await readAll(csvFormat, file, suggested);
    expect([...result.series.keys()]).toEqual(["Energía (kWh)"]);
    expect(kwh(result)).toBe(4);
  });
});
