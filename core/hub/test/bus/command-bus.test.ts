import {
  type Actor,
  type AuditEntry,
  type ChannelId,
  type CommandCall,
  type CommandDeclaration,
  milliseconds,
  type PluginId,
  seconds,
  Type,
  VatioError,
} from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import type { Resource } from "../../src/auth/types.js";
import { createCommandBus } from "../../src/bus/command-bus.js";
import type { Party } from "../../src/bus/party.js";
import { CounterTable } from "../../src/counters.js";
import { ManualClock, settle } from "../plugins/support/manual-clock.js";

const person: Actor = { kind: "user", id: "ana" };
const stranger: Actor = { kind: "user", id: "stranger" };
const party = (id: string): Party => ({
  id: id as PluginId,
  enter: (call) => call(),
  failed: () => undefined,
  lagged: () => undefined,
  overflowed: () => undefined,
});

function makeBus() {
  const audited: Omit<AuditEntry, "at">[] = [];
  const asked: { action: string; resource: Resource }[] = [];
  const warnings: string[] = [];
  const clock = new ManualClock();
  const can = (actor: Actor): boolean => actor.id !== "stranger";
  const options = {
    clock,
    counters: new CounterTable(),
    authorizer: {
      can,
      require: (actor: Actor, action: string, resource: Resource) => {
        asked.push({ action, resource });
        if (!can(actor)) throw new VatioError("E_PERMISSION", "No.");
      },
    },
    audit: { record: async (entry: Omit<AuditEntry, "at">) => void audited.push(entry) },
    channelOf: (point: string) => (point === "KITCHEN" ? ("shelly:1/switch:0" as ChannelId) : undefined),
    warn: (message: string) => void warnings.push(message),
  };
  return { bus: createCommandBus(options), audited, asked, clock, warnings, options };
}

const double: CommandDeclaration = {
  action: "manage",
  input: Type.Object({ n: Type.Integer() }, { additionalProperties: false }),
  output: Type.Object({ n: Type.Integer() }),
};

function makeDoubler(run: (input: { n: number }, call: CommandCall) => Promise<unknown>) {
  const made = makeBus();
  made.bus.declare("maths" as PluginId, { "maths.double": double });
  made.bus.handle(party("maths"), "maths.double", run as (input: never, call: CommandCall) => Promise<unknown>);
  return made;
}

describe("call", () => {
  it("runs the one handler, as whoever calls, and audits the outcome", async () => {
    const { bus, audited, asked } = makeDoubler(async ({ n }, { actor }) => ({ n: n * 2, by: actor.id }));
    await expect(bus.call(person, "maths.double", { n: 4 })).resolves.toEqual({ n: 8, by: "ana" });
    expect(asked).toEqual([{ action: "manage", resource: { kind: "plugin", id: "maths" } }]);
    expect(audited).toEqual([
      { actor: person, what: "maths.double", resource: "plugin:maths", outcome: "ok", details: { input: { n: 4 } } },
    ]);
  });

  it("refuses who may not, before the handler, and audits it", async () => {
    let ran = false;
    const { bus, audited } = makeDoubler(async () => {
      ran = true;
      return { n: 1 };
    });
    await expect(bus.call(stranger, "maths.double", { n: 4 })).rejects.toMatchObject({ code: "E_PERMISSION" });
    expect(ran).toBe(false);
    expect(audited).toMatchObject([{ actor: stranger, outcome: "refused", details: { code: "E_PERMISSION" } }]);
  });

  it.each([[{}], [{ n: 1.5 }], [{ n: 1, more: true }], [null], ["text"]])("refuses the input %j", async (input) => {
    const { bus, audited } = makeDoubler(async () => ({ n: 1 }));
    await expect(bus.call(person, "maths.double", input)).rejects.toMatchObject({ code: "E_INPUT_INVALID" });
    expect(audited).toEqual([]);
  });

  it("names every bad place of an input, as HTTP does", async () => {
    const { bus } = makeDoubler(async () => ({ n: 1 }));
    const unknown = Array.from({ length: 20 }, (_, index) => `extra${index}`);
    const input = { n: "x", ...Object.fromEntries(unknown.map((name) => [name, 1])) };
    const error = await bus.call(person, "maths.double", input).catch((caught: unknown) => caught);
    const { paths } = (error as { details: { paths: { path: string }[] } }).details;
    expect(paths.map(({ path }) => path).sort()).toEqual(["/n", ...unknown.map((name) => `/${name}`)].sort());
  });

  it("refuses an answer that its schema does not allow", async () => {
    const { bus, audited } = makeDoubler(async () => ({ n: "eight" }));
    await expect(bus.call(person, "maths.double", { n: 4 })).rejects.toMatchObject({ code: "E_OUTPUT_INVALID" });
    expect(audited).toMatchObject([{ outcome: "failed" }]);
  });

  it("hands on what the handler throws as a VatioError", async () => {
    const own = new VatioError("E_DEVICE_OFFLINE", "Out of reach.", { retryable: true });
    const { bus } = makeDoubler(async ({ n }) => {
      throw n === 1 ? own : new TypeError("bug");
    });
    await expect(bus.call(person, "maths.double", { n: 1 })).rejects.toBe(own);
    await expect(bus.call(person, "maths.double", { n: 2 })).rejects.toMatchObject({
      code: "E_INTERNAL",
      message: "bug",
    });
  });

  it.each([
    [undefined, 5_000],
    [seconds(1), 1_000],
    [milliseconds(-5), 5_000],
  ])("ends at its deadline (timeout %s)", async (timeout, ms) => {
    const signals: AbortSignal[] = [];
    const { bus, clock, audited } = makeDoubler((_input, call) => {
      signals.push(call.signal);
      return new Promise(() => undefined);
    });
    const call = bus.call(person, "maths.double", { n: 1 }, timeout === undefined ? {} : { timeout });
    const outcome = expect(call).rejects.toMatchObject({ code: "E_COMMAND_TIMEOUT", retryable: true });
    await clock.advance(ms - 1);
    expect(signals[0]?.aborted).toBe(false);
    await clock.advance(1);
    await outcome;
    expect(signals[0]?.aborted).toBe(true);
    expect(audited).toMatchObject([{ outcome: "failed", details: { code: "E_COMMAND_TIMEOUT" } }]);
    expect(clock.open).toBe(0);
  });

  it("ends when the caller gives up", async () => {
    const { bus, clock } = makeDoubler(() => new Promise(() => undefined));
    const controller = new AbortController();
    const late = bus.call(person, "maths.double", { n: 1 }, { signal: controller.signal });
    controller.abort();
    await expect(late).rejects.toMatchObject({ code: "E_ABORTED" });
    await expect(bus.call(person, "maths.double", { n: 1 }, { signal: controller.signal })).rejects.toMatchObject({
      code: "E_ABORTED",
    });
    expect(clock.open).toBe(0);
  });

  it("answers even when the audit log cannot be written", async () => {
    const { options, warnings } = makeBus();
    const bus = createCommandBus({ ...options, audit: { record: () => Promise.reject(new Error("disk")) } });
    bus.declare("maths" as PluginId, { "maths.double": double });
    bus.handle(party("maths"), "maths.double", async () => ({ n: 8 }));
    await expect(bus.call(person, "maths.double", { n: 4 })).resolves.toEqual({ n: 8 });
    expect(warnings).toHaveLength(1);
    expect(options.counters.get("commands", "audit-failed")).toBe(1);
  });
});

describe("handle", () => {
  it("allows one handler, and another one once it is gone", () => {
    const { bus } = makeBus();
    bus.declare("maths" as PluginId, { "maths.double": double });
    const first = bus.handle(party("maths"), "maths.double", async () => ({ n: 1 }));
    const second = (): Disposable => bus.handle(party("other"), "maths.double", async () => ({ n: 2 }));
    expect(second).toThrow(expect.objectContaining({ code: "E_COMMAND_CONFLICT" }));
    first[Symbol.dispose]();
    expect(second).not.toThrow();
  });

  it("refuses a command that nobody declared", async () => {
    const { bus } = makeBus();
    expect(() => bus.handle(party("a"), "a.b", async () => 1)).toThrow("No command is called a.b");
    await expect(bus.call(person, "a.b", {})).rejects.toMatchObject({ code: "E_COMMAND_UNKNOWN" });
  });

  it("refuses a declaration that another owner made", () => {
    const { bus } = makeBus();
    const declare = (): Disposable => bus.declare("a" as PluginId, { "switch.set": double });
    expect(declare).toThrow(expect.objectContaining({ code: "E_COMMAND_CONFLICT" }));
  });
});

describe("a routed command", () => {
  function makeSwitches() {
    const made = makeBus();
    const calls: string[] = [];
    for (const driver of ["shelly", "esp32"]) {
      made.bus.handle(party(driver), "switch.set", async (input) => {
        calls.push(`${driver} ${(input as { channel: string }).channel}`);
        return { wasOn: null, on: true };
      });
    }
    return { ...made, calls };
  }

  it.each([
    ["shelly:1/switch:0", "shelly shelly:1/switch:0"],
    ["esp32:x/main", "esp32 esp32:x/main"],
    ["KITCHEN", "shelly shelly:1/switch:0"],
  ])("goes to the owner of %s", async (channel, expected) => {
    const { bus, calls, asked } = makeSwitches();
    await expect(bus.call(person, "switch.set", { channel, to: "on" })).resolves.toEqual({ wasOn: null, on: true });
    expect(calls).toEqual([expected]);
    expect(asked).toEqual([{ action: "control", resource: { kind: "channel", id: expected.split(" ")[1] } }]);
  });

  it.each([
    ["NOWHERE", "E_TARGET_UNKNOWN"],
    ["shelly:1", "E_TARGET_UNKNOWN"],
    ["zigbee:1/switch:0", "E_COMMAND_UNKNOWN"],
  ])("to %s fails with %s", async (channel, code) => {
    const { bus } = makeSwitches();
    await expect(bus.call(person, "switch.set", { channel, to: "on" })).rejects.toMatchObject({ code });
  });

  it.each(["shelly:1", "shelly:1/switch:0", "KITCHEN"])("by device goes to the owner of %s", async (device) => {
    const { bus, asked } = makeBus();
    const input = Type.Object({ device: Type.String() });
    bus.declare("shelly" as PluginId, {
      "shelly.reboot": { action: "manage", routeBy: "device", input, output: Type.Null() },
    });
    bus.handle(party("shelly"), "shelly.reboot", async (given) => {
      expect(given).toEqual({ device: "shelly:1" });
      return null;
    });
    await expect(bus.call(person, "shelly.reboot", { device })).resolves.toBeNull();
    expect(asked).toEqual([{ action: "manage", resource: { kind: "device", id: "shelly:1" } }]);
  });

  it("is refused to a second handler of the same plugin only", async () => {
    const { bus } = makeSwitches();
    const again = (): Disposable => bus.handle(party("shelly"), "switch.set", async () => ({ wasOn: null, on: true }));
    expect(again).toThrow(expect.objectContaining({ code: "E_COMMAND_CONFLICT" }));
    await settle(1);
  });
});
