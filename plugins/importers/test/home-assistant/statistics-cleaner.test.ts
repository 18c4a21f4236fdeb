import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NoteBook } from "../../src/common/note-book.js";
import { type StatisticRow, StatisticsCleaner } from "../../src/home-assistant/statistics-cleaner.js";

const HOUR = 3_600_000;
const T0 = Date.UTC(2024, 0, 1);

const row = (hour: number, sum: number, state: number, more: Partial<StatisticRow> = {}): StatisticRow => ({
  at: T0 + hour * HOUR,
  lengthMs: HOUR,
  sum,
  state,
  lastReset: Number.NaN,
  change: Number.NaN,
  line: hour + 1,
  ...more,
});

interface Cleaned {
  readonly energy: readonly (number | undefined)[];
  readonly notes: readonly string[];
}

function clean(rows: readonly StatisticRow[]): Cleaned {
  const notes = new NoteBook();
  const cleaner = new StatisticsCleaner(notes, "sensor.grid");
  const energy = rows.map((one) => cleaner.next(one)?.wh);
  return {
    energy,
    notes: [...notes.notes()].map(({ note, count }) => `${note.key.replace("importers.note.", "")} ${count}`),
  };
}

/** A day of a register at 5,000 kWh that rises 400 Wh each hour. */
const day = (hours = 30): StatisticRow[] =>
  Array.from({ length: hours }, (_, hour) => row(hour, 1_000 + hour * 400, 5_000_000 + hour * 400));

/** Moves all rows from one hour on. */
const shifted = (rows: readonly StatisticRow[], from: number, by: { sum?: number; state?: number }): StatisticRow[] =>
  rows.map((one, hour) =>
    hour < from ? one : { ...one, sum: one.sum + (by.sum ?? 0), state: one.state + (by.state ?? 0) },
  );

const total = ({ energy }: Cleaned): number => energy.reduce<number>((sum, wh) => sum + (wh ?? 0), 0);

describe("a sum and the register beside it", () => {
  it("that agree are taken as they are", () => {
    const cleaned = clean(day());
    expect(total(cleaned)).toBe(1_000 + 29 * 400);
    expect(cleaned.notes).toEqual([]);
  });

  it("the lifetime counted again at a restart is no energy", () => {
    const cleaned = clean(shifted(day(), 27, { sum: 5_000_000 }));
    expect(total(cleaned)).toBe(1_000 + 29 * 400);
    expect(cleaned.notes).toEqual(["phantom-jump 1"]);
  });

  it("a sum that stood still while the meter went on is made good", () => {
    const cleaned = clean(shifted(day(), 27, { sum: -900 }));
    expect(total(cleaned)).toBe(1_000 + 29 * 400);
    expect(cleaned.notes).toEqual(["phantom-jump 1"]);
  });

  it("a register that begins again keeps the energy on both sides", () => {
    const cleaned = clean(shifted(day(), 20, { state: -5_000_000 - 20 * 400 + 250 }));
    expect(total(cleaned)).toBe(1_000 + 29 * 400);
    expect(cleaned.notes).toEqual(["reset 1"]);
  });

  it("a register that reads 0 for an hour adds nothing", () => {
    const rows = day().map((one, hour) => {
      if (hour === 26) return { ...one, state: 0, sum: 1_000 + 25 * 400 };
      return hour > 26 ? { ...one, sum: one.sum + 5_000_000 + 26 * 400 } : one;
    });
    const cleaned = clean(rows);
    expect(total(cleaned)).toBe(1_000 + 29 * 400);
    expect(cleaned.notes).toEqual(["reset 1", "phantom-jump 1"]);
  });

  it("a dip that was booked as negative energy comes back as nothing", () => {
    const cleaned = clean([...shifted(day(26), 25, { sum: -900, state: -900 }), ...day(30).slice(26)]);
    expect(cleaned.energy[25]).toBe(0);
    expect(total(cleaned)).toBe(1_000 + 29 * 400);
    expect(cleaned.notes).toEqual(["taken-back 1"]);
  });

  it("a meter that is replaced by a used one costs nothing and lends nothing", () => {
    const cleaned = clean(shifted(day(), 25, { sum: -3_000_000, state: -3_000_000 }));
    expect(cleaned.energy.every((wh) => (wh ?? 0) >= 0)).toBe(true);
    expect(total(cleaned)).toBe(1_000 + 28 * 400);
  });

  it("an hourly register is read from its sum", () => {
    const states = Array.from({ length: 48 }, (_, hour) => 300 + ((hour * 37) % 200));
    const sumUntil = (hour: number): number => states.slice(0, hour + 1).reduce((sum, state) => sum + state, 0);
    const rows = states.map((state, hour) => row(hour, sumUntil(hour), state, { lastReset: hour }));
    expect(total(clean(rows))).toBe(sumUntil(47) - 300);
  });

  it("hours that are missing are one span, with their energy", () => {
    const rows = day().filter((_one, hour) => hour < 10 || hour > 13);
    const cleaner = new StatisticsCleaner(new NoteBook(), "");
    const spans = rows.map((one) => cleaner.next(one));
    expect(spans[10]).toEqual({ at: T0 + 10 * HOUR, lengthMs: 5 * HOUR, wh: 2_000 });
  });

  it("rows that come twice count once", () => {
    const rows = [...day(5), ...day(5).slice(3), row(5, 3_000, 5_002_000)];
    expect(clean(rows)).toEqual({
      energy: [1_000, 400, 400, 400, 400, undefined, undefined, 400],
      notes: ["conflicting-row 1", "repeated-row 1"],
    });
  });

  it("a first sum that is a beginning is no energy", () => {
    expect(clean([row(0, 9e9, 9e9), row(1, 9e9 + 5, 9e9 + 5)])).toEqual({
      energy: [undefined, 5],
      notes: ["first-sum 1"],
    });
  });

  it("sums without a register are believed while a circuit can carry them", () => {
    const cleaned = clean([10, 510, 5e9, 5e9 + 300].map((sum, hour) => row(hour, sum, Number.NaN)));
    expect(cleaned).toEqual({ energy: [10, 500, 0, 300], notes: ["impossible-rise 1"] });
  });

  it("changes alone are taken as told", () => {
    const changes = [5, 7, -2, 4, Number.NaN];
    const cleaned = clean(changes.map((change, hour) => row(hour, Number.NaN, Number.NaN, { change })));
    expect(cleaned).toEqual({ energy: [5, 7, 0, 2, undefined], notes: ["taken-back 1", "missing 1"] });
  });
});

it("never gives negative energy, whatever the rows", () => {
  const number = fc.oneof(fc.double({ noNaN: false }), fc.integer({ min: -10_000, max: 10_000_000 }));
  const any = fc.record({ hours: fc.integer({ min: 0, max: 5 }), sum: number, state: number, change: number });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 40 }), (steps) => {
      const hourOf = (index: number): number => steps.slice(0, index + 1).reduce((hour, { hours }) => hour + hours, 0);
      const rows = steps.map(({ sum, state, change }, index) => row(hourOf(index), sum, state, { change }));
      return clean(rows).energy.every((wh) => wh === undefined || wh >= 0);
    }),
    { numRuns: 10_000 },
  );
});
