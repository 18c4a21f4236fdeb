import type { Random } from "@vatio/hub";

/** Randomness that a seed decides (mulberry32): the same test sees the same ids, codes and back-offs. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { float: next, bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(next() * 256)) };
}
