import type { StepBuilder } from "./step-builder.js";

/** State of a {@link PowerIntegrator} as JSON. */
export interface PowerIntegratorState {
  readonly at: number;
  readonly watts: number;
}

/**
 * Energy from power, for channels without a register. Each value holds until the next one: that is exact for plugs that report a change
 * when it happens and for means of a span that begins with its stamp, and just as good as a trapezoid for regular samples. Negative power
 * is export.
 */
export class PowerIntegrator {
  readonly #gapMs: number;
  #at: number;
  #watts: number;

  constructor(gapMs: number, state?: PowerIntegratorState) {
    this.#gapMs = gapMs;
    this.#at = state?.at ?? Number.NaN;
    this.#watts = state?.watts ?? 0;
  }

  /** The last power reading, from which the next delta begins; NaN when there is none, or when it is too old at `now`. */
  openSince(now: number): number {
    return now - this.#at <= this.#gapMs ? this.#at : Number.NaN;
  }

  read(at: number, watts: number, out: StepBuilder): void {
    this.close(at, out);
    this.#at = at;
    this.#watts = watts;
  }

  /** Counts the last power up to an instant, and forgets it. Longer gaps count nothing: nobody knows. */
  close(at: number, out: StepBuilder): void {
    const from = this.#at;
    this.#at = Number.NaN;
    const span = at - from;
    if (!(span > 0 && span <= this.#gapMs)) return;
    const wh = (Math.abs(this.#watts) * span) / MS_PER_HOUR;
    out.delta(this.#watts < 0 ? "export" : "import", { from, to: at, wh }, "integrated", true);
  }

  state(): PowerIntegratorState | null {
    return Number.isNaN(this.#at) ? null : { at: this.#at, watts: this.#watts };
  }
}

const MS_PER_HOUR = 3_600_000;
