import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ENTRY_TIMEOUT, RUNS } from "./runs.js";
import { printTallies, type Tally } from "./tally.js";
import { World } from "./world.js";

/** What is fuzzed, and how. */
export interface FuzzSuite<E extends { readonly name: string }> {
  readonly entries: (world: World) => readonly E[];
  /** Sends the inputs to one entry point and looks at what became of each. */
  readonly fuzz: (world: World, entry: E) => Promise<Tally>;
  /** Inputs for each, where the bulk of them goes another way. */
  readonly runs?: (entry: E) => number;
}

/** Fuzzes entry points one after the other in one hub, which must take a good reading after each of them. */
export function describeFuzz<E extends { readonly name: string }>(
  title: string,
  { entries, fuzz, runs = () => RUNS }: FuzzSuite<E>,
): void {
  describe(title, () => {
    let world: World;
    const tallies: Tally[] = [];

    beforeAll(async () => {
      world = await World.start();
    });
    afterAll(async () => {
      printTallies(tallies);
      await world[Symbol.asyncDispose]();
    });

    it(
      "never stops the hub, and each input is accepted or counted with a reason",
      async () => {
        const all = entries(world);
        expect(all.length).toBeGreaterThan(0);
        for (const entry of all) {
          const tally = await fuzz(world, entry);
          tallies.push(tally);
          expect.soft(tally.faults, entry.name).toEqual([]);
          expect.soft(tally.inputs, entry.name).toBeGreaterThanOrEqual(runs(entry));
        }
        await world.takeGoodReading();
        expect(await world.complaints()).toEqual([]);
        expect(world.heapGrowthMb()).toBeLessThan(MOST_GROWTH_MB);
      },
      ENTRY_TIMEOUT,
    );
  });
}

/** What caches, pools and the test's own notes may take beyond the first inputs, however many come. */
const MOST_GROWTH_MB = 96;
