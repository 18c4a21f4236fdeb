import type { Instant } from "../time/instant.js";

/** Which way energy went. Import is what a point took, export what it gave. */
export type EnergyDirection = "import" | "export";

/**
 * Why the energy between two readings is what it is.
 *
 * - `normal`: the register rose as its circuit can.
 * - `reset`: the register began again at 0; energy before the last reading is kept, what came after 0 is counted.
 * - `rollover`: the register passed its end and began again.
 * - `glitch`: readings that later ones did not confirm; nothing was counted from them.
 * - `rebase`: the register went on elsewhere for good (another unit, another meter, an old value put back); nothing was counted for the step.
 * - `rounding`: the register fell by less than its own resolution and came back.
 * - `jump`: more than before in one step, yet possible for the circuit; counted, and marked.
 * - `gap`: readings were missing; the total is exact, its course inside is estimated.
 * - `integrated`: no register, so power times time.
 * - `interval`: the device or a file told the energy of a span itself.
 */
export type EnergyReason =
  | "normal"
  | "reset"
  | "rollover"
  | "glitch"
  | "rebase"
  | "rounding"
  | "jump"
  | "gap"
  | "integrated"
  | "interval";

/** Energy that flowed within a span, evenly as far as anybody knows. */
export interface EnergyDelta {
  readonly direction: EnergyDirection;
  readonly from: Instant;
  /** After `from`; equal to it only for an interval that its file says took no time. */
  readonly to: Instant;
  /** Never negative. */
  readonly wh: number;
  readonly reason: EnergyReason;
  /** How it lies within the span, or the amount itself, was worked out and not measured. */
  readonly estimated: boolean;
}

/** A decision out of the ordinary, for people: what the register said, and what was counted. */
export interface CounterEvent {
  readonly direction: EnergyDirection;
  readonly at: Instant;
  readonly reason: Exclude<EnergyReason, "normal" | "integrated" | "interval">;
  /** The register before and after, in Wh. */
  readonly before: number;
  readonly after: number;
  /** What was counted for it, in Wh. */
  readonly wh: number;
  /** Begin of the span that it is about, when it is one: a gap, readings that were held. */
  readonly since?: Instant;
}

/** What one reading of a channel says about energy. NaN or absent: nothing. */
export interface EnergyReading {
  readonly at: Instant;
  /** Registers, in Wh. */
  readonly importWh?: number;
  readonly exportWh?: number;
  /** Import positive, in W. Counts only while the channel has no register and tells no intervals. */
  readonly powerW?: number;
  /** Energy of the span that begins at `at` and lasts `intervalMs`, in Wh. */
  readonly intervalImportWh?: number;
  readonly intervalExportWh?: number;
  readonly intervalMs?: number;
}

/** What is known of a circuit and its meter. */
export interface EnergyLimits {
  /** Most that the circuit can carry, in W: a person said so. Learnt from confirmed readings when left out. */
  readonly ceilingW?: number;
  /** Power is not integrated over longer gaps, in ms. @defaultValue 60,000 */
  readonly powerGapMs?: number;
  /** A register's course over a longer span is estimated, in ms. @defaultValue 900,000 */
  readonly registerGapMs?: number;
  /** Value at which the registers begin again, in Wh. Known ends (32 bits and others) are recognised without it. */
  readonly rollsOverAt?: number;
}

/** What came of a reading. */
export interface EnergyStep {
  readonly deltas: readonly EnergyDelta[];
  readonly events: readonly CounterEvent[];
}

/**
 * Turns the readings of one channel, in order of time, into energy. The same readings give the same energy, whether they come one by one,
 * live, or all at once in a recomputation; `state()` and `EnergyMeter.resume` carry it over a restart without any difference.
 *
 * What a register says out of the ordinary is held, and comes with a later reading: the first one after a gap with the next, a drop or an
 * impossible rise after two more or a minute. Spans that have no delta yet are not settled.
 */
export interface EnergyMeterPort {
  /** A reading at or before the last one is a duplicate here and changes nothing: who has late readings begins at an earlier state. */
  read(reading: EnergyReading): EnergyStep;
  /** Energy of spans that begin before it is final: no later reading changes it. Undefined before the first reading. */
  readonly settledUntil: Instant | undefined;
  /** JSON, with a version. */
  state(): string;
}
