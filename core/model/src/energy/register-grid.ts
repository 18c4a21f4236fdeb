/** Candidates for what a register counts by, in Wh, coarse to fine. */
const STEPS = [1_000, 100, 10, 1, 0.1, 0.01, 0.001];

/** What a value may be off by: the precision of a 32-bit float, and never more than this share of a step. */
const FLOAT32_PRECISION = 2 ** -24;
const MOST_NOISE = 0.01;

/** Finds the step that a register counts by: the coarsest that all of its values are multiples of. */
export class RegisterGrid {
  #index: number;
  #changes: number;

  constructor(index = 0, changes = 0) {
    this.#index = index;
    this.#changes = changes;
  }

  /** The step in Wh; 0 until the register has moved often enough to tell, or when it counts finer than 1 mWh. */
  get step(): number {
    return this.#changes >= CHANGES_TO_TELL ? (STEPS[this.#index] ?? 0) : 0;
  }

  /** Takes a value that the register moved to. */
  see(wh: number): void {
    if (this.#changes < CHANGES_TO_TELL) this.#changes += 1;
    for (let step = STEPS[this.#index]; step !== undefined; step = STEPS[++this.#index]) {
      const steps = wh / step;
      if (Math.abs(steps - Math.round(steps)) <= Math.min(MOST_NOISE, 1e-7 + steps * FLOAT32_PRECISION)) return;
    }
  }

  state(): readonly [index: number, changes: number] {
    return [this.#index, this.#changes];
  }
}

const CHANGES_TO_TELL = 2;
