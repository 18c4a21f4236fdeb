import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numberCells, textCell } from "../../src/export/csv-cells.js";
import { parseCsv } from "./support/parse-csv.js";

const POINT = { decimal: "point", separator: ",", bom: false } as const;

describe("a text cell", () => {
  it.each([
    ["Kitchen", "Kitchen"],
    ["Kitchen, left", '"Kitchen, left"'],
    ['The "old" boiler', '"The ""old"" boiler"'],
    ["two\nlines", '"two\nlines"'],
    [" indented", '" indented"'],
    ['=HYPERLINK("http://evil.example")', `"'=HYPERLINK(""http://evil.example"")"`],
    ["+1", "'+1"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["", ""],
  ])("of %j is %j", (text, cell) => {
    expect(textCell(text, ",")).toBe(cell);
  });

  it("is quoted for the separator that is used", () => {
    expect(textCell("a;b", ";")).toBe('"a;b"');
    expect(textCell("a,b", ";")).toBe("a,b");
  });

  it("is read back by whoever follows RFC 4180, and never begins a formula", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom("=", "+", "-", "@", '"', ",", ";", "\r", "\n", "\t", "x") }),
    );
    fc.assert(
      fc.property(text, text, fc.constantFrom(",", ";", "\t"), (a, b, separator) => {
        const [[first = "", second = ""] = []] = parseCsv(
          `${textCell(a, separator)}${separator}${textCell(b, separator)}\r\n`,
          separator,
        );
        for (const [read, written] of [
          [first, a],
          [second, b],
        ] as const) {
          expect(read === written || read === `'${written}`).toBe(true);
          expect(read).not.toMatch(/^[=+\-@\t\r]/);
        }
      }),
    );
  });
});

describe("a number cell", () => {
  const point = numberCells(POINT);
  it.each([
    [0, "0"],
    [-1.5, "-1.5"],
    [230.1, "230.1"],
    [1e21, "1e+21"],
    [Number.NaN, ""],
    [undefined, ""],
  ])("of %s is %j", (value, cell) => expect(point(value)).toBe(cell));

  it("has a comma when asked, quoted where the comma separates", () => {
    expect(numberCells({ ...POINT, decimal: "comma", separator: ";" })(-1.5)).toBe("-1,5");
    expect(numberCells({ ...POINT, decimal: "comma" })(-1.5)).toBe('"-1,5"');
    expect(numberCells({ ...POINT, decimal: "comma" })(2)).toBe("2");
  });

  it("loses nothing", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => Number(point(value)) === value),
    );
  });
});
