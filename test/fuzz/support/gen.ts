import { SEED } from "./runs.js";

/** A seeded source of choices (mulberry32). Far cheaper than a property library, which matters at a million inputs. */
export class Gen {
  #state: number;

  /** @param name what is fuzzed: each entry point has its own sequence, whatever ran before it */
  constructor(name: string) {
    this.#state = hashOf(`${SEED} ${name}`);
  }

  /** At least 0, below 1. */
  float(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0, below the limit. */
  below(limit: number): number {
    return Math.floor(this.float() * limit);
  }

  /** True in so many of a hundred cases. */
  percent(share: number): boolean {
    return this.float() * 100 < share;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  /** One of several makers, by weight. */
  either<T>(...makers: readonly (readonly [weight: number, make: () => T])[]): T {
    let left = this.float() * makers.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, make] of makers) {
      left -= weight;
      if (left < 0) return make();
    }
    return (makers.at(-1) as readonly [number, () => T])[1]();
  }

  list<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  bytes(most: number): Uint8Array {
    const made = new Uint8Array(this.below(most + 1));
    for (let i = 0; i < made.length; i++) made[i] = this.below(256);
    return made;
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
