import type { Instant } from "../time/instant.js";
import { IntervalReader } from "./interval-reader.js";
import { PowerCeiling, type PowerCeilingState } from "./power-ceiling.js";
import { PowerIntegrator, type PowerIntegratorState } from "./power-integrator.js";
import { CounterRegister, type CounterRegisterState } from "./register.js";
import { EMPTY_STEP, StepBuilder } from "./step-builder.js";
import type { EnergyDirection, EnergyLimits, EnergyMeterPort, EnergyReading, EnergyStep } from "./types.js";

/** Version of the format of {@link EnergyMeter.state}. */
const STATE_VERSION = 1;

const POWER_GAP_MS = 60_000;
const REGISTER_GAP_MS = 900_000;

interface MeterState {
  readonly version: typeof STATE_VERSION;
  readonly at: number | null;
  readonly ceiling: PowerCeilingState;
  readonly importRegister: CounterRegisterState | null;
  readonly exportRegister: CounterRegisterState | null;
  readonly power: PowerIntegratorState | null;
  readonly importEnd: number | null;
  readonly exportEnd: number | null;
}

/**
 * Turns the readings of one channel, in order of time, into energy: registers by confirm-then-commit, spans as they are told, power by
 * integration when there is nothing better.
 *
 * @example
 * const meter = new EnergyMeter();
 * meter.read({ at: instantFromIso("2026-01-01T00:00:00Z"), importWh: 1_000 });
 * meter.read({ at: instantFromIso("2026-01-01T00:01:00Z"), importWh: 1_020 }).deltas; // 20 Wh within that minute
 */
export class EnergyMeter implements EnergyMeterPort {
  readonly #limits: EnergyLimits;
  readonly #ceiling: PowerCeiling;
  readonly #power: PowerIntegrator;
  readonly #out = new StepBuilder();
  readonly #importIntervals: IntervalReader;
  readonly #exportIntervals: IntervalReader;
  #importRegister: CounterRegister | undefined;
  #exportRegister: CounterRegister | undefined;
  #at: number;

  constructor(limits: EnergyLimits = {}, state?: MeterState) {
    this.#limits = limits;
    this.#ceiling = new PowerCeiling(limits.ceilingW, state?.ceiling);
    this.#power = new PowerIntegrator(limits.powerGapMs ?? POWER_GAP_MS, state?.power ?? undefined);
    this.#importIntervals = new IntervalReader("import", state?.importEnd ?? undefined);
    this.#exportIntervals = new IntervalReader("export", state?.exportEnd ?? undefined);
    if (state?.importRegister) this.#importRegister = this.#makeRegister("import", state.importRegister);
    if (state?.exportRegister) this.#exportRegister = this.#makeRegister("export", state.exportRegister);
    this.#at = state?.at ?? Number.NaN;
  }

  /**
   * The meter that {@link EnergyMeter.state} was taken of. A text of another version, or that is none, gives undefined: begin anew with
   * earlier readings.
   */
  static resume(state: string, limits: EnergyLimits = {}): EnergyMeter | undefined {
    const parsed = parseState(state);
    return parsed ? new EnergyMeter(limits, parsed) : undefined;
  }

  read(reading: EnergyReading): EnergyStep {
    const { at } = reading;
    if (at <= this.#at || !Number.isFinite(at)) return EMPTY_STEP;
    this.#at = at;
    this.#readPower(at, reading.powerW);
    this.#readIntervals(reading);
    this.#readRegisters(reading);
    return this.#out.finish();
  }

  get settledUntil(): Instant | undefined {
    if (Number.isNaN(this.#at)) return undefined;
    let settled = this.#at;
    if (this.#importRegister) settled = Math.min(settled, this.#importRegister.at);
    if (this.#exportRegister) settled = Math.min(settled, this.#exportRegister.at);
    const open = this.#power.openSince(this.#at);
    return (Number.isNaN(open) ? settled : Math.min(open, settled)) as Instant;
  }

  state(): string {
    const state: MeterState = {
      version: STATE_VERSION,
      at: Number.isNaN(this.#at) ? null : this.#at,
      ceiling: this.#ceiling.state(),
      importRegister: this.#importRegister?.state() ?? null,
      exportRegister: this.#exportRegister?.state() ?? null,
      power: this.#power.state(),
      importEnd: finiteOrNull(this.#importIntervals.end),
      exportEnd: finiteOrNull(this.#exportIntervals.end),
    };
    return JSON.stringify(state);
  }

  /** Power counts until something better is known, and teaches what the circuit carries in any case. */
  #readPower(at: number, watts: number | undefined): void {
    if (watts === undefined || !Number.isFinite(watts)) return;
    this.#ceiling.seePower(watts, at);
    // One value beyond what the circuit carries is wrong: the one before it goes on holding.
    if (Math.abs(watts) > this.#ceiling.mostW) return;
    if (!this.#knowsBetter()) this.#power.read(at, watts, this.#out);
  }

  #knowsBetter(): boolean {
    return (
      this.#importRegister !== undefined ||
      this.#exportRegister !== undefined ||
      this.#importIntervals.end > Number.NEGATIVE_INFINITY ||
      this.#exportIntervals.end > Number.NEGATIVE_INFINITY
    );
  }

  #readIntervals({ at, intervalMs: ms, intervalImportWh, intervalExportWh }: EnergyReading): void {
    if (ms === undefined || !(ms >= 0)) return;
    if (isAmount(intervalImportWh)) {
      this.#power.close(at, this.#out);
      this.#importIntervals.read({ at, ms, wh: intervalImportWh }, this.#importRegister, this.#out);
    }
    if (isAmount(intervalExportWh)) {
      this.#power.close(at, this.#out);
      this.#exportIntervals.read({ at, ms, wh: intervalExportWh }, this.#exportRegister, this.#out);
    }
  }

  #readRegisters({ at, importWh, exportWh }: EnergyReading): void {
    if (isAmount(importWh)) {
      this.#importRegister ??= this.#makeRegister("import");
      this.#importRegister.read(at, importWh, this.#out);
    }
    if (isAmount(exportWh)) {
      this.#exportRegister ??= this.#makeRegister("export");
      this.#exportRegister.read(at, exportWh, this.#out);
    }
    if (isAmount(importWh) || isAmount(exportWh)) this.#power.close(at, this.#out);
  }

  #makeRegister(direction: EnergyDirection, state?: CounterRegisterState): CounterRegister {
    const { registerGapMs = REGISTER_GAP_MS, rollsOverAt } = this.#limits;
    return new CounterRegister({ direction, ceiling: this.#ceiling, gapMs: registerGapMs, rollsOverAt }, state);
  }
}

const isAmount = (wh: number | undefined): wh is number => wh !== undefined && wh >= 0 && wh < Number.POSITIVE_INFINITY;

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

function parseState(text: string): MeterState | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const isKnown =
      typeof parsed === "object" && parsed !== null && "version" in parsed && parsed.version === STATE_VERSION;
    return isKnown ? (parsed as MeterState) : undefined;
  } catch {
    return undefined;
  }
}
