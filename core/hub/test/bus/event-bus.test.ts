import {
  type DeviceId,
  type EventDeclaration,
  type PluginId,
  Type,
  type VatioError,
  type VatioEvent,
} from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEventBus, type HubEvents } from "../../src/bus/event-bus.js";
import { outsideHops } from "../../src/bus/hops.js";
import type { Party } from "../../src/bus/party.js";
import { CounterTable } from "../../src/counters.js";
import { ManualClock, settle } from "../plugins/support/manual-clock.js";

function fakeParty(id: string) {
  const failures: unknown[] = [];
  const overflows: VatioError[] = [];
  const state = { lagged: 0 };
  const party: Party = {
    id: id as PluginId,
    enter: (call) => call(),
    failed: (error) => void failures.push(error),
    lagged: (_pattern, dropped) => {
      state.lagged += dropped;
    },
    overflowed: (error) => void overflows.push(error),
  };
  return { party, failures, overflows, state };
}

function makeBus({ strict = true } = {}) {
  const counters = new CounterTable();
  const warnings: string[] = [];
  const clock = new ManualClock();
  const bus = createEventBus({ clock, counters, strict, warn: (message) => void warnings.push(message) });
  return { bus, counters, warnings, clock };
}

const counted: EventDeclaration = { payload: Type.Object({ n: Type.Integer() }) };
const keyed: EventDeclaration = {
  payload: Type.Object({ device: Type.String(), n: Type.Integer() }),
  retainBy: "device",
};

function listen(bus: HubEvents, pattern: string, options = {}): VatioEvent[] {
  const seen: VatioEvent[] = [];
  bus.subscribe(fakeParty("listener").party, pattern, (event) => void seen.push(event), options);
  return seen;
}

const numbersOf = (events: readonly VatioEvent[]): unknown[] =>
  events.map((event) => (event.payload as unknown as { n: number }).n);

describe("publish", () => {
  it("numbers events, stamps them and names their source", async () => {
    const { bus, clock } = makeBus();
    const seen = listen(bus, "*");
    bus.hub.publish("device.added", { device: "a:1" as DeviceId });
    bus.hub.publish("device.removed", { device: "a:1" as DeviceId });
    expect(seen).toEqual([]);
    await settle(1);
    expect(seen).toMatchObject([
      { type: "device.added", seq: 1, at: clock.now(), source: "hub" },
      { type: "device.removed", seq: 2, source: "hub" },
    ]);
  });

  it("refuses an event that nobody declared", () => {
    const { bus } = makeBus();
    expect(() => bus.publish(fakeParty("a").party, "a.b", {})).toThrow(
      expect.objectContaining({ code: "E_EVENT_UNKNOWN" }),
    );
  });

  it("checks what comes from another thread against its schema, naming every bad path", () => {
    const { bus, counters } = makeBus({ strict: false });
    bus.declare("a" as PluginId, { "a.counted": counted });
    const publish = (): void => bus.publish(fakeParty("a").party, "a.counted", { n: "x" }, { untrusted: true });
    expect(publish).toThrow(
      expect.objectContaining({ code: "E_EVENT_INVALID", message: expect.stringContaining("/n") }),
    );
    expect(counters.get("events", "event-rejected", "invalid")).toBe(1);
    expect(() => bus.publish(fakeParty("a").party, "a.counted", { n: "x" })).not.toThrow();
  });

  it("in strict mode checks every payload, and that it can be cloned", () => {
    const { bus } = makeBus();
    bus.declare("a" as PluginId, { "a.any": { payload: Type.Unknown() } });
    const publish = (payload: unknown): void => bus.publish(fakeParty("a").party, "a.any", payload);
    expect(() => publish({ call: () => 1 })).toThrow(expect.objectContaining({ code: "E_EVENT_INVALID" }));
    expect(() => publish({ fine: new Uint8Array(2) })).not.toThrow();
  });

  it("in strict mode freezes the payload with all that it holds", async () => {
    const { bus } = makeBus();
    bus.declare("a" as PluginId, { "a.any": { payload: Type.Unknown() } });
    const seen = listen(bus, "a.any");
    const cyclic: Record<string, unknown> = { deep: { deeper: [1] } };
    cyclic.self = cyclic;
    bus.publish(fakeParty("a").party, "a.any", cyclic);
    await settle(1);
    const payload = seen[0]?.payload as unknown as { deep: { deeper: number[] } };
    expect(() => payload.deep.deeper.push(2)).toThrow(TypeError);
  });

  it("refuses a name that another owner declared, and takes declarations back", () => {
    const { bus } = makeBus();
    const declared = bus.declare("a" as PluginId, { "a.counted": counted });
    const other = (): Disposable => bus.declare("b" as PluginId, { "b.fine": counted, "a.counted": counted });
    expect(other).toThrow(expect.objectContaining({ code: "E_EVENT_CONFLICT" }));
    expect(() => bus.publish(fakeParty("b").party, "b.fine", { n: 1 })).toThrow("Nobody declared");
    declared[Symbol.dispose]();
    expect(other).not.toThrow();
  });
});

describe("subscribe", () => {
  it.each([
    ["device.availability", ["device.availability"]],
    ["device.*", ["device.added", "device.availability"]],
    ["*", ["device.added", "device.availability", "settings.changed"]],
    ["devic.*", []],
    ["device", []],
  ])("%s matches %j", async (pattern, expected) => {
    const { bus } = makeBus();
    const seen = listen(bus, pattern);
    bus.hub.publish("device.added", { device: "a:1" as DeviceId });
    bus.hub.publish("device.availability", { device: "a:1" as DeviceId, online: true });
    bus.hub.publish("settings.changed", { key: "x" });
    await settle(1);
    expect(seen.map((event) => event.type)).toEqual(expected);
  });

  it("keeps a failing handler to itself", async () => {
    const { bus } = makeBus();
    const { party, failures } = fakeParty("bad");
    bus.subscribe(party, "device.*", () => {
      throw new Error("sync");
    });
    bus.subscribe(party, "device.*", () => Promise.reject(new Error("async")));
    const seen = listen(bus, "device.*");
    bus.hub.publish("device.added", { device: "a:1" as DeviceId });
    bus.hub.publish("device.added", { device: "a:2" as DeviceId });
    await settle(2);
    expect(seen).toHaveLength(2);
    expect(failures.map(String).sort()).toEqual(["Error: async", "Error: async", "Error: sync", "Error: sync"]);
  });

  it("counts what it drops and tells the party", async () => {
    const { bus, counters } = makeBus();
    bus.declare("a" as PluginId, { "a.counted": counted });
    const { party, state } = fakeParty("slow");
    const seen: VatioEvent[] = [];
    bus.subscribe(party, "a.counted", (event) => void seen.push(event), { capacity: 3 });
    for (let n = 0; n < 10; n++) bus.publish(fakeParty("a").party, "a.counted", { n });
    await settle(1);
    expect(numbersOf(seen)).toEqual([7, 8, 9]);
    expect(state.lagged).toBe(7);
    expect(counters.get("plugin:slow", "event-dropped", "mailbox-full")).toBe(7);
  });

  it("under latest-per-key merges by what the event is retained by", async () => {
    const { bus } = makeBus();
    bus.declare("a" as PluginId, { "a.keyed": keyed });
    const seen = listen(bus, "a.*", { capacity: 2, overflow: "latest-per-key" });
    const { party } = fakeParty("a");
    for (const [n, device] of ["x", "x", "y", "x"].entries()) bus.publish(party, "a.keyed", { device, n });
    await settle(1);
    expect(numbersOf(seen)).toEqual([2, 3]);
  });

  it("under fail-plugin fails the party instead of losing anything", async () => {
    const { bus } = makeBus();
    bus.declare("a" as PluginId, { "a.counted": counted });
    const { party, overflows } = fakeParty("billing");
    bus.subscribe(party, "a.counted", () => undefined, { capacity: 1, overflow: "fail-plugin" });
    for (let n = 0; n < 3; n++) bus.publish(fakeParty("a").party, "a.counted", { n });
    expect(overflows).toHaveLength(1);
    expect(overflows[0]).toMatchObject({ code: "E_EVENT_OVERFLOW" });
  });

  it("aborts the signal and delivers nothing more once it ended", async () => {
    const { bus } = makeBus();
    let aborted = false;
    let calls = 0;
    const subscription = bus.subscribe(fakeParty("a").party, "*", async (_event, signal) => {
      calls += 1;
      await settle(3);
      aborted = signal.aborted;
    });
    bus.hub.publish("settings.changed", { key: "a" });
    bus.hub.publish("settings.changed", { key: "b" });
    await settle(1);
    subscription[Symbol.dispose]();
    await settle(5);
    expect({ aborted, calls }).toEqual({ aborted: true, calls: 1 });
  });
});

describe("retained events", () => {
  it("go with what they are about", async () => {
    const { bus } = makeBus();
    const [lamp, plug] = ["a:lamp", "a:plug"] as DeviceId[];
    bus.declare("a" as PluginId, { "a.button": keyed });
    for (const device of [lamp, plug] as const) {
      bus.hub.publish("device.availability", { device: device as DeviceId, online: true });
      bus.publish(fakeParty("a").party, "a.button", { device, n: 1 });
    }
    bus.hub.publish("plugin.state", { plugin: "a" as PluginId, from: "starting", to: "running" });
    bus.hub.publish("device.removed", { device: lamp as DeviceId });
    const seen = listen(bus, "*", { replay: "last" });
    await settle(1);
    expect(seen.map(({ type, payload }) => [type, (payload as { device?: string }).device])).toEqual([
      ["device.availability", plug],
      ["a.button", plug],
      ["plugin.state", undefined],
    ]);
  });

  it("are replayed in order before the live ones, without a gap", async () => {
    const event = fc.record({ device: fc.constantFrom("x", "y", "z"), n: fc.integer() });
    await fc.assert(
      fc.asyncProperty(fc.array(event), fc.array(event), async (before, after) => {
        const { bus } = makeBus();
        bus.declare("a" as PluginId, { "a.keyed": keyed });
        const { party } = fakeParty("a");
        for (const payload of before) bus.publish(party, "a.keyed", payload);
        const seen = listen(bus, "a.*", { replay: "last" });
        for (const payload of after) bus.publish(party, "a.keyed", payload);
        await settle(1);
        const newest = new Map(before.map((payload, index) => [payload.device, { payload, index }]));
        const replayed = [...newest.values()].sort((a, b) => a.index - b.index).map(({ payload }) => payload);
        expect(seen.map(({ payload }) => payload)).toEqual([...replayed, ...after]);
        expect(seen.map(({ seq }) => seq)).toEqual(seen.map(({ seq }) => seq).sort((a, b) => a - b));
      }),
      { numRuns: 50 },
    );
  });

  it("are not bounded by the capacity, and not sent to those who do not ask", async () => {
    const { bus } = makeBus();
    for (let n = 0; n < 20; n++) bus.hub.publish("device.availability", { device: `a:${n}` as DeviceId, online: true });
    const asked = listen(bus, "device.*", { replay: "last", capacity: 2 });
    const notAsked = listen(bus, "device.*");
    await settle(1);
    expect([asked.length, notAsked.length]).toEqual([20, 0]);
  });
});

describe("hops", () => {
  it("end handlers that answer each other for ever", async () => {
    const { bus, counters } = makeBus();
    const { party, failures } = fakeParty("loop");
    bus.declare("loop" as PluginId, { "loop.ping": counted });
    let calls = 0;
    bus.subscribe(party, "loop.ping", async () => {
      calls += 1;
      await Promise.resolve();
      bus.publish(party, "loop.ping", { n: calls });
    });
    bus.publish(party, "loop.ping", { n: 0 });
    await settle(20);
    expect(calls).toBe(33);
    expect(failures).toMatchObject([{ code: "E_EVENT_LOOP" }]);
    expect(counters.get("events", "event-rejected", "loop")).toBe(1);
  });

  it("begin anew where a chain begins anew", async () => {
    const { bus } = makeBus();
    const { party, failures } = fakeParty("loop");
    bus.declare("loop" as PluginId, { "loop.ping": counted });
    let calls = 0;
    bus.subscribe(party, "loop.ping", () => {
      calls += 1;
      if (calls < 100) outsideHops(() => setImmediate(() => bus.publish(party, "loop.ping", { n: calls })));
    });
    bus.publish(party, "loop.ping", { n: 0 });
    await settle(210);
    expect({ calls, failures }).toEqual({ calls: 100, failures: [] });
  });
});

describe("a deprecated name", () => {
  it("stands for the new one, with one warning for each party", async () => {
    const { bus, warnings } = makeBus();
    bus.declare("a" as PluginId, { "a.new": counted });
    bus.deprecate("a.old", "a.new");
    const seen = listen(bus, "a.old");
    const { party } = fakeParty("a");
    bus.publish(party, "a.old", { n: 1 });
    bus.publish(party, "a.old", { n: 2 });
    await settle(1);
    expect(seen.map(({ type }) => type)).toEqual(["a.new", "a.new"]);
    expect(warnings).toHaveLength(2);
  });
});
