import type { Action, Actor, Instant } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit";
import { beforeEach, describe, expect, it } from "vitest";
import type { Resource } from "../../src/auth/types.js";
import { CounterTable } from "../../src/counters.js";
import { type ConnectionHub, LiveConnection } from "../../src/live/connection.js";
import { LIVE_LIMITS } from "../../src/live/outbox.js";
import { ManualTransport } from "./manual-transport.js";

const ACTOR: Actor = { kind: "user", id: "u" };

let transport: ManualTransport;
let readable: Set<string>;
let administrator: boolean;
let watched: Set<string>;
let counters: CounterTable;
let connection: LiveConnection;

beforeEach(() => {
  transport = new ManualTransport();
  readable = new Set(["p", "q"]);
  administrator = true;
  watched = new Set();
  counters = new CounterTable();
  const can = (_actor: Actor, _action: Action, _resource: Resource) => administrator;
  const hub: ConnectionHub = {
    clock: new VirtualClock(0 as Instant),
    authorizer: { can, require: () => undefined },
    counters,
    version: "1",
    mayRead: (_actor, target) => readable.has(target),
    last: (targets) => Object.fromEntries([...targets].map((target) => [target, {}])),
    watch: (_connection, target, on) => void (on ? watched.add(target) : watched.delete(target)),
  };
  connection = new LiveConnection({ actor: ACTOR, transport, hub });
});

const send = (frame: object) => connection.receive(JSON.stringify(frame));
const line = { at: 1 as Instant, level: "error", source: "x", message: "y" } as const;

describe("a connection", () => {
  it("loses what its person may no longer see, and keeps the rest", () => {
    send({ type: "subscribe", id: 1, targets: ["p", "q"], logs: "info" });
    expect(watched).toEqual(new Set(["p", "q"]));
    readable.delete("p");
    administrator = false;
    connection.recheck();
    expect(watched).toEqual(new Set(["q"]));
    connection.log(line);
    expect(transport.of("log")).toEqual([]);
  });

  it("wants a target as long as any of its subscriptions does", () => {
    send({ type: "subscribe", id: 1, targets: ["p"] });
    send({ type: "subscribe", id: 2, targets: ["p", "q"] });
    send({ type: "unsubscribe", id: 2 });
    expect(watched).toEqual(new Set(["p"]));
    connection[Symbol.dispose]();
    expect(watched).toEqual(new Set());
  });

  it("makes no answers for a client that owes too much already", () => {
    transport.bufferedBytes = LIVE_LIMITS.closeBytes + 1;
    const before = transport.frames.length;
    send({ type: "subscribe", id: 1, targets: ["p"] });
    expect(transport.frames.length).toBe(before);
    expect(counters.get("live", "refused", "slow-client")).toBe(1);
  });

  it("counts each refusal with its reason", () => {
    connection.receive("{");
    send({ type: "subscribe", id: 1, targets: ["none"] });
    connection.receiveBinary();
    expect(counters.snapshot().map(({ reason, count }) => [reason, count])).toEqual([
      ["E_INPUT_INVALID", 1],
      ["E_TARGET_UNKNOWN", 1],
      ["binary-frame", 1],
    ]);
  });
});
