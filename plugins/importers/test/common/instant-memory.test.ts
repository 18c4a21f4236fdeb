import fc from "fast-check";
import { expect, it } from "vitest";
import { InstantMemory, type Seen } from "../../src/common/instant-memory.js";

it("knows every instant in any order, as a map would", () => {
  const entry = fc.tuple(fc.integer({ min: -2e8, max: 2e8 }), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 300 }), (entries) => {
      const memory = new InstantMemory();
      const known = new Map<number, number>();
      return entries.every(([at, value]) => {
        const before = known.get(at);
        const repeated: Seen = before === value ? "repeat" : "conflict";
        const expected = before === undefined ? "new" : repeated;
        if (before === undefined) known.set(at, value);
        return memory.note(at, [value]) === expected;
      });
    }),
    { numRuns: 500 },
  );
});

it("packs a million instants and still knows them all", () => {
  const memory = new InstantMemory();
  const at = (index: number): number => 1.7e12 + ((index * 7_919) % 1_000_003) * 1_000;
  for (let index = 0; index < 300_000; index += 1) memory.note(at(index), [index, 2]);
  for (let index = 0; index < 300_000; index += 997) {
    expect(memory.note(at(index), [index, 2])).toBe("repeat");
    expect(memory.note(at(index), [index, 3])).toBe("conflict");
  }
  expect(memory.note(1.7e12 + 500, [1])).toBe("new");
});
