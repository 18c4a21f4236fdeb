import type { Instant } from "../time/instant.js";
import { type HeldReading as Held, isConfirmed, rateAfter, rateOf } from "./held-reading.js";
import type { PowerCeiling } from "./power-ceiling.js";
import { passedEnd } from "./register-ends.js";
import { RegisterGrid } from "./register-grid.js";
import type { StepBuilder } from "./step-builder.js";
import type { CounterEvent, EnergyDirection, EnergyReason } from "./types.js";
import { UpdatePeriod } from "./update-period.js";

/** State of a {@link CounterRegister} as JSON. */
export interface CounterRegisterState {
  readonly at: number;
  readonly wh: number;
  readonly previousWh: number;
  readonly changedAt: number;
  readonly cadence: number;
  readonly updates: readonly [number, number, number];
  readonly credit: number;
  readonly confirmed: boolean;
  readonly grid: readonly [index: number, changes: number];
  readonly held: readonly Held[];
}

/** What a register needs to know of its channel. */
export interface CounterRegisterOptions {
  readonly direction: EnergyDirection;
  readonly ceiling: PowerCeiling;
  /** The course of energy over a longer span is estimated, in ms. */
  readonly gapMs: number;
  /** Value at which the register begins again, in Wh. */
  readonly rollsOverAt?: number | undefined;
}

/** Readings that are kept until some of them agree. */
const MOST_HELD = 16;

/** A silence is a gap when it is longer than so many usual spans between readings. */
const GAP_CADENCES = 3;

/** A register falls by less when its device keeps whole watt-hours over a restart, in Wh. */
const FLOOR_WH = 1;

/** A load that goes on at this share of the rate of a step explains the step. */
const STEADY_SHARE = 1 / 3;

/** A steady load may exceed what was learnt by this factor; beyond it the unit is wrong. */
const MOST_GROWTH = 10;
/** The same while nothing has been learnt: up to 100 MW. */
const MOST_FIRST_GROWTH = 1_000;

/**
 * Turns the values of one register into energy.
 *
 * A value that rises as the circuit can is counted at once. Anything else is held: a drop or an impossible rise until two more readings
 * agree with it (or one that lies a minute later), a possible one that is out of the ordinary, or that ends a gap, until the next reading
 * agrees. A reading that goes on from where the register was proves the held ones wrong.
 */
export class CounterRegister {
  readonly #options: CounterRegisterOptions;
  readonly #ceiling: PowerCeiling;
  readonly #grid: RegisterGrid;
  readonly #updates: UpdatePeriod;
  /** Last reading that counts. */
  #at: number;
  #wh: number;
  /** The one before it. */
  #previousWh: number;
  /** When the register last moved. */
  #changedAt: number;
  /** Usual span between readings, in ms; 0: not known. */
  #cadence: number;
  /** Energy that was counted already and is not counted when the register gets there, in Wh. */
  #credit: number;
  /** A second reading agreed with the first one. */
  #confirmed: boolean;
  #held: Held[];

  constructor(options: CounterRegisterOptions, state?: CounterRegisterState) {
    this.#options = options;
    this.#ceiling = options.ceiling;
    this.#at = state?.at ?? Number.NaN;
    this.#wh = state?.wh ?? 0;
    this.#previousWh = state?.previousWh ?? 0;
    this.#changedAt = state?.changedAt ?? 0;
    this.#cadence = state?.cadence ?? 0;
    this.#credit = state?.credit ?? 0;
    this.#confirmed = state?.confirmed ?? false;
    this.#grid = new RegisterGrid(...(state?.grid ?? []));
    this.#updates = new UpdatePeriod(state?.updates);
    this.#held = [...(state?.held ?? [])];
  }

  /** The last reading that counts; NaN before the first. Energy before it is final. */
  get at(): number {
    return this.#at;
  }

  /** Takes a value in Wh, later than the last one. */
  read(at: number, wh: number, out: StepBuilder): void {
    if (Number.isNaN(this.#at)) this.#restartAt(at, wh);
    else if (this.#held.length === 0 && this.#isOrdinary(at, wh)) this.#count(at, wh, out);
    else this.#weigh(at, wh, out);
  }

  /** Energy after the last reading that is counted elsewhere, in Wh: the register will show it as well. */
  alreadyCounted(wh: number): void {
    this.#credit += wh;
  }

  state(): CounterRegisterState {
    return {
      at: this.#at,
      wh: this.#wh,
      previousWh: this.#previousWh,
      changedAt: this.#changedAt,
      cadence: this.#cadence,
      updates: this.#updates.state(),
      credit: this.#credit,
      confirmed: this.#confirmed,
      grid: this.#grid.state(),
      held: this.#held,
    };
  }

  #isOrdinary(at: number, wh: number): boolean {
    return wh >= this.#wh - noiseOf(wh) && !this.#endsGap(at) && this.#isTypical(at, wh - this.#wh);
  }

  #isGap(at: number): boolean {
    return at - this.#at > this.#options.gapMs;
  }

  #reasonFor(at: number): "gap" | "normal" {
    return this.#isGap(at) ? "gap" : "normal";
  }

  #endsGap(at: number): boolean {
    return this.#isGap(at) && at - this.#at > GAP_CADENCES * this.#cadence;
  }

  /**
   * How long energy may have been waiting for its reading, in ms: many registers are updated less often than they are read, so the span
   * begins up to one update before the last reading.
   */
  #spanTo(at: number): number {
    return at - Math.max(this.#changedAt, this.#at - this.#updates.ms);
  }

  #isTypical(at: number, rise: number): boolean {
    return rise <= this.#ceiling.typicalWithin(this.#spanTo(at)) + 2 * this.#grid.step;
  }

  #isPossible(at: number, rise: number): boolean {
    return rise <= this.#ceiling.mostWithin(this.#spanTo(at)) + 2 * this.#grid.step;
  }

  /** A gateway that repeats an old value hides a gap: the energy has had all the time since the register moved. */
  #wasHidden(at: number, rise: number): boolean {
    return rise <= this.#ceiling.typicalWithin(at - this.#changedAt);
  }

  /** The everyday case: no object is made but the delta. */
  #count(at: number, wh: number, out: StepBuilder): void {
    const rise = wh - this.#wh;
    if (rise > 0) this.#ceiling.seeRise(Math.max(0, rise - this.#grid.step), at - this.#changedAt, at);
    this.#book(at, rise, this.#reasonFor(at), out);
    this.#moveTo(at, wh);
  }

  /** Counts energy between the last reading and this one, less what was counted before. */
  #book(at: number, energy: number, reason: EnergyReason, out: StepBuilder): number {
    const already = Math.min(this.#credit, Math.max(0, energy));
    this.#credit -= already;
    const wh = Math.max(0, energy) - already;
    const span = at - this.#at;
    const tooMuch = energy > this.#ceiling.mostWithin(span) + this.#grid.step;
    const estimated = span > this.#options.gapMs || tooMuch || reason === "jump" || reason === "reset";
    out.delta(this.#options.direction, { from: this.#at, to: at, wh }, reason, estimated);
    return wh;
  }

  #moveTo(at: number, wh: number): void {
    const span = at - this.#at;
    const usual = this.#cadence === 0 ? span : Math.min(span, GAP_CADENCES * this.#cadence);
    this.#cadence += (usual - this.#cadence) / (this.#cadence === 0 ? 1 : 8);
    this.#confirmed = true;
    this.#previousWh = this.#wh;
    this.#at = at;
    if (Math.abs(wh - this.#wh) <= noiseOf(wh)) return;
    this.#wh = wh;
    if (span <= this.#options.gapMs) this.#updates.see(at - this.#changedAt);
    this.#changedAt = at;
    this.#grid.see(wh);
  }

  #restartAt(at: number, wh: number): void {
    this.#at = at;
    this.#wh = wh;
    this.#previousWh = wh;
    this.#changedAt = at;
    this.#confirmed = false;
    this.#grid.see(wh);
  }

  #weigh(at: number, wh: number, out: StepBuilder): void {
    if (this.#isOrdinary(at, wh)) {
      this.#dismiss(this.#held, out);
      this.#held = [];
      this.#count(at, wh, out);
      return;
    }
    this.#held.push({ at, wh, side: this.#sideOf(at, wh) });
    if (this.#held.length > MOST_HELD) this.#held.shift();
    const chain = this.#agreeing();
    if (isConfirmed(chain)) this.#resolve(chain, out);
  }

  #sideOf(at: number, wh: number): Held["side"] {
    if (wh < this.#wh - noiseOf(wh)) return "down";
    const rise = wh - this.#wh;
    return this.#isPossible(at, rise) || this.#wasHidden(at, rise) ? "up" : "over";
  }

  /** The held readings that agree with the last one, in order of time. */
  #agreeing(): Held[] {
    const chain: Held[] = [];
    for (let i = this.#held.length - 1; i >= 0; i--) {
      const held = this.#held[i];
      const next = chain[0];
      if (held && (!next || this.#agree(held, next))) chain.unshift(held);
    }
    return chain;
  }

  #agree(first: Held, next: Held): boolean {
    const rise = next.wh - first.wh;
    if ((first.side === "down") !== (next.side === "down") || rise < -noiseOf(next.wh)) return false;
    // Neither fits what is known of the circuit: that they stay up there is all that can be asked.
    if (first.side === "over" && next.side === "over") return true;
    // The next one may well come from where the register was: it speaks for an impossible one only when it is close to it.
    if (first.side === "over" && rise > first.wh - this.#wh) return false;
    return rise <= this.#ceiling.mostWithin(next.at - first.at) + 2 * this.#grid.step;
  }

  #resolve(chain: readonly Held[], out: StepBuilder): void {
    const [first] = chain;
    if (!first) return;
    this.#dismiss(
      this.#held.filter((held) => !chain.includes(held)),
      out,
    );
    this.#held = [];
    const last = chain.at(-1) ?? first;
    if (first.side === "down") this.#settleDrop(first, last, out);
    else this.#settleRise(first, last, out);
    for (const next of chain.slice(1)) this.read(next.at, next.wh, out);
  }

  get #lastDigit(): number {
    return this.#grid.step * (1 + 1e-3);
  }

  #dismiss(wrong: readonly Held[], out: StepBuilder): void {
    const [first] = wrong;
    if (!first || wrong.every((held) => Math.abs(held.wh - this.#wh) <= this.#lastDigit)) return;
    const fell = first.side === "down" && this.#wh - first.wh < Math.max(FLOOR_WH, this.#grid.step);
    this.#tell(first, fell ? "rounding" : "glitch", 0, out);
  }

  #settleRise(first: Held, last: Held, out: StepBuilder): void {
    const rise = first.wh - this.#wh;
    const steady = this.#goesOn(first, last, rise);
    const typical = steady || this.#isTypical(first.at, rise);
    if (
      first.side === "over"
        ? !(steady && this.#mayGrow(rateAfter(first, last)))
        : !typical && !this.#confirmed && !this.#isGap(first.at)
    ) {
      this.#rebase(first, out);
      return;
    }
    if (steady) this.#ceiling.learn(Math.min(rateOf(rise, this.#spanTo(first.at)), rateAfter(first, last)));
    this.#acceptRise(first, typical, out);
  }

  /** Readings after a step rise about as fast as the step did. */
  #goesOn(first: Held, last: Held, step: number): boolean {
    const shown = rateAfter(first, last) + rateOf(this.#grid.step, last.at - first.at);
    return shown >= rateOf(step, this.#spanTo(first.at)) * STEADY_SHARE;
  }

  #mayGrow(watts: number): boolean {
    if (this.#ceiling.isSaid) return false;
    return watts <= (this.#ceiling.isLearnt ? MOST_GROWTH : MOST_FIRST_GROWTH) * this.#ceiling.mostW;
  }

  #acceptRise(first: Held, typical: boolean, out: StepBuilder): void {
    const reason = typical ? this.#reasonFor(first.at) : "jump";
    const before = this.#wh;
    const since = this.#at;
    const wh = this.#book(first.at, first.wh - before, reason, out);
    if (reason !== "normal" && wh > 0) this.#emit({ reason, at: first.at, before, after: first.wh, wh, since }, out);
    this.#moveTo(first.at, first.wh);
  }

  #settleDrop(first: Held, last: Held, out: StepBuilder): void {
    const drop = this.#wh - first.wh;
    const end = this.#passedEnd(first);
    if (!this.#confirmed) this.#rebase(first, out);
    else if (end !== undefined) this.#restart(first, "rollover", end - this.#wh + first.wh, out);
    else if (drop < Math.max(FLOOR_WH, this.#lastDigit)) this.#round(first, drop, out);
    else if (first.wh >= this.#previousWh - noiseOf(first.wh)) this.#takeBack(first, drop, out);
    else if (this.#isReset(first, last)) this.#restart(first, "reset", first.wh, out);
    else this.#rebase(first, out);
  }

  #passedEnd(first: Held): number | undefined {
    const { rollsOverAt } = this.#options;
    const span = this.#spanTo(first.at);
    const most = rollsOverAt === undefined ? this.#ceiling.seenWithin(span) : this.#ceiling.typicalWithin(span);
    return passedEnd(this.#wh, first.wh, most + 2 * this.#grid.step, rollsOverAt);
  }

  /** What it shows must have flowed since the last reading: typical for the circuit, or a load that goes on. */
  #isReset(first: Held, last: Held): boolean {
    if (this.#isTypical(first.at, first.wh)) return true;
    return this.#isPossible(first.at, first.wh) && this.#goesOn(first, last, first.wh);
  }

  #restart(first: Held, reason: "reset" | "rollover", energy: number, out: StepBuilder): void {
    const before = this.#wh;
    const since = this.#at;
    const wh = this.#book(first.at, energy, reason, out);
    this.#credit = 0;
    this.#emit({ reason, at: first.at, before, after: first.wh, wh, since }, out);
    this.#moveTo(first.at, first.wh);
    this.#previousWh = first.wh;
  }

  /**
   * A device that kept only whole watt-hours over a restart goes on from there; a register that wiggles by its last digit will show it
   * again.
   */
  #round(first: Held, drop: number, out: StepBuilder): void {
    const floor = Math.floor(this.#wh);
    const lostItsFraction = drop > this.#lastDigit && first.wh >= floor;
    this.#tell(first, "rounding", 0, out);
    this.#book(first.at, lostItsFraction ? first.wh - floor : 0, "rounding", out);
    if (!lostItsFraction) this.#credit += drop;
    this.#moveTo(first.at, first.wh);
  }

  /** The last rise turns out to be the wrong one: what was counted for it is left out of the next rises. */
  #takeBack(first: Held, drop: number, out: StepBuilder): void {
    this.#tell(first, "glitch", 0, out);
    this.#book(first.at, 0, "normal", out);
    this.#credit += drop;
    this.#moveTo(first.at, first.wh);
    this.#previousWh = first.wh;
  }

  #rebase(first: Held, out: StepBuilder): void {
    this.#tell(first, "rebase", 0, out);
    this.#credit = 0;
    this.#restartAt(first.at, first.wh);
  }

  #tell(held: Held, reason: CounterEvent["reason"], wh: number, out: StepBuilder): void {
    this.#emit({ reason, at: held.at, before: this.#wh, after: held.wh, wh, since: this.#at }, out);
  }

  #emit(event: Plain<Omit<CounterEvent, "direction">>, out: StepBuilder): void {
    const { at, since, ...rest } = event;
    out.event({
      direction: this.#options.direction,
      ...rest,
      at: at as Instant,
      ...(since === undefined ? {} : { since: since as Instant }),
    });
  }
}

type Plain<T> = Omit<T, "at" | "since"> & { readonly at: number; readonly since?: number };

/** What binary fractions of a value may differ by, in Wh. */
const noiseOf = (wh: number): number => 1e-6 + wh * 1e-12;
