import { describe, expect, it } from "vitest";
import { EnergyMeter, type EnergyReading } from "../../src/index.js";
import { at, every, runMeter } from "./meter-run.js";

const N = 123_456.7;
const MWH = 1_000_000;
/** An ordinary morning: enough for the meter to know its register. */
const start = every(10, [N, N + 0.4, N + 0.9, N + 1.4]);

describe("a register that falls", () => {
  it.each<[string, number[], number, string[]]>([
    ["N, 0, N adds nothing", [N, 0, N], 0, ["glitch"]],
    ["N, 0, N+0.5 adds what flowed", [N, 0, N + 0.5], 0.5, ["glitch"]],
    ["N, 0, 0, N+0.5: two zeros are no reset yet", [N, 0, 0, N + 0.5], 0.5, ["glitch"]],
    ["N, 0, 0.1, 0.2 is a reset; what came after 0 counts", [N, 0, 0.1, 0.2], 0.2, ["reset"]],
    ["N, 0.3, 0.5, 0.8: so does what came before the first reading", [N, 0.3, 0.5, 0.8], 0.8, ["reset"]],
    ["N, N-3 %, N adds nothing", [N, N * 0.97, N], 0, ["glitch"]],
    ["N, /1000, N adds nothing", [N, N / 1000, N], 0, ["glitch"]],
    ["N less 3 % for good: nothing for the step", [N, N * 0.97, N * 0.97 + 0.1, N * 0.97 + 0.3], 0.3, ["rebase"]],
    ["/1000 for good", [N, N / 1e3, N / 1e3 + 0.1, N / 1e3 + 0.2], 0.2, ["rebase"]],
    ["an old value put back", [N, N - 50, N - 49.5, N - 49], 1, ["rebase"]],
    ["a dip by the last digit", [N, N - 0.1, N + 0.3], 0.3, []],
    ["a dip within a Wh", [N, N - 0.6, N + 0.3], 0.3, ["rounding"]],
    ["one zero within the zeros of a reset", [N, 0, N / 3, 0.1, 0.2], 0.2, ["glitch", "reset"]],
  ])("%s", (_, values, wh, reasons) => {
    const run = runMeter([...start.slice(0, 3), ...every(10, values.map(onward), 30)]);
    expect(run.importWh - 1.4).toBeCloseTo(wh, 6);
    expect(run.reasons).toEqual(reasons);
  });

  it("holds a reset that nobody saw twice until a minute has gone by", () => {
    const held = runMeter([...start, ...every(59, [0, 0.2], 40)]);
    expect(held.importWh).toBeCloseTo(1.4, 6);
    expect(held.meter.settledUntil).toBe(at(30));
    const confirmed = runMeter([...start, ...every(60, [0, 0.2], 40)]);
    expect(confirmed.importWh).toBeCloseTo(1.6, 6);
    expect(confirmed.meter.settledUntil).toBe(at(100));
  });

  it("loses nothing when a device keeps whole watt-hours over a restart", () => {
    const run = runMeter(every(60, [1000.2, 1000.45, 1000.731, 1000, 1000.3, 1000.6, 1000.9, 1001.2]));
    expect(run.importWh).toBeCloseTo(0.531 + 1.2, 6);
    expect(run.reasons).toEqual(["rounding"]);
    expect(run.deltas.every((delta) => delta.wh >= 0)).toBe(true);
  });

  it("does not count a wiggle of the last digit again and again", () => {
    const values = Array.from({ length: 200 }, (_, i) => 5_000.5 - (Math.floor(i / 5) % 2) * 0.1);
    expect(runMeter(every(10, [5_000, 5_000.2, ...values])).importWh).toBeCloseTo(0.5, 6);
  });

  it("shows what it decided, with both values", () => {
    const { events } = runMeter([...start, ...every(10, [0, 0.1, 0.2], 40)]);
    expect(events).toEqual([
      { direction: "import", reason: "reset", at: at(40), since: at(30), before: N + 1.4, after: 0, wh: 0 },
    ]);
  });
});

/** Values of the tables begin where the morning ended. */
function onward(value: number): number {
  return value > N * 0.9 && value < N * 1.1 ? value + 1.4 : value;
}

describe("a register that ends", () => {
  it.each<[string, number, number | undefined]>([
    ["32 bits of Wh", 2 ** 32, undefined],
    ["32 bits of 0.1 Wh", 2 ** 32 / 10, undefined],
    ["32 bits of W·min", 2 ** 32 / 60, undefined],
    ["24 bits of Wh", 2 ** 24, undefined],
    ["24 bits of 10 Wh", 2 ** 24 * 10, undefined],
    ["800,000 pulses of 1 Wh", 800_000, undefined],
    ["800,000 kWh", 800_000_000, undefined],
    ["9,999.99 kWh", 10_000_000, undefined],
    ["999,999.9 kWh", 1e9, undefined],
    ["99,999.9 kWh", 1e8, undefined],
    ["an end that a person named", 123_456, 123_456],
  ])("goes on at %s", (_, end, rollsOverAt) => {
    const values = [end - 60, end - 40, end - 20, 0, 20, 40].map((wh) => Math.round(wh * 1_000) / 1_000);
    const run = runMeter(every(60, values), rollsOverAt === undefined ? {} : { rollsOverAt });
    expect(run.importWh).toBeCloseTo(100, 2);
    expect(run.reasons).toEqual(["rollover"]);
  });

  it("goes on over a gap", () => {
    const before = every(60, [9_998_000, 9_998_020, 9_998_040]);
    const after = every(60, [1_000, 1_020], 14_400);
    expect(runMeter([...before, ...after]).importWh).toBeCloseTo(40 + 1_960 + 1_020, 6);
  });

  it("does not take a reset far from any end for one", () => {
    const run = runMeter(every(60, [9_500_000, 9_500_020, 9_500_040, 0, 20, 40]));
    expect(run.importWh).toBe(80);
    expect(run.reasons).toEqual(["reset"]);
  });
});

describe("a register that rises too much", () => {
  const onwards = (from: number): number[] => [from, from + 0.4, from + 0.9, from + 1.2];

  it.each<[string, number[], number, string[]]>([
    ["x1000 for one sample", [N * 1_000, N + 2], 2, ["glitch"]],
    ["a random value for one sample", [N * 3.7, N + 2], 2, ["glitch"]],
    ["x1000 for good", onwards(N * 1_000), 1.4 + 1.2, ["rebase"]],
    ["another meter, or an old value put back", onwards(N + 0.2 * MWH), 1.4 + 1.2, ["rebase"]],
    ["+50 kWh at once, after power loss", onwards(N + 50_000), 1.4 + 1.2, ["rebase"]],
  ])("%s", (_, values, wh, reasons) => {
    const run = runMeter([...start, ...every(10, values, 40)]);
    expect(run.importWh).toBeCloseTo(wh, 5);
    expect(run.reasons).toEqual(reasons);
  });

  it("counts and marks a higher total after power loss that the circuit could have carried", () => {
    const run = runMeter([...start, ...every(10, onwards(N + 101.4), 40)]);
    expect(run.importWh).toBeCloseTo(101.4 + 1.2, 5);
    expect(run.reasons).toEqual(["jump"]);
    expect(run.deltas.find((delta) => delta.reason === "jump")).toMatchObject({ estimated: true });
  });

  it("keeps to what a person said the circuit can carry", () => {
    const values = [...start, ...every(10, onwards(N + 101.4), 40)];
    const run = runMeter(values, { ceilingW: 3_600 });
    expect(run.importWh).toBeCloseTo(1.4 + 1.2, 5);
    expect(run.reasons).toEqual(["rebase"]);
  });

  it("counts a heater that comes on after a month of standby", () => {
    const idle = every(
      60,
      Array.from({ length: 500 }, (_, i) => N + i * 0.08),
    );
    const heater = every(
      10,
      Array.from({ length: 60 }, (_, i) => N + 40 + (i + 1) * 30),
      500 * 60,
    );
    const run = runMeter([...idle, ...heater]);
    expect(run.importWh).toBeCloseTo(40 + 60 * 30, 5);
    expect(run.reasons).toEqual([]);
  });

  it("learns a plant that is larger than the default", () => {
    const values = Array.from({ length: 100 }, (_, i) => 5e9 + i * 5_000);
    const run = runMeter(every(10, values));
    expect(run.importWh).toBe(99 * 5_000);
    expect(run.reasons).toEqual([]);
  });

  it("learns from power, so that a bigger step of a big circuit needs no second look", () => {
    const readings = Array.from({ length: 20 }, (_, i): EnergyReading => ({ at: at(i * 10), powerW: 60_000 }));
    const register = every(10, [N, N + 167, N + 334], 200);
    expect(runMeter([...readings, ...register]).meter.settledUntil).toBe(at(220));
  });

  it("does not learn from one wrong power value", () => {
    const readings = [
      ...start,
      { at: at(40), powerW: 5e7 },
      { at: at(50), powerW: 20 },
      ...every(10, [N + 50_000, N + 1.6], 60),
    ];
    expect(runMeter(readings).importWh).toBeCloseTo(1.6, 5);
  });

  it("takes whole kilowatt-hours from a register that shows no more", () => {
    const values = Array.from({ length: 2_000 }, (_, i) => 41_000 + Math.floor(i / 300) * 1_000);
    expect(runMeter(every(10, values)).importWh).toBe(6_000);
  });
});

describe("a register across silence", () => {
  it("books what flowed while the hub was down over the gap", () => {
    const run = runMeter([...start, ...every(10, [N + 5_000, N + 5_000.4], 7_200)]);
    expect(run.importWh).toBeCloseTo(5_000.4, 5);
    expect(run.deltas.find((delta) => delta.reason === "gap")).toMatchObject({
      from: at(30),
      to: at(7_200),
      estimated: true,
    });
    expect(run.reasons).toEqual(["gap"]);
  });

  it("does not settle a gap before a second reading agrees", () => {
    const run = runMeter([...start, { at: at(7_200), importWh: N + 5_000 }]);
    expect(run.meter.settledUntil).toBe(at(30));
    const wrong = runMeter([...start, ...every(10, [N + 5_000, N + 50, N + 50.3], 7_200)]);
    expect(wrong.importWh).toBeCloseTo(50.3, 5);
  });

  it("does not take a wrong value right before a gap for confirmed by what came after it", () => {
    const run = runMeter([...start, { at: at(40), importWh: N + 900 }, ...every(10, [N + 5_000, N + 5_000.4], 7_200)]);
    expect(run.importWh).toBeCloseTo(5_000.4, 5);
    expect(run.reasons).toEqual(["glitch", "gap"]);
  });

  it("does not count a value that had jumped before the gap", () => {
    const run = runMeter([
      ...start,
      { at: at(40), importWh: N + 9_000 },
      ...every(10, [N + 9_000, N + 9_000.4], 7_200),
    ]);
    expect(run.importWh).toBeCloseTo(1.4 + 0.4, 5);
    expect(run.reasons).toEqual(["rebase"]);
  });

  it("takes the same value after unavailable for nothing", () => {
    const run = runMeter([...start, ...every(10, [N + 1.4, N + 1.4, N + 1.9], 7_200)]);
    expect(run.importWh).toBeCloseTo(1.9, 5);
    expect(run.reasons).toEqual([]);
  });

  it("sees through the retained value that a broker hands out first", () => {
    const run = runMeter([...start, ...every(1, [N + 1.4, N + 20_000, N + 20_000.4], 28_800)]);
    expect(run.importWh).toBeCloseTo(20_000.4, 5);
    expect(run.deltas.find((delta) => delta.wh > 1_000)).toMatchObject({ from: at(30), reason: "gap" });
  });

  it("counts hourly readings at once when they are the custom", () => {
    const run = runMeter(
      every(
        3_600,
        [0, 400, 900, 1_300].map((wh) => wh + 5 * MWH),
      ),
    );
    expect(run.importWh).toBe(1_300);
    expect(run.reasons.filter((reason) => reason !== "gap")).toEqual([]);
  });

  it("counts a reset inside a gap from 0", () => {
    const run = runMeter([...start, ...every(10, [700, 700.4, 700.8], 7_200)]);
    expect(run.importWh).toBeCloseTo(1.4 + 700.8, 5);
    expect(run.reasons).toEqual(["reset"]);
  });
});

describe("readings that say nothing", () => {
  it("ignores duplicates and readings not after the last one", () => {
    const twice = [...start, ...start, ...every(10, [N - 1, N + 5], -100)];
    expect(runMeter(twice).importWh).toBeCloseTo(1.4, 6);
    expect(runMeter(twice).reasons).toEqual([]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -5, undefined])("ignores %s", (wrong) => {
    const readings = start.flatMap((reading, i) => {
      const bad = wrong === undefined ? {} : { importWh: wrong, powerW: wrong };
      return [reading, { at: at(i * 10 + 5), ...bad }];
    });
    expect(runMeter(readings).importWh).toBeCloseTo(1.4, 6);
  });

  it("makes no objects when there is nothing to say", () => {
    const meter = new EnergyMeter();
    expect(meter.read({ at: at(0), importWh: 5 })).toBe(meter.read({ at: at(0), importWh: 5 }));
  });

  it("has settled nothing before the first reading", () => {
    expect(new EnergyMeter().settledUntil).toBeUndefined();
  });
});

describe("groups, daily counters and pairs", () => {
  it("counts nothing for members of a group that appear one by one", () => {
    const steps = [0, 5 * MWH, 5 * MWH + 0.7 * MWH, 9 * MWH];
    const values = steps.flatMap((sum, i) => [0, 1, 2, 3, 4].map((j) => sum + (i * 5 + j) * 0.5));
    const run = runMeter(every(10, values));
    expect(run.importWh).toBeLessThan(20 * 0.5);
    expect(run.importWh).toBeGreaterThan(16 * 0.5 - 0.1);
    expect(new Set(run.reasons)).toEqual(new Set(["rebase"]));
  });

  it.each([
    ["at night, with a load", 300, 0],
    ["seconds before midnight", 300, -7],
    ["in another offset", 800, 5.75 * 3_600],
    ["with nothing switched on", 0, 0],
  ])("loses no more than seconds of a daily counter that resets %s", (_, watts, offset) => {
    const readings: EnergyReading[] = [];
    let truth = 0;
    for (let s = 0; s < 3 * 86_400; s += 30) {
      const sinceReset = (((s - offset) % 86_400) + 86_400) % 86_400;
      const base = s < offset ? 2_000 : 0;
      readings.push({ at: at(s), importWh: Math.round(base + (watts * sinceReset) / 3.6) / 1_000 });
      truth = (watts * s) / 3_600;
    }
    const lost = truth - runMeter(readings).importWh;
    expect(lost).toBeGreaterThan(-0.01);
    expect(lost).toBeLessThan(3 * ((watts * 30) / 3_600) + 0.01);
  });

  it("reads import and export side by side", () => {
    const readings = Array.from(
      { length: 10 },
      (_, i): EnergyReading => ({
        at: at(i * 60),
        importWh: i === 4 ? 0 : N + i,
        exportWh: i === 7 ? 9e9 : 500 + 2 * i,
      }),
    );
    const run = runMeter(readings);
    expect(run.importWh).toBeCloseTo(9, 6);
    expect(run.exportWh).toBeCloseTo(18, 6);
    expect(run.events.map((event) => [event.direction, event.reason])).toEqual([
      ["import", "glitch"],
      ["export", "glitch"],
    ]);
  });

  it("settles what every register has settled", () => {
    const meter = new EnergyMeter();
    meter.read({ at: at(0), importWh: N, exportWh: 5 });
    meter.read({ at: at(10), importWh: N + 0.1 });
    expect(meter.settledUntil).toBe(at(0));
    meter.read({ at: at(20), importWh: N + 0.1, exportWh: 5 });
    expect(meter.settledUntil).toBe(at(20));
  });

  it("leaves negative power alone where a register counts", () => {
    const readings = every(10, [N, N + 0.1, N + 0.2]).map((reading) => ({ ...reading, powerW: -500 }));
    const run = runMeter(readings);
    expect([run.importWh, run.exportWh]).toEqual([expect.closeTo(0.2, 6), 0]);
  });
});
