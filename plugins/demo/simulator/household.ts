import { type Instant, localTime } from "@vatio/model";
import { APPLIANCES, type Appliance } from "./appliances.js";
import * as loads from "./loads.js";

/** What a meter of one phase shows. */
export interface PhaseReading {
  /** Active power in W; export is negative. */
  readonly watts: number;
  readonly volts: number;
  readonly amps: number;
  readonly powerFactor: number;
}

/** What a meter shows at an instant. */
export interface ApplianceReading extends PhaseReading {
  readonly hertz: number;
  readonly on: boolean;
  /** Registers in Wh. */
  readonly importWh: number;
  readonly exportWh: number;
  /** One for a single-phase appliance, three for a three-phase one. */
  readonly phases: readonly PhaseReading[];
}

interface Meter {
  on: boolean;
  importWh: number;
  exportWh: number;
}

/** How a household is made. */
export interface HouseholdOptions {
  readonly seed: number;
  /** IANA zone whose wall clock the people live by. */
  readonly zone: string;
  readonly start: Instant;
}

/** What the registers of an appliance show when a household begins, in Wh: enough for the years before. */
export const registersAtStart = (key: string, index: number): { importWh: number; exportWh: number } => ({
  importWh: 1_000 * (14_037 + 2_110 * index),
  exportWh: key === "grid" ? 4_120_000 : 0,
});

/** Power counts as constant over cells of this length, so that the steps in which time passes change nothing. */
const STEP_MS = 10_000;

/** ISO weekday of a calendar day. */
export const weekdayOf = (year: number, month: number, day: number): number =>
  ((new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7) + 1;

/** A simulated home and workshop. Deterministic: the same seed, start and switch actions give the same readings. */
export class Household {
  readonly #seed: number;
  readonly #zone: string;
  readonly #meters: ReadonlyMap<string, Meter>;
  #at: number;

  constructor(options: HouseholdOptions) {
    this.#seed = options.seed;
    this.#zone = options.zone;
    this.#at = options.start;
    this.#meters = new Map(APPLIANCES.map(({ key }, index) => [key, { on: true, ...registersAtStart(key, index) }]));
  }

  /** Time until which the registers have counted. */
  get at(): Instant {
    return this.#at as Instant;
  }

  /** Lets time pass and the registers count. */
  advanceTo(at: Instant): void {
    while (this.#at < at) {
      const cell = Math.floor(this.#at / STEP_MS) * STEP_MS;
      const step = Math.min(cell + STEP_MS, at) - this.#at;
      const middle = (cell + STEP_MS / 2) as Instant;
      for (const appliance of APPLIANCES) this.#count(appliance, this.#watts(appliance, middle) * (step / 3_600_000));
      this.#at += step;
    }
  }

  /** Turns an appliance on or off. @returns whether it was on. */
  turn(key: string, on: boolean): boolean {
    const meter = this.#meter(key);
    const before = meter.on;
    meter.on = on;
    return before;
  }

  /** Sets the import register back, as a plug does that lost power. */
  resetRegister(key: string): void {
    this.#meter(key).importWh = 0;
  }

  /** What the appliance's meter shows now. */
  read(appliance: Appliance): ApplianceReading {
    const at = this.at;
    const watts = this.#watts(appliance, at);
    const phases =
      appliance.device === "pro3em"
        ? this.#threePhases(appliance, watts)
        : [this.#phase(appliance, appliance.phase, watts)];
    const [first] = phases;
    const meter = this.#meter(appliance.key);
    return {
      watts,
      volts: first?.volts ?? 0,
      amps: phases.reduce((sum, phase) => sum + phase.amps, 0),
      powerFactor: first?.powerFactor ?? 1,
      hertz: loads.frequency(this.#seed, at),
      on: meter.on,
      importWh: meter.importWh,
      exportWh: meter.exportWh,
      phases,
    };
  }

  #meter(key: string): Meter {
    return this.#meters.get(key) ?? { on: true, importWh: 0, exportWh: 0 };
  }

  #count(appliance: Appliance, wattHours: number): void {
    const meter = this.#meter(appliance.key);
    if (wattHours >= 0) meter.importWh += wattHours;
    else meter.exportWh -= wattHours;
  }

  #moment(at: Instant): loads.Moment {
    const local = localTime(at, this.#zone);
    const hour = local.hour + local.minute / 60 + local.second / 3600;
    return { at, hour, weekday: weekdayOf(local.year, local.month, local.day) };
  }

  #watts(appliance: Appliance, at: Instant): number {
    if (!this.#meter(appliance.key).on) return 0;
    return appliance.load ? appliance.load(this.#seed, this.#moment(at)) : this.#gridWatts(at);
  }

  #gridWatts(at: Instant): number {
    let sum = loads.unmeasured(this.#seed, this.#moment(at));
    for (const appliance of APPLIANCES) {
      if (appliance.load) sum += (appliance.role === "generation" ? -1 : 1) * this.#watts(appliance, at);
    }
    return sum;
  }

  #threePhases(appliance: Appliance, watts: number): PhaseReading[] {
    const at = this.at;
    const share = [0, 1, 2].map((lane) => 1 / 3 + 0.02 * Math.sin(at / 90_000 + (2 * Math.PI * lane) / 3));
    return [0, 1, 2].map((phase) => this.#phase(appliance, phase, watts * (share[phase] ?? 0)));
  }

  #phase(appliance: Appliance, phase: number, watts: number): PhaseReading {
    const volts = loads.voltage(this.#seed, this.at, phase, Math.abs(watts));
    const { powerFactor } = appliance;
    return { watts, volts, amps: Math.abs(watts) / volts / powerFactor, powerFactor };
  }
}
