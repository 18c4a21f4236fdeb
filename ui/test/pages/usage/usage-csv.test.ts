import { describe, expect, it } from "vitest";
import type { BarModel } from "../../../src/charts/bars/bar-model.js";
import { usageCsv, zonedIso } from "../../../src/pages/usage/usage-csv.js";

const DAY = 86_400_000;
const midnight = Date.parse("2026-11-12T00:00:00-06:00");
const model: BarModel = {
  edges: [midnight, midnight + DAY, midnight + 2 * DAY, midnight + 3 * DAY],
  series: [
    { key: "grid", label: "Grid", color: "--gridin", values: [9_310.25, null, null] },
    { key: "export", label: "Exported", color: "--export", values: [0, null, null], below: true },
  ],
  unit: "Wh",
  now: midnight + 2 * DAY,
  before: { label: "Previous month", values: [1_000, 2_000, 3_000] },
  estimated: [true, false, false],
  corrected: [false, false, false],
};
const words = {
  from: "from",
  to: "to",
  used: "Used",
  coverage: "coverage",
  estimated: "estimated",
  corrected: "corrected",
};
const csv = (region: string): string[] =>
  usageCsv({
    model,
    used: [9_310.25, null, null],
    coverage: [0.93333, 0, 0],
    words,
    zone: "America/Mexico_City",
    region,
  }).split("\r\n");

describe("usageCsv", () => {
  it("tells instants with their offset, kWh raw, gaps empty, and nothing of what is to come", () => {
    expect(csv("es-MX")).toEqual([
      "from,to,Used (kWh),Grid (kWh),Exported (kWh),Previous month (kWh),coverage,estimated,corrected",
      "2026-11-12T00:00:00-06:00,2026-11-13T00:00:00-06:00,9.31025,9.31025,0,1,0.9333,1,0",
      "2026-11-13T00:00:00-06:00,2026-11-14T00:00:00-06:00,,,,2,0,0,0",
    ]);
  });

  it("parts cells by semicolons where the decimal sign is a comma", () => {
    expect(csv("es-ES")[1]).toBe("2026-11-12T00:00:00-06:00;2026-11-13T00:00:00-06:00;9,31025;9,31025;0;1;0,9333;1;0");
  });
});

describe("zonedIso", () => {
  it.each([
    ["2026-03-29T00:30:00Z", "Europe/Madrid", "2026-03-29T01:30:00+01:00"],
    ["2026-03-29T01:30:00Z", "Europe/Madrid", "2026-03-29T03:30:00+02:00"],
    ["2026-01-01T00:00:00Z", "Asia/Kathmandu", "2026-01-01T05:45:00+05:45"],
    ["2026-01-01T00:00:00Z", "America/St_Johns", "2025-12-31T20:30:00-03:30"],
  ])("%s in %s", (utc, zone, text) => {
    expect(zonedIso(Date.parse(utc), zone)).toBe(text);
    expect(Date.parse(text)).toBe(Date.parse(utc));
  });
});
