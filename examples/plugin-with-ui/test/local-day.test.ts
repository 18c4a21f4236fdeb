import { instant } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { localDayIn } from "../src/local-day.js";

describe("the local day", () => {
  it.each([
    ["Europe/Madrid", "2026-03-29T00:30:00+01:00", "2026-03-29"],
    ["Europe/Madrid", "2026-03-28T22:59:59Z", "2026-03-28"],
    ["America/Mexico_City", "2026-03-29T05:59:59Z", "2026-03-28"],
    ["America/Mexico_City", "2026-03-29T06:00:00Z", "2026-03-29"],
    ["Asia/Kathmandu", "2026-03-28T18:15:00Z", "2026-03-29"],
  ])("in %s, %s is on %s", (zone, written, day) => {
    expect(localDayIn(zone)(instant(Date.parse(written)))).toBe(day);
  });
});
