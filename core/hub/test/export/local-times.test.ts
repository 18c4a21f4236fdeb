import fc from "fast-check";
import { expect, it } from "vitest";
import { LocalTimes } from "../../src/export/local-times.js";

it.each([
  ["Europe/Madrid", "2026-03-29T00:59:59.999Z", "2026-03-29T01:59:59.999+01:00"],
  ["Europe/Madrid", "2026-03-29T01:00:00.000Z", "2026-03-29T03:00:00.000+02:00"],
  ["Europe/Madrid", "2026-10-25T00:30:00.000Z", "2026-10-25T02:30:00.000+02:00"],
  ["Europe/Madrid", "2026-10-25T01:30:00.000Z", "2026-10-25T02:30:00.000+01:00"],
  ["America/Mexico_City", "2026-07-01T05:00:00.000Z", "2026-06-30T23:00:00.000-06:00"],
  ["Australia/Lord_Howe", "2026-04-04T15:00:00.000Z", "2026-04-05T01:30:00.000+10:30"],
  ["Asia/Kathmandu", "2026-01-01T00:00:00.000Z", "2026-01-01T05:45:00.000+05:45"],
  ["America/St_Johns", "2026-01-01T00:00:00.000Z", "2025-12-31T20:30:00.000-03:30"],
  ["UTC", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000+00:00"],
])("in %s, %s is %s", (zone, utc, local) => {
  expect(new LocalTimes(zone).iso(Date.parse(utc))).toBe(local);
});

it("names the same instant, whatever came before", () => {
  const zones = fc.constantFrom("Europe/Madrid", "Australia/Adelaide", "Australia/Lord_Howe", "Asia/Kathmandu");
  const times = fc.array(fc.integer({ min: Date.UTC(1980, 0), max: Date.UTC(2040, 0) }), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(zones, times, (zone, instants) => {
      const local = new LocalTimes(zone);
      for (const at of instants) expect(Date.parse(local.iso(at))).toBe(at);
    }),
  );
});
