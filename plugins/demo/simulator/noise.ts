/** A value in [0, 1) that depends on nothing but its arguments: the whole household can be evaluated at any instant, in any order. */
export function hash01(seed: number, lane: number, index: number): number {
  let h = (seed ^ Math.imul(lane, 0x9e3779b1) ^ Math.imul(index | 0, 0x85ebca6b)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

const smooth = (x: number): number => x * x * (3 - 2 * x);

/** Noise in [-1, 1) without jumps: interpolated between hashes `periodMs` apart. */
export function drift(seed: number, lane: number, at: number, periodMs: number): number {
  const position = at / periodMs;
  const index = Math.floor(position);
  const here = hash01(seed, lane, index);
  return 2 * (here + (hash01(seed, lane, index + 1) - here) * smooth(position - index)) - 1;
}

/** Noise in [-1, 1) that is new every second, like the last digits of a meter. */
export const jitter = (seed: number, lane: number, at: number): number =>
  2 * hash01(seed, lane, Math.floor(at / 1000)) - 1;
