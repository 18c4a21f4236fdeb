import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addDays,
  dayRange,
  hours,
  type Instant,
  instantFromIso,
  isZone,
  type LocalDate,
  localDateOf,
  localTime,
  offsetAt,
  SLOT_MS,
  startOfDay,
  toIso,
} from "../src/index.js";

const ZONES = [
  "Europe/Madrid",
  "America/Mexico_City",
  "Australia/Adelaide",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "America/Argentina/Buenos_Aires",
  "UTC",
];

describe("days of a zone", () => {
  it.each([
    ["Europe/Madrid", "2026-03-29", "2026-03-28T23:00:00.000Z", 23],
    ["Europe/Madrid", "2026-10-25", "2026-10-24T22:00:00.000Z", 25],
    ["Europe/Madrid", "2026-06-01", "2026-05-31T22:00:00.000Z", 24],
    ["America/Mexico_City", "2026-04-05", "2026-04-05T06:00:00.000Z", 24],
    ["Australia/Adelaide", "2026-04-05", "2026-04-04T13:30:00.000Z", 25],
    ["Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00.000Z", 24.5],
    ["Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00.000Z", 23.5],
    ["Asia/Kathmandu", "2026-01-01", "2025-12-31T18:15:00.000Z", 24],
    ["America/Santiago", "2026-09-06", "2026-09-06T04:00:00.000Z", 23],
  ])("%s %s starts at %s and lasts %d h", (zone, date, from, length) => {
    const range = dayRange(date as LocalDate, zone);
    expect(toIso(range.from)).toBe(from);
    expect(range.to - range.from).toBe(hours(length));
  });

  it("knows which zones exist", () => {
    expect(isZone("Europe/Madrid")).toBe(true);
    expect(isZone("Europe/Nowhere")).toBe(false);
  });

  const anyInstant = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2040, 0, 1) }).map((ms) => ms as Instant);

  it("puts every instant into the day that it belongs to", () => {
    fc.assert(
      fc.property(anyInstant, fc.constantFrom(...ZONES), (at, zone) => {
        const range = dayRange(localDateOf(at, zone), zone);
        expect(range.from).toBeLessThanOrEqual(at);
        expect(at).toBeLessThan(range.to);
      }),
    );
  });

  it("joins days without gap or overlap, on slot boundaries", () => {
    fc.assert(
      fc.property(anyInstant, fc.constantFrom(...ZONES), (at, zone) => {
        const day = localDateOf(at, zone);
        expect(dayRange(day, zone).to).toBe(startOfDay(addDays(day, 1), zone));
        expect(startOfDay(day, zone) % SLOT_MS).toBe(0);
      }),
    );
  });

  it("writes the wall clock that the zone shows", () => {
    expect(localTime(instantFromIso("2026-03-29T01:30:00Z"), "Europe/Madrid")).toEqual({
      year: 2026,
      month: 3,
      day: 29,
      hour: 3,
      minute: 30,
      second: 0,
    });
    expect(offsetAt(instantFromIso("2026-03-29T00:59:59.999Z"), "Europe/Madrid")).toBe(hours(1));
  });
});
