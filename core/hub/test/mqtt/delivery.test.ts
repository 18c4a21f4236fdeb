import { type Instant, type MqttMessage, milliseconds, seconds, VatioError } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { type Deferred, deferred } from "../../src/deferred.js";
import {
  clock,
  counters,
  decided,
  FINAL,
  health,
  inbox,
  METER,
  memory,
  message,
  newDelivery,
  outcomes,
  pass,
  RETRYABLE,
  retain,
  SHELLY,
  textOf,
  useDeliveryFixture,
  useStore,
  waiting,
  wanted,
  watch,
} from "./support/delivery-fixture.js";
import { settle, until } from "./support/settle.js";

useDeliveryFixture();

function throwing(error: Error): () => Promise<void> {
  return () => {
    throw error;
  };
}

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
    await delivery.sink(message("for/a/device"), { own: true });
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

describe("retained messages", () => {
  const kept = (topic: string): MqttMessage => ({ ...message(topic, `kept ${topic}`), retained: true });

  it("come to a late subscriber before anything else, also while it still starts", async () => {
    retain([kept("a/online")]);
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
    retain([kept("a/online")]);
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
