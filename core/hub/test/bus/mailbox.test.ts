import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Mailbox, type MailboxOptions, type Overflow } from "../../src/bus/mailbox.js";
import { settle } from "../plugins/support/manual-clock.js";

interface Item {
  readonly key: string;
  readonly n: number;
}

function collect(options: Partial<MailboxOptions<Item>> & { readonly overflow: Overflow }) {
  const seen: Item[] = [];
  const state = { dropped: 0, overflowed: false };
  const box = new Mailbox<Item>({
    capacity: 1024,
    keyOf: ({ key }) => key,
    deliver: (item) => void seen.push(item),
    onDropped: (count) => {
      state.dropped += count;
    },
    onOverflow: () => {
      state.overflowed = true;
    },
    ...options,
  });
  return { box, seen, state };
}

const items = fc
  .array(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 60 })
  .map((keys) => keys.map((key, n) => ({ key, n })));
const capacities = fc.integer({ min: 1, max: 12 });
const policies = fc.constantFrom<Overflow>("drop-oldest", "latest-per-key", "fail-plugin");

describe("Mailbox", () => {
  it("delivers nothing before the publisher's turn is over", async () => {
    const { box, seen } = collect({ overflow: "drop-oldest" });
    box.push({ key: "a", n: 1 });
    expect(seen).toEqual([]);
    await Promise.resolve();
    expect(seen).toEqual([{ key: "a", n: 1 }]);
  });

  it("waits for one handler before it calls the next", async () => {
    const log: string[] = [];
    const { box } = collect({
      overflow: "drop-oldest",
      deliver: async ({ n }) => {
        log.push(`begin ${n}`);
        await settle(1);
        log.push(`end ${n}`);
      },
    });
    box.push({ key: "a", n: 1 });
    box.push({ key: "a", n: 2 });
    await settle();
    expect(log).toEqual(["begin 1", "end 1", "begin 2", "end 2"]);
  });

  it("loses nothing below its capacity, whatever the policy, and keeps the order", async () => {
    await fc.assert(
      fc.asyncProperty(items, policies, async (all, overflow) => {
        const { box, seen, state } = collect({ overflow, capacity: Math.max(1, all.length) });
        for (const item of all) box.push(item);
        await Promise.resolve();
        expect(seen).toEqual(all);
        expect(state).toEqual({ dropped: 0, overflowed: false });
      }),
    );
  });

  it("drops exactly the oldest above its capacity", async () => {
    await fc.assert(
      fc.asyncProperty(items, capacities, async (all, capacity) => {
        const { box, seen, state } = collect({ overflow: "drop-oldest", capacity });
        for (const item of all) box.push(item);
        await Promise.resolve();
        expect(seen).toEqual(all.slice(-capacity));
        expect(state.dropped).toBe(Math.max(0, all.length - capacity));
      }),
    );
  });

  it("under latest-per-key keeps the order and the newest of each key that fits, and counts every item that is gone", async () => {
    await fc.assert(
      fc.asyncProperty(items, capacities, async (all, capacity) => {
        const { box, seen, state } = collect({ overflow: "latest-per-key", capacity });
        for (const item of all) box.push(item);
        await Promise.resolve();
        expect(seen.map(({ n }) => n)).toEqual(seen.map(({ n }) => n).sort((a, b) => a - b));
        expect(seen.length).toBeLessThanOrEqual(capacity);
        expect(seen.length + state.dropped).toBe(all.length);
        const newest = new Map(all.map((item) => [item.key, item]));
        if (newest.size <= capacity) expect(seen).toEqual(expect.arrayContaining([...newest.values()]));
      }),
    );
  });

  it("under fail-plugin overflows once and delivers nothing more", async () => {
    await fc.assert(
      fc.asyncProperty(items, capacities, async (all, capacity) => {
        const { box, seen, state } = collect({ overflow: "fail-plugin", capacity });
        for (const item of all) box.push(item);
        await Promise.resolve();
        expect(state.overflowed).toBe(all.length > capacity);
        expect(seen).toEqual(all.length > capacity ? [] : all);
      }),
    );
  });

  it("keeps the order when pushes, deliveries and slow handlers interleave", async () => {
    const steps = fc.array(fc.constantFrom("push", "turn"), { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (script, slow) => {
        const seen: number[] = [];
        const deliver = ({ n }: Item): void | Promise<void> => {
          seen.push(n);
          return slow ? Promise.resolve() : undefined;
        };
        const { box } = collect({ overflow: "drop-oldest", deliver });
        let n = 0;
        for (const step of script) {
          if (step === "push") box.push({ key: "a", n: n++ });
          else await Promise.resolve();
        }
        await settle(2);
        expect(seen).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });

  it("gives back the space of what it delivered", async () => {
    const { box, seen } = collect({ overflow: "drop-oldest", capacity: 5_000 });
    for (let n = 0; n < 5_000; n++) box.push({ key: "a", n });
    await Promise.resolve();
    expect(seen).toHaveLength(5_000);
    expect(box.size).toBe(0);
  });

  it("delivers nothing after it was closed", async () => {
    const { box, seen } = collect({ overflow: "drop-oldest" });
    box.push({ key: "a", n: 1 });
    box.close();
    box.push({ key: "a", n: 2 });
    await settle(1);
    expect(seen).toEqual([]);
  });
});
