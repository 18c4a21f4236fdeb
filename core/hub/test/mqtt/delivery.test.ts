import { type Instant, type MqttMessage, type PluginId, seconds, VatioError } from "@vatio/plugin-api";
import { VirtualClock } from "../../../testkit/src/virtual-clock.js";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { CounterTable } from "../../src/counters.js";
import { type Deferred, deferred } from "../../src/deferred.js";
import { HealthTree } from "../../src/health.js";
import { PluginDelivery } from "../../src/mqtt/delivery.js";
import { FilterMemory } from "../../src/mqtt/filter-memory.js";
import type { OpenedState } from "../../src/store/index.js";
import { memoryState } from "../support/memory-state.js";
import { MemoryInbox } from "./support/memory-inbox.js";
import { quietLog } from "./support/quiet-log.js";
import { settle } from "./support/settle.js";

const SHELLY = "shelly" as PluginId;
const METER = "esp32-meter" as PluginId;
const RETRYABLE = new VatioError("E_STORE_BLOCKED", "The disk is full.", { retryable: true });
const FINAL = new VatioError("E_PAYLOAD_INVALID", "Not a number.");

let clock: VirtualClock;
let counters: CounterTable;
let health: HealthTree;
let inbox: MemoryInbox;
let state: OpenedState;
let wanted: readonly string[];
let retained: MqttMessage[];
let memory: FilterMemory;

function newDelivery(): PluginDelivery {
  const log = quietLog();
  memory = new FilterMemory(state, clock, log);
  return new PluginDelivery({
    ...{ clock, counters, health, inbox, log, memory },
    transport: () => ({ setFilters: (filters) => (wanted = filters), retained: () => retained }),
  });
}

async function advance(ms: number): Promise<void> {
  const until = (clock.now() + ms) as Instant;
  await settle(3);
  while (clock.fireNext(until)) await settle(3);
  clock.jumpTo(until);
  await settle(3);
}

let sequence = 0;
const message = (topic: string, payload = String(sequence++), qos: 0 | 1 = 1): MqttMessage => ({
  ...{ topic, qos, retained: false, at: clock.now() },
  payload: Buffer.from(payload),
});
const textOf = ({ payload }: { payload: Uint8Array }): string => Buffer.from(payload).toString("utf8");

function throwing(error: Error): () => Promise<void> {
  return () => {
    throw error;
  };
}

/** The outcome of a promise as far as it is known. */
function watch(promise: Promise<void>): { outcome: string } {
  const seen = { outcome: "open" };
  promise.then(
    () => (seen.outcome = "acknowledged"),
    (error: unknown) => (seen.outcome = VatioError.from(error).code),
  );
  return seen;
}

beforeEach(async () => {
  clock = new VirtualClock(1_700_000_000_000 as Instant);
  counters = new CounterTable();
  health = new HealthTree();
  inbox = new MemoryInbox();
  state = await memoryState();
  wanted = [];
  retained = [];
  return async () => {
    await settle(2);
    await memory.flush();
    await state.close();
  };
});

describe("acknowledgement", () => {
  it("waits for every handler that matches, and for no observer", async () => {
    const delivery = newDelivery();
    const [one, other] = [deferred(), deferred()];
    delivery.subscribe(SHELLY, "+/online", () => one.promise);
    delivery.subscribe(METER, "plug/#", () => other.promise);
    delivery.subscribe(METER, "#", () => new Promise<void>(() => undefined), { observe: true });
    for (const plugin of [SHELLY, METER]) delivery.setPlugin(plugin, "running");
    const seen = watch(delivery.sink(message("plug/online")));
    await settle(3);
    one.resolve();
    await settle(3);
    expect(seen.outcome).toBe("open");
    other.resolve();
    await settle(3);
    expect(seen.outcome).toBe("acknowledged");
  });

  it.each([
    ["fulfilled", () => Promise.resolve(), "acknowledged"],
    ["synchronous", () => undefined, "acknowledged"],
    ["refused for good", () => Promise.reject(FINAL), "acknowledged"],
    ["thrown for good", throwing(FINAL), "acknowledged"],
    ["a mistake in the plugin", throwing(new TypeError("x is undefined")), "acknowledged"],
    ["nothing stored", () => Promise.reject(RETRYABLE), "E_STORE_BLOCKED"],
    ["nothing stored, thrown", throwing(RETRYABLE), "E_STORE_BLOCKED"],
  ] as [string, () => Promise<void> | undefined, string][])("%s: %s", async (_what, handler, outcome) => {
    const delivery = newDelivery();
    delivery.subscribe(SHELLY, "a", handler);
    delivery.setPlugin(SHELLY, "running");
    const seen = watch(delivery.sink(message("a")));
    await settle(3);
    expect(seen.outcome).toBe(outcome);
    expect(delivery.busy).toBe(0);
  });

  it("counts what a plugin refuses, with the reason", async () => {
    const delivery = newDelivery();
    delivery.subscribe(SHELLY, "a", () => Promise.reject(FINAL));
    delivery.setPlugin(SHELLY, "running");
    await delivery.sink(message("a"));
    expect(counters.get("plugin:shelly", "mqtt-rejected", "E_PAYLOAD_INVALID")).toBe(1);
    await delivery.sink(message("nobody/wants/it"));
    expect(counters.get("mqtt", "unmatched")).toBe(1);
  });

  it("gives up a handler that never ends, says so, and recovers", async () => {
    const delivery = newDelivery();
    let hang = true;
    delivery.subscribe(SHELLY, "a", (): Promise<void> | void => (hang ? new Promise(() => undefined) : undefined));
    delivery.setPlugin(SHELLY, "running");
    const first = watch(delivery.sink(message("a")));
    await advance(seconds(20));
    const second = watch(delivery.sink(message("a")));
    expect(delivery.inHand(SHELLY)).toHaveLength(2);
    await advance(seconds(11));
    expect([first.outcome, second.outcome]).toEqual(["E_HANDLER_TIMEOUT", "open"]);
    expect(health.status()).toBe("degraded");
    await advance(seconds(20));
    expect(second.outcome).toBe("E_HANDLER_TIMEOUT");
    hang = false;
    await delivery.sink(message("a"));
    expect(health.status()).toBe("ok");
    expect(clock.pending).toBe(0);
  });

  it("starts handlers in the order of arrival without waiting for earlier ones", async () => {
    const delivery = newDelivery();
    const started: string[] = [];
    const gates: Deferred<void>[] = [];
    delivery.subscribe(SHELLY, "a", (taken) => {
      started.push(textOf(taken));
      const gate = deferred();
      gates.push(gate);
      return gate.promise;
    });
    delivery.setPlugin(SHELLY, "running");
    const seen = ["1", "2", "3"].map((payload) => watch(delivery.sink(message("a", payload))));
    expect(started).toEqual(["1", "2", "3"]);
    gates[2]?.resolve();
    await settle(3);
    expect(seen.map(({ outcome }) => outcome)).toEqual(["open", "open", "acknowledged"]);
  });
});

describe("a plugin that is away", () => {
  it("gets everything in order with the instant of arrival, before what comes live", async () => {
    const delivery = newDelivery();
    const got: [string, number][] = [];
    delivery.subscribe(SHELLY, "a/#", (taken) => void got.push([textOf(taken), taken.at]));
    const first = clock.now();
    await delivery.sink(message("a/1", "one"));
    clock.jumpTo((first + 1_000) as Instant);
    await delivery.sink(message("a/2", "two", 0));
    expect(got).toEqual([]);
    clock.jumpTo((first + 5_000) as Instant);
    delivery.setPlugin(SHELLY, "running");
    const live = watch(delivery.sink(message("a/3", "three")));
    await settle();
    expect(live.outcome).toBe("acknowledged");
    expect(got).toEqual([["one", first], ["two", first + 1_000], ["three", first + 5_000]]);
    expect(inbox.size(SHELLY).messages).toBe(0);
    expect(delivery.busy).toBe(0);
  });

  it("is acknowledged only when the inbox is durable", async () => {
    const delivery = newDelivery();
    delivery.subscribe(SHELLY, "a", () => undefined);
    const commit = deferred();
    inbox.commit = () => commit.promise;
    const seen = watch(delivery.sink(message("a")));
    await settle();
    expect(seen.outcome).toBe("open");
    commit.resolve();
    await settle();
    expect(seen.outcome).toBe("acknowledged");
  });

  it("stops acknowledging when the inbox is full; only QoS 0 is dropped, and counted", async () => {
    const delivery = newDelivery();
    delivery.subscribe(SHELLY, "a", () => undefined);
    inbox.capacity = 1;
    await delivery.sink(message("a"));
    const refused = watch(delivery.sink(message("a")));
    const dropped = watch(delivery.sink(message("a", "x", 0)));
    await settle();
    expect([refused.outcome, dropped.outcome]).toEqual(["E_INBOX_FULL", "acknowledged"]);
    expect(counters.get("plugin:shelly", "mqtt-dropped", "E_INBOX_FULL")).toBe(1);
    expect(health.status()).toBe("degraded");
    delivery.setPlugin(SHELLY, "running");
    await settle();
    expect(health.status()).toBe("ok");
  });

  it("loses nothing that was in hand when it stopped", async () => {
    const delivery = newDelivery();
    const gates: Deferred<void>[] = [];
    const got: string[] = [];
    const subscription = delivery.subscribe(SHELLY, "a", (taken) => {
      got.push(textOf(taken));
      const gate = deferred();
      gates.push(gate);
      return gate.promise;
    });
    delivery.setPlugin(SHELLY, "running");
    const seen = ["1", "2", "3"].map((payload) => watch(delivery.sink(message("a", payload))));
    delivery.setPlugin(SHELLY, "away");
    subscription[Symbol.dispose]();
    gates[0]?.resolve();
    gates[1]?.reject(new VatioError("E_DISPOSED", "The plugin has stopped."));
    gates[2]?.reject(FINAL);
    await settle();
    expect(seen.map(({ outcome }) => outcome)).toEqual(["acknowledged", "acknowledged", "acknowledged"]);
    delivery.subscribe(SHELLY, "a", (taken) => void got.push(`again ${textOf(taken)}`));
    delivery.setPlugin(SHELLY, "running");
    await settle();
    expect(got).toEqual(["1", "2", "3", "again 2", "again 3"]);
  });

  it("keeps what a handler of its earlier life never finished", async () => {
    const delivery = newDelivery();
    const got: string[] = [];
    const subscription = delivery.subscribe(SHELLY, "a", () => new Promise<void>(() => undefined));
    delivery.setPlugin(SHELLY, "running");
    const seen = watch(delivery.sink(message("a", "stuck")));
    delivery.setPlugin(SHELLY, "away");
    subscription[Symbol.dispose]();
    delivery.subscribe(SHELLY, "a", (taken) => void got.push(textOf(taken)));
    delivery.setPlugin(SHELLY, "running");
    await settle();
    expect(seen.outcome).toBe("acknowledged");
    expect(got).toEqual(["stuck"]);
  });

  it("is remembered over a restart of the hub, and forgotten when it is removed", async () => {
    const before = newDelivery();
    before.subscribe(SHELLY, "a/+", () => undefined);
    before.subscribe(SHELLY, "look/on", () => undefined, { observe: true });
    before.setPlugin(SHELLY, "running");
    await memory.flush();
    const after = newDelivery();
    await after.load();
    await settle();
    expect(wanted).toEqual(["a/+"]);
    await after.sink(message("a/1", "kept"));
    await after.sink(message("look/on"));
    expect((await inbox.read(SHELLY, 10)).map(textOf)).toEqual(["kept"]);
    await after.forget(SHELLY);
    await settle();
    expect(wanted).toEqual([]);
    const last = newDelivery();
    await last.load();
    await last.sink(message("a/2"));
    expect(inbox.size(SHELLY).messages).toBe(1);
  });

  it("collects for its new filters while it starts, and drops filters that it no longer has once it runs", async () => {
    const before = newDelivery();
    before.subscribe(SHELLY, "old", () => undefined);
    before.setPlugin(SHELLY, "running");
    await memory.flush();
    const delivery = newDelivery();
    await delivery.load();
    delivery.subscribe(SHELLY, "new", () => undefined);
    await settle();
    expect(wanted).toEqual(["new", "old"]);
    delivery.setPlugin(SHELLY, "running");
    await settle();
    expect(wanted).toEqual(["new"]);
  });
});

describe("a plugin that a person disabled", () => {
  it("gets nothing, keeps nothing, and is not in the way", async () => {
    const delivery = newDelivery();
    delivery.subscribe(SHELLY, "a", () => undefined);
    delivery.setPlugin(SHELLY, "running");
    delivery.setPlugin(SHELLY, "disabled");
    await delivery.sink(message("a"));
    await settle();
    expect(inbox.size(SHELLY).messages).toBe(0);
    expect(counters.get("plugin:shelly", "mqtt-dropped", "disabled")).toBe(1);
    expect(wanted).toEqual([]);
  });
});

describe("crashes", () => {
  function crashOn(delivery: PluginDelivery, poison: (taken: MqttMessage) => boolean, got: string[]): { crashes: number } {
    const seen = { crashes: 0 };
    const start = (): void => {
      const subscription = delivery.subscribe(SHELLY, "a/#", async (taken) => {
        if (poison(taken)) {
          seen.crashes += 1;
          const counted = delivery.crashed(SHELLY);
          subscription[Symbol.dispose]();
          void counted.then(start);
          throw new TypeError("crash");
        }
        await settle(1);
        got.push(textOf(taken));
      });
      delivery.setPlugin(SHELLY, "running");
    };
    start();
    return seen;
  }

  it("sets the message aside that was in hand at three crashes, and no other", async () => {
    const delivery = newDelivery();
    const got: string[] = [];
    const seen = crashOn(delivery, (taken) => textOf(taken) === "poison", got);
    const payloads = ["1", "2", "poison", "3", "4"];
    const outcomes = payloads.map((payload) => watch(delivery.sink(message("a/x", payload))));
    await settle(200);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(payloads.map(() => "acknowledged"));
    expect(seen.crashes).toBe(3);
    expect((await inbox.aside(SHELLY)).map(textOf)).toEqual(["poison"]);
    expect([...new Set(got)].sort()).toEqual(["1", "2", "3", "4"]);
    expect(inbox.size(SHELLY).messages).toBe(0);
    expect(health.tree().children[0]?.name).toBe("plugins");
    expect(health.status()).toBe("degraded");
    const [aside] = await inbox.aside(SHELLY);
    await inbox.dropAside(SHELLY, aside?.id ?? 0);
    delivery.setPlugin(SHELLY, "away");
    delivery.setPlugin(SHELLY, "running");
    await settle();
    expect(health.status()).toBe("ok");
  });

  it("leaves messages unacknowledged that found no room in the inbox", async () => {
    const delivery = newDelivery();
    delivery.subscribe(SHELLY, "a", () => new Promise<void>(() => undefined));
    delivery.setPlugin(SHELLY, "running");
    inbox.capacity = 1;
    const seen = [1, 2].map(() => watch(delivery.sink(message("a"))));
    await delivery.crashed(SHELLY);
    await settle();
    expect(seen.map(({ outcome }) => outcome)).toEqual(["acknowledged", "E_INBOX_FULL"]);
  });

  it("does not enable a plugin that a person disabled", async () => {
    const delivery = newDelivery();
    delivery.subscribe(SHELLY, "a", () => undefined);
    delivery.setPlugin(SHELLY, "disabled");
    await delivery.crashed(SHELLY);
    await delivery.sink(message("a"));
    expect(inbox.size(SHELLY).messages).toBe(0);
  });

  it("sets a message of the inbox aside that hangs three times", async () => {
    const delivery = newDelivery();
    const got: string[] = [];
    delivery.subscribe(SHELLY, "a", (taken) => {
      if (textOf(taken) === "hang") return new Promise<void>(() => undefined);
      got.push(textOf(taken));
      return undefined;
    });
    for (const payload of ["hang", "2"]) await delivery.sink(message("a", payload));
    delivery.setPlugin(SHELLY, "running");
    await advance(seconds(300));
    expect((await inbox.aside(SHELLY)).map(textOf)).toEqual(["hang"]);
    expect(got).toEqual(["2"]);
  });
});

describe("an inbox that cannot be worked off", () => {
  it("keeps its messages and tries again, while new ones queue behind", async () => {
    const delivery = newDelivery();
    const got: string[] = [];
    let blocked = true;
    delivery.subscribe(SHELLY, "a", (taken) => {
      if (blocked) throw RETRYABLE;
      got.push(textOf(taken));
    });
    await delivery.sink(message("a", "1"));
    delivery.setPlugin(SHELLY, "running");
    await settle();
    const during = watch(delivery.sink(message("a", "2")));
    await settle();
    expect(during.outcome).toBe("acknowledged");
    expect(delivery.busy).toBe(0);
    blocked = false;
    await advance(seconds(10));
    expect(got).toEqual(["1", "2"]);
  });

  it("goes on when the database of the inbox fails for a while", async () => {
    const delivery = newDelivery();
    const got: string[] = [];
    delivery.subscribe(SHELLY, "a", (taken) => void got.push(textOf(taken)));
    await delivery.sink(message("a", "1"));
    inbox.broken = new VatioError("E_STORE_FAILED", "Input/output error");
    delivery.setPlugin(SHELLY, "running");
    const during = watch(delivery.sink(message("a", "2")));
    await advance(seconds(5));
    expect(during.outcome).toBe("E_INBOX_FAILED");
    inbox.broken = undefined;
    await advance(seconds(60));
    expect(got).toEqual(["1"]);
    await delivery.sink(message("a", "3"));
    expect(got).toEqual(["1", "3"]);
  });
});

describe("retained messages", () => {
  const kept = (topic: string): MqttMessage => ({ ...message(topic, `kept ${topic}`), retained: true });

  it("come to a late subscriber before anything else, also while it still starts", async () => {
    retained = [kept("a/online")];
    const delivery = newDelivery();
    const got: string[] = [];
    delivery.subscribe(SHELLY, "a/+", (taken) => void got.push(`${textOf(taken)} ${taken.retained}`));
    await delivery.sink(message("a/x", "inbox"));
    delivery.setPlugin(SHELLY, "running");
    await settle();
    expect(got).toEqual(["kept a/online true", "inbox false"]);
    delivery.subscribe(SHELLY, "a/online", (taken) => void got.push(`late ${textOf(taken)}`));
    await settle();
    expect(got.slice(2)).toEqual(["late kept a/online"]);
  });

  it("are tried again while nothing can be stored", async () => {
    retained = [kept("a/online")];
    const delivery = newDelivery();
    let attempts = 0;
    delivery.subscribe(SHELLY, "a/+", () => {
      attempts += 1;
      if (attempts < 3) throw RETRYABLE;
    });
    delivery.setPlugin(SHELLY, "running");
    await advance(seconds(30));
    expect(attempts).toBe(3);
  });
});

describe("filters", () => {
  it.each(["", "a/#/b", "a+", "$SYS/#", "a\nb"])("refuses to subscribe to %j", (filter) => {
    expect(() => newDelivery().subscribe(SHELLY, filter, () => undefined)).toThrow(/cannot|not a filter/);
  });

  it("asks the transport for each topic once", async () => {
    const delivery = newDelivery();
    delivery.subscribe(SHELLY, "a/#", () => undefined);
    const narrow = delivery.subscribe(METER, "a/b", () => undefined);
    delivery.subscribe(METER, "c", () => undefined, { observe: true });
    for (const plugin of [SHELLY, METER]) delivery.setPlugin(plugin, "running");
    await settle(1);
    expect(wanted).toEqual(["a/#", "c"]);
    narrow[Symbol.dispose]();
    narrow[Symbol.dispose]();
    await settle(1);
    expect(wanted).toEqual(["a/#", "c"]);
  });
});

describe("whatever happens", () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.constant("publish" as const) },
    { weight: 2, arbitrary: fc.constantFrom("finish" as const, "settle" as const) },
    { weight: 1, arbitrary: fc.constantFrom("stop" as const, "start" as const, "crash" as const, "full" as const, "room" as const) },
  );

  it("every acknowledged message is handled in the end, or set aside", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        inbox = new MemoryInbox();
        const delivery = newDelivery();
        const handled = new Set<string>();
        const acknowledged = new Set<string>();
        let gates: Deferred<void>[] = [];
        let subscription: Disposable | undefined;
        let automatic = false;
        const start = (): void => {
          if (subscription) return;
          subscription = delivery.subscribe(SHELLY, "a", async (taken) => {
            if (!automatic) {
              const gate = deferred();
              gates.push(gate);
              await gate.promise;
            }
            handled.add(textOf(taken));
          });
          delivery.setPlugin(SHELLY, "running");
        };
        const stop = (crash: boolean): void => {
          if (crash) void delivery.crashed(SHELLY);
          else delivery.setPlugin(SHELLY, "away");
          subscription?.[Symbol.dispose]();
          subscription = undefined;
          for (const gate of gates.splice(0)) gate.reject(new VatioError("E_DISPOSED", "The plugin has stopped."));
        };
        start();
        let n = 0;
        for (const what of steps) {
          if (what === "publish") {
            const name = String(n++);
            delivery.sink(message("a", name)).then(() => acknowledged.add(name), () => undefined);
          }
          if (what === "finish") for (const gate of gates.splice(0, 2)) gate.resolve();
          if (what === "settle") await settle(2);
          if (what === "stop") stop(false);
          if (what === "crash") stop(true);
          if (what === "start") start();
          if (what === "full") inbox.capacity = 3;
          if (what === "room") inbox.capacity = Number.POSITIVE_INFINITY;
        }
        automatic = true;
        start();
        for (let i = 0; i < 50; i++) {
          for (const gate of gates) gate.resolve();
          gates = [];
          await settle(2);
        }
        await advance(seconds(200));
        const aside = new Set((await inbox.aside(SHELLY)).map(textOf));
        expect([...acknowledged].filter((name) => !handled.has(name) && !aside.has(name))).toEqual([]);
        expect(inbox.size(SHELLY).messages).toBe(0);
        expect(delivery.busy).toBe(0);
      }),
      { numRuns: 60 },
    );
  }, 30_000);

  it("messages are handled in the order in which they came, whether the plugin was there or not", async () => {
    const moves = fc.constantFrom("publish", "publish", "publish", "stop", "start", "settle");
    await fc.assert(
      fc.asyncProperty(fc.array(moves, { maxLength: 60 }), async (steps) => {
        inbox = new MemoryInbox();
        const delivery = newDelivery();
        const got: number[] = [];
        delivery.subscribe(SHELLY, "a", (taken) => void got.push(Number(textOf(taken))));
        let n = 0;
        const acknowledged: Promise<void>[] = [];
        for (const what of steps) {
          if (what === "publish") acknowledged.push(delivery.sink(message("a", String(n++))));
          if (what === "stop") delivery.setPlugin(SHELLY, "away");
          if (what === "start") delivery.setPlugin(SHELLY, "running");
          if (what === "settle") await settle(1);
        }
        delivery.setPlugin(SHELLY, "running");
        await Promise.all(acknowledged);
        await settle();
        expect(got).toEqual([...got.keys()]);
        expect(got).toHaveLength(n);
      }),
      { numRuns: 150 },
    );
  });
});
