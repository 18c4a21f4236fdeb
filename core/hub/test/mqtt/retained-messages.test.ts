import { type Instant, seconds } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { CounterTable } from "../../src/counters.js";
import { type RetainedLimits, type RetainedMessage, RetainedMessages } from "../../src/mqtt/retained-messages.js";
import type { OpenedState, Sql, StateDatabase } from "../../src/store/index.js";
import { memoryState } from "./support/memory-state.js";
import { quietLog } from "./support/quiet-log.js";
import { settle } from "./support/settle.js";

let state: OpenedState;
let clock: VirtualClock;
let counters: CounterTable;

/** The real database, counting transactions and failing while a test wants it to. */
function watched(): StateDatabase & { transactions: number; broken: boolean } {
  return {
    transactions: 0,
    broken: false,
    all: (statement, parameters) => state.all(statement, parameters),
    run: (statement, parameters) => state.run(statement, parameters),
    close: () => state.close(),
    transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
      this.transactions += 1;
      return this.broken ? Promise.reject(new Error("disk full")) : state.transaction(work);
    },
  };
}

async function retained(limits?: RetainedLimits, database: StateDatabase = state): Promise<RetainedMessages> {
  const made = new RetainedMessages({ state: database, clock, counters, log: quietLog(), ...(limits && { limits }) });
  await made.load();
  return made;
}

const message = (topic: string, payload = "x", qos: 0 | 1 = 1): RetainedMessage => ({
  ...{ topic, qos, at: clock.now() },
  payload: Buffer.from(payload),
});
const contentOf = (made: RetainedMessages): Record<string, string> =>
  Object.fromEntries([...made.matching("#")].map(({ topic, payload }) => [topic, Buffer.from(payload).toString()]));

beforeEach(async () => {
  state = await memoryState();
  clock = new VirtualClock(1_700_000_000_000 as Instant);
  counters = new CounterTable();
  return () => state.close();
});

describe("RetainedMessages", () => {
  it("holds after a restart what was kept last, whatever came before", async () => {
    const change = fc.record({
      topic: fc.constantFrom("a", "a/b", "c"),
      payload: fc.constantFrom("", "1", "2", "\u0000ÿ"),
      wait: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 20 }), async (changes) => {
        await state.run("DELETE FROM retained_messages");
        const made = await retained();
        const model = new Map<string, string>();
        const kept: Promise<void>[] = [];
        for (const { topic, payload, wait } of changes) {
          if (wait) kept.push(made.keep(message(topic, payload)));
          else made.keepSoon(message(topic, payload));
          if (payload === "") model.delete(topic);
          else model.set(topic, payload);
        }
        await Promise.all(kept);
        await made.flush();
        expect(contentOf(made)).toEqual(Object.fromEntries(model));
        expect(contentOf(await retained())).toEqual(Object.fromEntries(model));
        const bytes = [...model].reduce((sum, [topic, payload]) => sum + topic.length + Buffer.byteLength(payload), 0);
        expect(made.size).toEqual({ messages: model.size, bytes });
      }),
      { numRuns: 40 },
    );
  });

  it("settles after the durable write, and shares one write between many", async () => {
    const database = watched();
    const made = await retained(undefined, database);
    await Promise.all(Array.from({ length: 100 }, (_, i) => made.keep(message(`t/${i}`))));
    expect(database.transactions).toBeLessThanOrEqual(2);
    expect(await state.all("SELECT topic FROM retained_messages")).toHaveLength(100);
    await made.keep(message("t/1"));
    expect(database.transactions).toBeLessThanOrEqual(2);
  });

  it("writes what nobody waits for within a second", async () => {
    const database = watched();
    const made = await retained(undefined, database);
    for (const n of [1, 2, 3]) made.keepSoon(message("a", String(n), 0));
    await settle();
    expect(database.transactions).toBe(0);
    expect(clock.fireNext((clock.now() + 1_000) as Instant)).toBe(true);
    await made.flush();
    expect(database.transactions).toBe(1);
    expect(contentOf(await retained())).toEqual({ a: "3" });
  });

  it("rejects, retryably, what could not be written, and writes it later", async () => {
    const database = watched();
    const made = await retained(undefined, database);
    database.broken = true;
    await expect(made.keep(message("a", "1"))).rejects.toMatchObject({ code: "E_STORE_FAILED", retryable: true });
    database.broken = false;
    expect(clock.fireNext((clock.now() + seconds(10)) as Instant)).toBe(true);
    await made.flush();
    expect(contentOf(await retained())).toEqual({ a: "1" });
  });

  it("has bounds, of which publishers without a credential of their own get half", async () => {
    const made = await retained({ messages: 4, bytes: 100 });
    const full = (topic: string, payload = "x", shared = false): boolean =>
      !made.hasRoom(message(topic, payload), shared);
    for (const topic of ["a", "b"]) await made.keep(message(topic));
    expect([full("c", "x", true), full("c"), full("a", "x", true)]).toEqual([true, false, false]);
    for (const topic of ["c", "d"]) await made.keep(message(topic));
    expect([full("e"), full("a", "y".repeat(92)), full("a", "y".repeat(95)), full("e", "")]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(counters.get("mqtt", "retained-refused", "full")).toBe(3);
  });
});
