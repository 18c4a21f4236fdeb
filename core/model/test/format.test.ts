import { describe, expect, it } from "vitest";
import {
  Format,
  type FormatOptions,
  instantFromIso,
  isRegion,
  parseDuration,
  stepFor,
  toStored,
} from "../src/index.js";

const mexico: FormatOptions = { region: "es-MX", zone: "America/Mexico_City", currency: "MXN" };
const spain: FormatOptions = { region: "es-ES", zone: "Europe/Madrid", currency: "EUR" };
const us: FormatOptions = { region: "en-US", zone: "America/New_York", currency: "USD" };

describe("numbers with units", () => {
  it.each([
    [840, "W", "840", "W"],
    [2140, "W", "2.14", "kW"],
    [21_400, "W", "21.4", "kW"],
    [214_000, "W", "214", "kW"],
    [-1760.2, "W", "\u22121.76", "kW"],
    [5_900, "Wh", "5.90", "kWh"],
    [12, "Wh", "0.01", "kWh"],
    [127.31, "V", "127.3", "V"],
    [0.934, "", "0.93", ""],
    [59.981, "Hz", "59.98", "Hz"],
  ])("writes %d %s as %s %s", (value, unit, written, step) => {
    expect(new Format(us).scaled(value, unit)).toEqual({ value: written, unit: step });
  });

  it("writes as the region does", () => {
    expect(new Format(mexico).number(1234.5, 1)).toBe("1,234.5");
    expect(new Format(spain).number(12345.5, 1)).toBe("12.345,5");
    expect(new Format(spain).percent(0.183, 1)).toMatch(/^18,3\s%$/u);
    expect(new Format(mexico).money("1284.60")).toBe("$1,284.60");
    expect(new Format(spain).quantity(2140, "W")).toBe("2,14\u202fkW");
  });

  it("keeps one scale for a column", () => {
    expect(new Format(us).scaled(80, "W", stepFor(4000, "W"))).toEqual({ value: "0.08", unit: "kW" });
  });
});

describe("dates", () => {
  const at = instantFromIso("2026-11-20T20:32:07Z");
  it("are those of the site, not of the machine", () => {
    expect(new Format({ ...spain, hour12: false }).time(at)).toBe("21:32");
    expect(new Format({ ...mexico, hour12: false }).time(at, true)).toBe("14:32:07");
  });
  it("say how long ago", () => {
    expect(new Format(us).ago(at - 12_000, at)).toBe("12 sec. ago");
    expect(new Format(spain).ago(at - 7_200_000, at)).toBe("hace 2 h");
  });
});

describe("spans and units", () => {
  it.each([
    ["250 ms", 250],
    ["30 s", 30_000],
    ["15 min", 900_000],
    ["2 h", 7_200_000],
    ["7 d", 604_800_000],
  ])("reads %s", (span, ms) => expect(parseDuration(span)).toBe(ms));
  it.each(["", "12", "s", "-3 s", "1 week"])("refuses %j", (span) => expect(parseDuration(span)).toBeUndefined());
  it("turns what devices send into what is stored", () => {
    expect(toStored(3.75, "kW")).toBe(3750);
    expect(toStored(6_472_513, "Wmin")).toBeCloseTo(107_875.2167, 3);
    expect(toStored(1, "furlong")).toBeUndefined();
  });
});

describe("the region", () => {
  it("writes a country's numbers and dates in the words of any language", () => {
    const at = instantFromIso("2026-11-20T20:32:07Z");
    const written = (region: string) => {
      const format = new Format({ region, zone: "America/Mexico_City" });
      return [format.number(1234.5, 1), format.date(at, "long")];
    };
    expect(written("en-MX")).toEqual(["1,234.5", expect.stringContaining("November")]);
    expect(written("es-MX")).toEqual(["1,234.5", expect.stringContaining("noviembre")]);
    expect(written("en-ES")[0]).toMatch(/,5$/);
  });
  it.each(["es-MX", "en-MX", "de-DE", "zh-Hant-TW", "en"])("may be %s", (tag) => expect(isRegion(tag)).toBe(true));
  it.each(["", "x", "es_MX_", "not a tag", "123", "e\u0000"])("may not be %j", (tag) =>
    expect(isRegion(tag)).toBe(false),
  );
});
