/** Limits of an axis and the distance of its ticks. */
export interface AxisRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

const STEPS = [1, 2, 2.5, 5, 10];
const WANTED_TICKS = 4;
/** A live axis keeps its limits while the values fill at least this share of them. */
const KEEP_SHARE = 0.5;
const NOISE_SHARE = 0.03;

/** The next round number above: 1, 2, 2.5 or 5 times a power of ten. */
function roundStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = STEPS.find((each) => each * power >= value * 0.999_999) ?? 10;
  return factor * power;
}

/** Round limits around values, with 3 to 5 ticks between them. `leastSpan` keeps noise from filling the axis. */
export function niceRange(
  min: number,
  max: number,
  { fromZero, leastSpan }: { readonly fromZero: boolean; readonly leastSpan: number },
): AxisRange {
  if (!Number.isFinite(min) || !Number.isFinite(max)) return { min: 0, max: 1, step: 0.5 };
  const low = fromZero ? lowest(min, max) : min;
  const high = fromZero ? Math.max(0, max) : max;
  const missing = Math.max(0, leastSpan - (high - low));
  const bottom = fromZero && low === 0 ? 0 : low - missing / 2;
  const top = fromZero && low === 0 ? high + missing : high + missing / 2;
  const step = roundStep((top - bottom) / WANTED_TICKS);
  return { min: Math.floor(bottom / step + 1e-9) * step, max: Math.ceil(top / step - 1e-9) * step, step };
}

/** 0, unless there is more below it than the noise of a meter. */
const lowest = (min: number, max: number): number => (min < 0 && -min > NOISE_SHARE * max ? min : 0);

/** The former limits while they still suit, so that a live axis does not jump with every reading. */
export function steadyRange(next: AxisRange, former: AxisRange | undefined): AxisRange {
  if (!former) return next;
  const fits = next.min >= former.min && next.max <= former.max;
  const fills = (next.max - next.min) / (former.max - former.min) >= KEEP_SHARE;
  return fits && fills ? former : next;
}

/** Ticks of an axis. */
export function ticksOf({ min, max, step }: AxisRange): number[] {
  const count = Math.round((max - min) / step);
  return Array.from({ length: count + 1 }, (_, index) => Number((min + index * step).toPrecision(12)));
}

/** Decimals that tell two neighbouring ticks apart. */
export const tickDecimals = (step: number): number =>
  Math.max(0, Math.min(4, -Math.floor(Math.log10(step) + 1e-9) + (isHalf(step) ? 1 : 0)));

const isHalf = (step: number): boolean => Math.abs(step / 10 ** Math.floor(Math.log10(step) + 1e-9) - 2.5) < 1e-6;

/** The least span of an axis that does not begin at 0, by unit: half a volt of noise is no drama. */
export const leastSpanOf = (unit: string): number => ({ V: 4, Hz: 0.1, A: 0.5, W: 20, "°C": 2, "%": 5 })[unit] ?? 0.1;
