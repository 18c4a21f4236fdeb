import { describe, expect, it } from "vitest";
import { chartCsv, spreadsheet } from "../../src/charts/csv.js";

describe("chartCsv", () => {
  it("writes what RFC 4180 asks for, gaps empty and names quoted", () => {
    const csv = chartCsv({
      at: [0, 60_000],
      bucketMs: 60_000,
      unit: "W",
      from: 0,
      to: 120_000,
      now: 120_000,
      fromZero: true,
      lines: [
        { key: "a", label: 'Oven, "big"', color: "--brand", values: [1.5, null], min: [1, null], max: [2, null] },
      ],
    });
    expect(csv.split("\r\n")).toEqual([
      'time,"Oven, ""big"" (W)","Oven, ""big"" (W) min","Oven, ""big"" (W) max"',
      "1970-01-01T00:00:00.000Z,1.5,1,2",
      "1970-01-01T00:01:00.000Z,,,",
    ]);
  });
});

describe("spreadsheet", () => {
  it("writes numbers as the programs of the region read them", () => {
    const rows = [
      ["a", "b"],
      [1.5, null],
      [0.1 + 0.2, -2],
    ];
    expect(spreadsheet(rows, "es-MX")).toBe("a,b\r\n1.5,\r\n0.3,-2");
    expect(spreadsheet(rows, "es-AR")).toBe("a;b\r\n1,5;\r\n0,3;-2");
  });

  it("lets no name run as a formula", () => {
    expect(spreadsheet([["=1+2", "+5", "@x", "-a", "plain"]], "en-US")).toBe("'=1+2,'+5,'@x,'-a,plain");
  });

  it("writes no exponent", () => {
    expect(spreadsheet([[1e-7, 1.25e21]], "en-US")).not.toMatch(/1e-7/);
  });
});
