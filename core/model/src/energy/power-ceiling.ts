/** State of a {@link PowerCeiling} as JSON. */
export interface PowerCeilingState {
  readonly rate: number;
  readonly lastRate: number;
  readonly power: number;
  readonly lastPower: number;
  readonly readings: number;
  readonly since: number | null;
  readonly until: number;
}

/** What a circuit may carry before anything is known of it, in W: more than any house, less than a wrong unit makes of a plug. */
const PHYSICAL_DEFAULT_W = 100_000;

/** Every circuit may become as large as this, in W, however little it has carried so far: three phases of 35 A. */
const LEAST_LEARNT_CEILING_W = 25_000;

/** A load of this size may come on anywhere, in W: a socket of 16 A at 230 V. */
const LEAST_TYPICAL_W = 3_700;

/** The ceiling lies above what was seen by this factor, */
const CEILING_MARGIN = 4;
/** and what is taken without a second look by this one. */
const TYPICAL_MARGIN = 1.5;

/** So many readings, over so long (ms), make what was learnt a ceiling. */
const READINGS_TO_LEARN = 20;
const TIME_TO_LEARN = 3_600_000;

/**
 * Registers are updated and read at instants of their own: so much time may be missing from a span that energy was counted over, in ms.
 */
const SLACK_MS = 10_000;

const MS_PER_HOUR = 3_600_000;

/** How much a circuit carries: what a person said of it, or what two readings in a row agreed on. */
export class PowerCeiling {
  readonly #said: number | undefined;
  #rate = 0;
  #lastRate = 0;
  #power = 0;
  #lastPower = 0;
  #readings = 0;
  #since = Number.NaN;
  #until = 0;
  #most = 0;
  #typical = 0;

  constructor(said: number | undefined, state?: PowerCeilingState) {
    this.#said = said !== undefined && said > 0 ? said : undefined;
    if (state) this.#restore(state);
    this.#settle();
  }

  /** A person said what the circuit can carry. */
  get isSaid(): boolean {
    return this.#said !== undefined;
  }

  /** Enough was seen, for long enough, to know the circuit. */
  get isLearnt(): boolean {
    return this.#readings >= READINGS_TO_LEARN && this.#until - this.#since >= TIME_TO_LEARN;
  }

  /** Most that the circuit can carry, in W. */
  get mostW(): number {
    return this.#most;
  }

  /** Most energy that can have flowed within a span, in Wh. */
  mostWithin(ms: number): number {
    return (this.#most * (ms + SLACK_MS)) / MS_PER_HOUR;
  }

  /** Energy that nobody wonders about within a span, in Wh. */
  typicalWithin(ms: number): number {
    return (this.#typical * (ms + SLACK_MS)) / MS_PER_HOUR;
  }

  /** Energy that the circuit is known to move within a span, in Wh; next to nothing until it has moved some. */
  seenWithin(ms: number): number {
    return (TYPICAL_MARGIN * Math.max(this.#rate, this.#power) * (ms + SLACK_MS)) / MS_PER_HOUR;
  }

  /** Learns from a power reading, in W. One that the next does not confirm teaches nothing. */
  seePower(watts: number, at: number): void {
    const now = Math.abs(watts);
    this.#count(at);
    const sure = Math.min(now, this.#lastPower);
    this.#lastPower = now;
    if (sure <= this.#power) return;
    this.#power = sure;
    this.#settle();
  }

  /** Learns from an ordinary rise of a register: `wh` that surely flowed within `ms` before `at`. */
  seeRise(wh: number, ms: number, at: number): void {
    const rate = (wh * MS_PER_HOUR) / Math.max(ms, 1_000);
    const sure = Math.min(rate, this.#lastRate);
    this.#lastRate = rate;
    this.#count(at);
    if (sure > this.#rate) this.learn(Math.min(sure, this.#typical));
  }

  /** Takes an average power as confirmed, in W. */
  learn(watts: number): void {
    if (watts <= this.#rate) return;
    this.#rate = watts;
    this.#settle();
  }

  state(): PowerCeilingState {
    return {
      rate: this.#rate,
      lastRate: this.#lastRate,
      power: this.#power,
      lastPower: this.#lastPower,
      readings: this.#readings,
      since: Number.isNaN(this.#since) ? null : this.#since,
      until: this.#until,
    };
  }

  #count(at: number): void {
    if (this.isLearnt) return;
    if (Number.isNaN(this.#since)) this.#since = at;
    this.#readings += 1;
    this.#until = at;
    this.#settle();
  }

  #settle(): void {
    const seen = Math.max(this.#rate, this.#power);
    const least = this.isLearnt ? LEAST_LEARNT_CEILING_W : PHYSICAL_DEFAULT_W;
    this.#most = this.#said ?? Math.max(least, CEILING_MARGIN * seen);
    this.#typical = Math.min(this.#most, Math.max(LEAST_TYPICAL_W, TYPICAL_MARGIN * seen));
  }

  #restore(state: PowerCeilingState): void {
    this.#rate = state.rate;
    this.#lastRate = state.lastRate;
    this.#power = state.power;
    this.#lastPower = state.lastPower;
    this.#readings = state.readings;
    this.#since = state.since ?? Number.NaN;
    this.#until = state.until;
  }
}
