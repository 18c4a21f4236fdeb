import { type Instant, type MqttMessage, milliseconds, type PluginId, seconds, VatioError } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { CounterTable } from "../../src/counters.js";
import { type Deferred, deferred } from "../../src/deferred.js";
import { HealthTree } from "../../src/health.js";
import { PluginDelivery } from "../../src/mqtt/delivery.js";
import { FilterMemory } from "../../src/mqtt/filter-memory.js";
import type { OpenedState, TelemetryStoreConfig } from "../../src/store/index.js";
import { memoryState } from "./support/memory-state.js";
import { quietLog } from "./support/quiet-log.js";
import { FaultyInbox, openStore } from "./support/real-inbox.js";
import { settle, until } from "./support/settle.js";

const SHELLY = "shelly" as PluginId;
const METER = "esp32-meter" as PluginId;
const RETRYABLE = new VatioError("E_STORE_BLOCKED", "The disk is full.", { retryable: true });
const FINAL = new VatioError("E_PAYLOAD_INVALID", "Not a number.");

let clock: VirtualClock;
let counters: CounterTable;
let health: HealthTree;
let inbox: FaultyInbox;
let state: OpenedState;
let wanted: readonly string[];
let retained: MqttMessage[];
let memory: FilterMemory;

/** The inbox of a store of its own, before a delivery is made. */
async function useStore(config: Partial<TelemetryStoreConfig>): Promise<void> {
  inbox = new FaultyInbox((await openStore(config, clock)).inbox);
}

function newDelivery(): PluginDelivery {
  const log = quietLog();
  memory = new FilterMemory(state, clock, log);
  return new PluginDelivery({
    ...{ clock, counters, health, inbox, log, memory },
    transport: () => ({
      retained: () => retained,
      setFilters: (filters) => {
        wanted = filters;
      },
    }),
  });
}

/** Lets time pass, and whatever needs no time happen. */
async function pass(ms: number): Promise<void> {
  const end = (clock.now() + ms) as Instant;
  await settle(5);
  while (clock.fireNext(end)) await settle(5);
  clock.jumpTo(end);
  await settle(5);
}

/** Lets time pass until something is so; what the database does takes real time, in which none passes. */
const passUntil = (condition: () => boolean | Promise<boolean>, what?: string): Promise<void> =>
  until(async () => {
    if (await condition()) return true;
    await pass(milliseconds(500));
    return condition();
  }, what);

let sequence = 0;
const message = (topic: string, payload = String(sequence++), qos: 0 | 1 = 1): MqttMessage => ({
  ...{ topic, qos, retained: false, at: clock.now() },
  payload: Buffer.from(payload),
});
const textOf = ({ payload }: { payload: Uint8Array }): string => Buffer.from(payload).toString("utf8");
const waiting = (plugin = SHELLY): number => inbox.size(plugin).messages;

function throwing(error: Error): () => Promise<void> {
  return () => {
    throw error;
  };
}

interface Watched {
  outcome: string;
}

/** The outcome of a promise as far as it is known. */
function watch(promise: Promise<void>): Watched {
  const seen: Watched = { outcome: "open" };
  promise.then(
    () => {
      seen.outcome = "acknowledged";
    },
    (error: unknown) => {
      seen.outcome = VatioError.from(error).code;
    },
  );
  return seen;
}

const outcomes = (seen: readonly Watched[]): string[] => seen.map(({ outcome }) => outcome);
const decided = (...seen: readonly Watched[]): Promise<void> =>
  until(() => !outcomes(seen).includes("open"), "every message is decided");

beforeEach(async () => {
  clock = new VirtualClock(1_700_000_000_000 as Instant);
  counters = new CounterTable();
  health = new HealthTree();
  state = await memoryState();
  wanted = [];
  retained = [];
  await useStore({});
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
    await settle();
    one.resolve();
    await settle();
    expect(seen.outcome).toBe("open");
    other.resolve();
    await decided(seen);
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
    await decided(seen);
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
    delivery.subscribe(SHELLY, "a", (): Promise<void> | void => {
      if (hang) return new Promise(() => undefined);
    });
    delivery.setPlugin(SHELLY, "running");
    const first = watch(delivery.sink(message("a")));
    await pass(seconds(20));
    const second = watch(delivery.sink(message("a")));
    expect(delivery.inHand(SHELLY)).toHaveLength(2);
    await pass(seconds(11));
    expect(outcomes([first, second])).toEqual(["E_HANDLER_TIMEOUT", "open"]);
    expect(health.status()).toBe("degraded");
    await pass(seconds(20));
    expect(second.outcome).toBe("E_HANDLER_TIMEOUT");
    hang = false;
    await delivery.sink(message("a"));
    expect(health.status()).toBe("ok");
    expect(delivery.inHand(SHELLY)).toEqual([]);
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
    await settle();
    expect(outcomes(seen)).toEqual(["open", "open", "acknowledged"]);
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
    await delivery.sink(message("a/3", "three"));
    expect(got).toEqual([
      ["one", first],
      ["two", first + 1_000],
      ["three", first + 5_000],
    ]);
    await until(() => waiting() === 0 && delivery.busy === 0);
  });

  it("is acknowledged only when the inbox is durable", async () => {
    await useStore({ commitWhenIdle: false });
    const delivery = newDelivery();
    delivery.subscribe(SHELLY, "a", () => undefined);
    const seen = watch(delivery.sink(message("a")));
    await settle(100);
    expect(seen.outcome).toBe("open");
    await pass(milliseconds(250));
    await decided(seen);
    expect(seen.outcome).toBe("acknowledged");
  });

  it("stops acknowledging when the inbox is full; only QoS 0 is dropped, and counted", async () => {
    await useStore({ inboxMessages: 1 });
    const delivery = newDelivery();
    delivery.subscribe(SHELLY, "a", () => undefined);
    await delivery.sink(message("a"));
    const [refused, dropped] = [watch(delivery.sink(message("a"))), watch(delivery.sink(message("a", "x", 0)))];
    await decided(refused, dropped);
    expect(outcomes([refused, dropped])).toEqual(["E_INBOX_FULL", "acknowledged"]);
    expect(counters.get("plugin:shelly", "mqtt-dropped", "E_INBOX_FULL")).toBe(1);
    expect(health.status()).toBe("degraded");
    delivery.setPlugin(SHELLY, "running");
    await until(() => health.status() === "ok");
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
    await decided(...seen);
    expect(outcomes(seen)).toEqual(["acknowledged", "acknowledged", "acknowledged"]);
    delivery.subscribe(SHELLY, "a", (taken) => void got.push(`again ${textOf(taken)}`));
    delivery.setPlugin(SHELLY, "running");
    await until(() => waiting() === 0 && delivery.busy === 0);
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
    await decided(seen);
    await until(() => got.length === 1);
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
    expect(waiting()).toBe(1);
  });

  it("is not remembered when it is no longer installed", async () => {
    const before = newDelivery();
    before.subscribe(SHELLY, "a", () => undefined);
    before.subscribe(METER, "b", () => undefined);
    await memory.flush();
    const after = newDelivery();
    await after.load((plugin) => plugin === METER);
    await settle();
    expect(wanted).toEqual(["b"]);
    expect([...(await memory.plugins()).keys()]).toEqual([METER]);
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
    expect(waiting()).toBe(0);
    expect(counters.get("plugin:shelly", "mqtt-dropped", "disabled")).toBe(1);
    expect(wanted).toEqual([]);
  });
});

describe("crashes", () => {
  /** A plugin that crashes on some messages and starts again each time. */
  function crashOn(
    delivery: PluginDelivery,
    poison: (taken: MqttMessage) => boolean,
    got: string[],
  ): { crashes: number } {
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
    const all = payloads.map((payload) => watch(delivery.sink(message("a/x", payload))));
    await decided(...all);
    await until(() => waiting() === 0 && delivery.busy === 0, "the inbox is worked off");
    expect(outcomes(all)).toEqual(payloads.map(() => "acknowledged"));
    expect(seen.crashes).toBe(3);
    expect((await inbox.aside(SHELLY)).map(textOf)).toEqual(["poison"]);
    expect([...new Set(got)].sort()).toEqual(["1", "2", "3", "4"]);
    await until(() => health.status() === "degraded", "it is shown");
    const [aside] = await inbox.aside(SHELLY);
    await inbox.dropAside(SHELLY, aside?.id ?? 0);
    delivery.setPlugin(SHELLY, "away");
    delivery.setPlugin(SHELLY, "running");
    await until(() => health.status() === "ok");
  });

  it("leaves messages unacknowledged that found no room in the inbox", async () => {
    await useStore({ inboxMessages: 1 });
    const delivery = newDelivery();
    delivery.subscribe(SHELLY, "a", () => new Promise<void>(() => undefined));
    delivery.setPlugin(SHELLY, "running");
    const seen = [1, 2].map(() => watch(delivery.sink(message("a"))));
    await delivery.crashed(SHELLY);
    await decided(...seen);
    expect(outcomes(seen)).toEqual(["acknowledged", "E_INBOX_FULL"]);
  });

  it("does not enable a plugin that a person disabled", async () => {
    const delivery = newDelivery();
    delivery.subscribe(SHELLY, "a", () => undefined);
    delivery.setPlugin(SHELLY, "disabled");
    await delivery.crashed(SHELLY);
    await delivery.sink(message("a"));
    expect(waiting()).toBe(0);
  });

  it("sets a message of the inbox aside that hangs three times", async () => {
    const delivery = newDelivery();
    const got: string[] = [];
    delivery.subscribe(SHELLY, "a", (taken): Promise<void> | void => {
      if (textOf(taken) === "hang") return new Promise(() => undefined);
      got.push(textOf(taken));
    });
    for (const payload of ["hang", "2"]) await delivery.sink(message("a", payload));
    delivery.setPlugin(SHELLY, "running");
    await passUntil(async () => (await inbox.aside(SHELLY)).length === 1, "it is set aside");
    await passUntil(() => waiting() === 0, "nothing is in the way");
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
    await until(() => delivery.busy === 0, "it pauses");
    await delivery.sink(message("a", "2"));
    expect(waiting()).toBe(2);
    blocked = false;
    await passUntil(() => waiting() === 0);
    expect(got).toEqual(["1", "2"]);
  });

  it("goes on when the database of the inbox fails for a while", async () => {
    const delivery = newDelivery();
    const got: string[] = [];
    delivery.subscribe(SHELLY, "a", (taken) => void got.push(textOf(taken)));
    await delivery.sink(message("a", "1"));
    inbox.fault = new VatioError("E_STORE_FAILED", "Input/output error");
    delivery.setPlugin(SHELLY, "running");
    const during = watch(delivery.sink(message("a", "2")));
    await decided(during);
    expect(during.outcome).toBe("E_INBOX_FAILED");
    inbox.fault = undefined;
    await passUntil(() => waiting() === 0 && delivery.busy === 0);
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
    await until(() => got.length === 2);
    expect(got).toEqual(["kept a/online true", "inbox false"]);
    delivery.subscribe(SHELLY, "a/online", (taken) => void got.push(`late ${textOf(taken)}`));
    await until(() => got.length === 3);
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
    await pass(seconds(30));
    expect(attempts).toBe(3);
  });
});

describe("filters", () => {
  it.each(["", "a/#/b", "a+", "$SYS/#", "a\nb"])("refuses to subscribe to %j", (filter) => {
    expect(() => newDelivery().subscribe(SHELLY, filter, () => undefined)).toThrow(/not a filter/);
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

type Move = "publish" | "finish" | "settle" | "stop" | "start" | "crash";

/** A plugin whose handlers end when the test says so, and what became of the messages for it. */
class Scenario {
  readonly delivery = newDelivery();
  readonly handled: string[] = [];
  readonly acknowledged = new Set<string>();
  readonly sent: string[] = [];
  /** Handlers end by themselves. */
  automatic = false;
  readonly #gates: Deferred<void>[] = [];
  #subscription: Disposable | undefined;

  async move(what: Move): Promise<void> {
    if (what === "settle") await settle(10);
    else this.#moves[what]();
  }

  start(): void {
    if (this.#subscription) return;
    this.#subscription = this.delivery.subscribe(SHELLY, "a", (taken) => this.#handle(taken));
    this.delivery.setPlugin(SHELLY, "running");
  }

  finish(count = Number.POSITIVE_INFINITY): void {
    for (const gate of this.#gates.splice(0, count)) gate.resolve();
  }

  /** Everything has an outcome and the inbox is empty. */
  get isOver(): boolean {
    return waiting() === 0 && this.delivery.busy === 0;
  }

  readonly #moves: Record<Exclude<Move, "settle">, () => void> = {
    publish: () => this.#publish(),
    finish: () => this.finish(2),
    start: () => this.start(),
    stop: () => this.#stop(() => this.delivery.setPlugin(SHELLY, "away")),
    crash: () => this.#stop(() => void this.delivery.crashed(SHELLY)),
  };

  #publish(): void {
    const name = String(this.sent.length);
    this.sent.push(name);
    this.delivery.sink(message("a", name)).then(
      () => this.acknowledged.add(name),
      () => undefined,
    );
  }

  #stop(leave: () => void): void {
    leave();
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
    for (const gate of this.#gates.splice(0)) gate.reject(new VatioError("E_DISPOSED", "The plugin has stopped."));
  }

  #handle(taken: MqttMessage): Promise<void> | void {
    const name = textOf(taken);
    if (this.automatic) return void this.handled.push(name);
    const gate = deferred();
    this.#gates.push(gate);
    return gate.promise.then(() => void this.handled.push(name));
  }
}

describe("whatever happens", () => {
  const moves: fc.Arbitrary<Move> = fc.oneof(
    { weight: 6, arbitrary: fc.constant<Move>("publish") },
    { weight: 2, arbitrary: fc.constantFrom<Move[]>("finish", "settle") },
    { weight: 1, arbitrary: fc.constantFrom<Move[]>("stop", "start", "crash") },
  );

  it.each([
    ["as large as it needs to be", {}],
    ["full after four messages", { inboxMessages: 4 }],
  ])(
    "every acknowledged message is handled in the end, or set aside: an inbox %s",
    async (_size, config) => {
      await fc.assert(
        fc.asyncProperty(fc.array(moves, { minLength: 5, maxLength: 50 }), async (steps) => {
          await useStore(config);
          const scenario = new Scenario();
          scenario.start();
          for (const step of steps) await scenario.move(step);
          scenario.automatic = true;
          scenario.start();
          scenario.finish();
          await passUntil(() => scenario.isOver, "all is handled");
          const safe = new Set([...scenario.handled, ...(await inbox.aside(SHELLY)).map(textOf)]);
          expect([...scenario.acknowledged].filter((name) => !safe.has(name))).toEqual([]);
        }),
        { numRuns: 20 },
      );
    },
    60_000,
  );

  it("messages are handled in the order in which they came, whether the plugin was there or not", async () => {
    const orderly = fc.constantFrom<Move[]>("publish", "publish", "publish", "stop", "start", "settle");
    await fc.assert(
      fc.asyncProperty(fc.array(orderly, { maxLength: 60 }), async (steps) => {
        await useStore({});
        const scenario = new Scenario();
        scenario.automatic = true;
        // From here on it is known to want them.
        scenario.start();
        for (const step of steps) await scenario.move(step);
        scenario.start();
        await passUntil(() => scenario.isOver, "all is handled");
        expect(scenario.handled).toEqual(scenario.sent);
        expect(scenario.acknowledged.size).toBe(scenario.sent.length);
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});
