import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, dayRange, type EnergyReading, type Instant, type LocalDate, SlotSums } from "../../src/index.js";
import { runMeter, runWithCuts, T0, total } from "./meter-run.js";

type Happening = "sample" | "gap" | "reset" | "floor";

interface Step {
  readonly what: Happening;
  /** Seconds since the last reading, as a share of what is usual. */
  readonly pace: number;
  readonly watts: number;
}

interface Course {
  readonly steps: readonly Step[];
  readonly begin: number;
  readonly grid: number;
  readonly end: number | undefined;
}

/** A register's life, and what truly flowed. */
interface Life {
  readonly readings: EnergyReading[];
  readonly truth: number;
  /** Numbers of the readings right before a reset. */
  readonly beforeReset: ReadonlySet<number>;
}

const step = (whats: readonly Happening[]): fc.Arbitrary<Step> =>
  fc.record({
    what: fc.constantFrom<Happening>("sample", "sample", "sample", "sample", ...whats),
    pace: fc.double({ min: 0.2, max: 1, noNaN: true }),
    watts: fc.constantFrom(0, 3, 60, 800, 3_300),
  });

const course = (whats: readonly Happening[], ends: boolean): fc.Arbitrary<Course> =>
  fc.record({
    steps: fc.array(step(whats), { minLength: 12, maxLength: 60 }),
    begin: fc.double({ min: 0.02, max: 0.98, noNaN: true }),
    grid: fc.constantFrom(0.001, 0.1, 1, 10),
    end: ends ? fc.constantFrom(2_000_000, 4_294_967) : fc.constant(undefined),
  });

const roundTo = (wh: number, grid: number): number => Math.round(Math.floor(wh / grid + 1e-6) * grid * 1_000) / 1_000;

const MINIMUM_CALM = 3;

/** A reset right before an end looks like a rollover: no reader can tell. */
const ENDS = [596_523, 655_360, 800_000, 1_000_000, 1_193_046, 1_677_721, 2_000_000, 4_294_967];
const isNearEnd = (wh: number): boolean => ENDS.some((end) => wh < end && wh > end * 0.98);

/** A register that is read now and then, and the energy after each reset and rollover as it shows it. */
class RegisterLife implements Life {
  readonly readings: EnergyReading[] = [];
  readonly beforeReset = new Set<number>();
  truth = 0;
  readonly #grid: number;
  readonly #end: number;
  #register: number;
  #shown: number;
  #now = T0;
  #calm = 0;

  constructor({ begin, grid, end }: Course) {
    this.#grid = grid;
    this.#end = end ?? Number.POSITIVE_INFINITY;
    this.#register = begin * 4_000_000;
    if (this.#register > this.#end) this.#register -= this.#end;
    this.#shown = roundTo(this.#register, grid);
  }

  live({ what, pace, watts }: Step): void {
    this.#calm += 1;
    if (what === "gap") this.#pause(pace, watts);
    const broke = this.#reset(what) || this.#floor(what);
    this.read(pace, broke ? 6 : watts);
    if (what === "sample") return;
    this.#calm = 0;
    this.readTimes(4, 6);
  }

  readTimes(count: number, watts: number): void {
    for (let i = 0; i < count; i++) this.read(0.5, watts);
  }

  read(pace: number, watts: number): void {
    this.#now += Math.round(pace * 50_000);
    this.#register += (watts * pace * 50) / 3_600;
    const passed = this.#register >= this.#end;
    if (passed) this.#register -= this.#end;
    const value = roundTo(this.#register, this.#grid);
    this.truth += value - this.#shown + (passed ? this.#end : 0);
    this.#shown = value;
    this.readings.push({ at: this.#now as Instant, importWh: value });
  }

  #pause(pace: number, watts: number): void {
    this.#now += Math.round(pace * 8 * 3_600_000);
    this.#register += watts * pace * 8 * 0.9;
  }

  #reset(what: Happening): boolean {
    if (what !== "reset" || this.#shown < 100_000 || isNearEnd(this.#shown) || this.#calm <= MINIMUM_CALM) return false;
    this.#register = 0;
    this.#shown = 0;
    this.beforeReset.add(this.readings.length - 1);
    return true;
  }

  #floor(what: Happening): boolean {
    const fraction = this.#shown - Math.floor(this.#shown);
    if (what !== "floor" || this.#grid >= 1 || fraction < 0.3 || this.#calm <= MINIMUM_CALM) return false;
    this.#register = Math.floor(this.#shown);
    this.#shown = this.#register;
    return true;
  }
}

function live(course: Course): Life {
  const life = new RegisterLife(course);
  life.read(1, 0);
  life.readTimes(4, 60);
  for (const next of course.steps) life.live(next);
  // Long and busy enough for whatever was counted too early to be caught up with.
  for (let i = 0; i < 12; i++) life.read(1, 3_300);
  return life;
}

const limitsOf = ({ end }: Course) => (end === undefined ? {} : { rollsOverAt: end });

describe("any life of a register", () => {
  it("gives the true energy, whatever the sampling, gaps, resets, rollovers and floors", () => {
    fc.assert(
      fc.property(course(["gap", "reset", "floor"], true), (life) => {
        const { readings, truth } = live(life);
        expect(runMeter(readings, limitsOf(life)).importWh).toBeCloseTo(truth, 2);
      }),
      { numRuns: 300 },
    );
  });

  it("gives spans that follow one another, never overlap, and never begin before what was settled", () => {
    fc.assert(
      fc.property(course(["gap", "reset", "floor"], false), (life) => {
        const { meter } = runMeter([]);
        let settled = Number.NEGATIVE_INFINITY;
        let covered = Number.NEGATIVE_INFINITY;
        for (const reading of live(life).readings) {
          for (const delta of meter.read(reading).deltas) {
            expect(delta.from).toBeGreaterThanOrEqual(settled);
            expect(delta.from).toBeGreaterThanOrEqual(covered);
            expect(delta.wh).toBeGreaterThanOrEqual(0);
            expect(delta.to).toBeGreaterThan(delta.from);
            covered = delta.to;
          }
          const until = meter.settledUntil ?? Number.NaN;
          expect(until).toBeGreaterThanOrEqual(settled);
          expect(until).toBeGreaterThanOrEqual(covered);
          settled = until;
        }
      }),
    );
  });

  it("is not changed by duplicates, old readings or readings that say nothing", () => {
    fc.assert(
      fc.property(course(["gap", "reset", "floor"], true), fc.infiniteStream(fc.nat(4)), (life, noise) => {
        const { readings } = live(life);
        const noisy = readings.flatMap((reading, i) => {
          const kind = noise.next().value;
          if (kind === 0) return [reading, reading];
          if (kind === 1) return [reading, { ...reading, importWh: 7 }];
          if (kind === 2) return [reading, ...readings.slice(Math.max(0, i - 3), i)];
          return [reading];
        });
        const plain = runMeter(readings, limitsOf(life));
        const run = runMeter(noisy, limitsOf(life));
        expect(run.deltas).toEqual(plain.deltas);
        expect(run.events).toEqual(plain.events);
        expect(run.meter.state()).toBe(plain.meter.state());
      }),
      { numRuns: 60 },
    );
  });

  it("is the same when it is stored and resumed anywhere", () => {
    const cuts = fc.uniqueArray(fc.nat(150), { maxLength: 30 });
    fc.assert(
      fc.property(course(["gap", "reset", "floor"], true), cuts, fc.nat(60), (life, where, wrong) => {
        const readings = live(life).readings.map((reading, i) => (i === wrong ? { ...reading, importWh: 0 } : reading));
        const whole = runMeter(readings, limitsOf(life));
        const parts = runWithCuts(readings, new Set(where), limitsOf(life));
        expect(parts.deltas).toEqual(whole.deltas);
        expect(parts.events).toEqual(whole.events);
        expect(parts.meter.state()).toBe(whole.meter.state());
      }),
      { numRuns: 100 },
    );
  });
});

const glitch = fc.oneof(
  fc.constant((_: number) => 0),
  fc.constant((wh: number) => wh * 1_000),
  fc.constant((wh: number) => wh / 1_000),
  fc.double({ min: 0, max: 1e10, noNaN: true }).map((value) => (_: number) => value),
  fc.double({ min: 3, max: 200, noNaN: true }).map((by) => (wh: number) => wh + by),
  fc.double({ min: -200, max: -3, noNaN: true }).map((by) => (wh: number) => Math.max(0, wh + by)),
);

describe("one wrong sample anywhere", () => {
  it("changes nothing of the total", () => {
    fc.assert(
      fc.property(course(["gap"], true), fc.nat(500), glitch, (life, where, wrongOf) => {
        const { readings, truth } = live(life);
        const wrong = 2 + (where % (readings.length - 14));
        const wrongWh = wrongOf(readings[wrong]?.importWh ?? 0);
        // A wrong value that the register comes to later on is confirmed by it.
        fc.pre(readings.every(({ importWh = 0 }, i) => i <= wrong || Math.abs(importWh - wrongWh) > 1));
        const glitched = readings.map((reading, i) => (i === wrong ? { ...reading, importWh: wrongWh } : reading));
        // One that is off by less than a whole watt-hour looks like a device that kept only those over a restart.
        expect(Math.abs(runMeter(glitched, limitsOf(life)).importWh - truth)).toBeLessThan(1);
      }),
      { numRuns: 500 },
    );
  });

  it("changes nothing around a reset either, unless it stands for the last value before it", () => {
    fc.assert(
      fc.property(course(["gap", "reset"], false), fc.nat(500), fc.constantFrom(0, 77_777), (life, where, factor) => {
        const { readings, truth, beforeReset } = live(life);
        const wrong = 2 + (where % (readings.length - 14));
        fc.pre(!beforeReset.has(wrong));
        const glitched = readings.map((reading, i) =>
          i === wrong ? { ...reading, importWh: (reading.importWh ?? 0) * factor } : reading,
        );
        expect(runMeter(glitched).importWh).toBeCloseTo(truth, 2);
      }),
      { numRuns: 300 },
    );
  });
});

describe("slots", () => {
  const ZONES = ["Europe/Madrid", "America/Mexico_City", "Australia/Adelaide", "Australia/Lord_Howe", "Asia/Kathmandu"];

  it("add up to the deltas, by slot, day and all in all", () => {
    fc.assert(
      fc.property(course(["gap", "reset"], false), fc.constantFrom(...ZONES), (life, zone) => {
        const { deltas } = runMeter(live(life).readings);
        const sums = new SlotSums();
        for (const delta of deltas) sums.add(delta);
        const slots = sums.all();
        const all = slots.reduce((sum, slot) => sum + slot.importWh, 0);
        expect(all).toBeCloseTo(total(deltas, "import"), 6);
        let days = 0;
        for (let day = "2026-02-26" as LocalDate; day < "2026-03-25"; day = addDays(day, 1)) {
          const { from, to } = dayRange(day, zone);
          days += slots
            .filter(({ slot }) => slot * 900_000 >= from && slot * 900_000 < to)
            .reduce((sum, slot) => sum + slot.importWh, 0);
        }
        expect(days).toBeCloseTo(all, 6);
        expect(slots.every((slot) => slot.coverage >= 0 && slot.coverage <= 1)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
