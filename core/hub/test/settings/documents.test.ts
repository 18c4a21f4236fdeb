import type { Instant, Json, KeyValue, PluginId } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createDocuments, type Documents } from "../../src/settings/index.js";
import type { StateDatabase } from "../../src/store/types.js";
import { memoryState } from "../support/memory-state.js";

const START = 1_800_000_000_000 as Instant;
const shelly = "shelly" as PluginId;
const clock = new VirtualClock(START);
let database: StateDatabase;
let documents: Documents;
let kv: KeyValue;

beforeAll(async () => {
  database = await memoryState();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.run("DELETE FROM documents");
  documents = createDocuments({ database, clock });
  kv = documents.forPlugin(shelly);
});

describe("documents", () => {
  it("are stored with versions", async () => {
    expect(await kv.get("a")).toBeUndefined();
    expect(await kv.set("a", { n: 1 })).toEqual({ key: "a", value: { n: 1 }, version: 1, updatedAt: START });
    expect(await kv.set("a", [null, "é\0\ud800", 1.5])).toMatchObject({ version: 2 });
    expect(await kv.get("a")).toEqual({ key: "a", value: [null, "é\0\ud800", 1.5], version: 2, updatedAt: START });
    expect(await kv.delete("a")).toBe(true);
    expect(await kv.delete("a")).toBe(false);
    expect(await kv.get("a")).toBeUndefined();
  });

  it("are listed by prefix, in order, and a prefix is no pattern", async () => {
    for (const key of ["b/2", "b/1", "a", "b%", "b_x", "B/0"]) await kv.set(key, key);
    expect((await kv.list("b/")).map(({ key }) => key)).toEqual(["b/1", "b/2"]);
    expect((await kv.list("b%")).map(({ key }) => key)).toEqual(["b%"]);
    expect((await kv.list("")).map(({ key }) => key)).toEqual(["B/0", "a", "b%", "b/1", "b/2", "b_x"]);
  });

  it("of one owner are out of reach for another, and go with a purge", async () => {
    const other = documents.forPlugin("shelly2" as PluginId);
    await kv.set("a", 1);
    await other.set("a", 2);
    expect(await kv.list("")).toHaveLength(1);
    await documents.purge(shelly);
    expect(await kv.list("")).toEqual([]);
    expect((await other.get("a"))?.value).toBe(2);
  });

  it.each<[string, string, unknown]>([
    ["an empty key", "", 1],
    ["a long key", "k".repeat(513), 1],
    ["a key with NUL", "a\0b", 1],
    ["a key with a lone surrogate", "\ud800", 1],
    ["NaN", "k", Number.NaN],
    ["undefined", "k", undefined],
    ["undefined inside", "k", { a: [undefined] }],
    ["a date", "k", new Date(0)],
    ["a map", "k", new Map()],
    ["a bigint", "k", 1n],
    ["a function", "k", () => 1],
    ["more than 1 MiB", "k", "x".repeat(1_048_576)],
    ["endless depth", "k", Array.from({ length: 200 }).reduce<unknown>((inner) => [inner], 1)],
  ])("refuse %s", async (_name, key, value) => {
    await expect(kv.set(key, value as Json)).rejects.toMatchObject({ code: "E_KV_INVALID" });
  });

  it("have a limit in number and size, which deleting and shrinking give back", async () => {
    const small = createDocuments({ database, clock, limits: { documents: 3, totalBytes: 20 } }).of("x");
    for (const key of ["a", "b", "c"]) await small.set(key, "12");
    await expect(small.set("d", 1)).rejects.toMatchObject({ code: "E_KV_FULL" });
    await expect(small.set("a", "1234567890123")).rejects.toMatchObject({ code: "E_KV_FULL" });
    await small.set("a", "1234567890");
    await small.delete("b");
    await small.set("d", "12");
    expect(
      await createDocuments({ database, clock, limits: { documents: 3 } })
        .of("x")
        .list(""),
    ).toHaveLength(3);
    await expect(
      createDocuments({ database, clock, limits: { documents: 3 } })
        .of("x")
        .set("e", 1),
    ).rejects.toMatchObject({ code: "E_KV_FULL" });
  });
});

describe("compare-and-set", () => {
  it("stores only over the version that the caller saw", async () => {
    expect(await kv.compareAndSet("a", 1, "x")).toBeUndefined();
    expect(await kv.compareAndSet("a", 0, "x")).toMatchObject({ version: 1 });
    expect(await kv.compareAndSet("a", 0, "y")).toBeUndefined();
    expect(await kv.compareAndSet("a", 1, "y")).toMatchObject({ version: 2, value: "y" });
    expect((await kv.get("a"))?.value).toBe("y");
  });

  it("loses no increment, however many try at once", async () => {
    const increment = async (): Promise<void> => {
      for (;;) {
        const now = await kv.get<number>("n");
        if (await kv.compareAndSet("n", now?.version ?? 0, (now?.value ?? 0) + 1)) return;
      }
    };
    await Promise.all(Array.from({ length: 12 }, increment));
    expect(await kv.get("n")).toMatchObject({ value: 12, version: 12 });
  });

  it("is linearisable: whatever runs at once, the outcomes are those of some order", async () => {
    const operation = fc.oneof(
      fc.record({ kind: fc.constant("set" as const), value: fc.integer() }),
      fc.record({ kind: fc.constant("cas" as const), version: fc.nat(4), value: fc.integer() }),
      fc.record({ kind: fc.constant("delete" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 6 }), async (operations) => {
        await kv.delete("k");
        const outcomes = await Promise.all(
          operations.map(async (op) => {
            if (op.kind === "set") return (await kv.set("k", op.value)).version;
            if (op.kind === "delete") return kv.delete("k");
            return (await kv.compareAndSet("k", op.version, op.value))?.version;
          }),
        );
        // The writer takes them in the order of the calls: the model runs them in that order.
        let version = 0;
        let value: number | undefined;
        const expected = operations.map((op) => {
          if (op.kind === "delete") {
            const was = version > 0;
            version = 0;
            value = undefined;
            return was;
          }
          if (op.kind === "cas" && op.version !== version) return undefined;
          value = op.value;
          return ++version;
        });
        expect(outcomes).toEqual(expected);
        expect((await kv.get("k"))?.value).toBe(value);
      }),
      { numRuns: 40 },
    );
  });
});
