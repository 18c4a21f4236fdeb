import type { Instant, UserId } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit";
import { describe, expect, it } from "vitest";
import type { Accounts } from "../../src/auth/types.js";
import { CounterTable } from "../../src/counters.js";
import type { Caller } from "../../src/http/define-route.js";
import { OpenSockets, SOCKET_LIMITS } from "../../src/live/open-sockets.js";
import { ManualTransport } from "./manual-transport.js";

const caller = (id: string): Caller => ({
  via: "session",
  actor: { kind: "user", id },
  user: {
    id: id as UserId,
    name: id,
    role: "admin",
    language: "en",
    region: "en",
    theme: "auto",
    createdAt: 0 as Instant,
  },
  session: { id: `session-${id}`, user: id as UserId, csrf: "c", stay: false, expiresAt: 0 as Instant },
  token: `token-${id}`,
});

function setUp() {
  const clock = new VirtualClock(0 as Instant);
  const ended = new Set<string>();
  const counters = new CounterTable();
  const accounts = { session: async (token: string) => (ended.has(token) ? undefined : {}) } as unknown as Accounts;
  const sockets = new OpenSockets({ clock, accounts, counters });
  const pass = async (ms: number) => {
    const until = (clock.now() + ms) as Instant;
    while (clock.fireNext(until)) await new Promise((resolve) => setImmediate(resolve));
    clock.jumpTo(until);
  };
  return { clock, ended, counters, sockets, pass };
}

describe("open sockets", () => {
  it("are pinged, and ended when nothing comes back for a minute", async () => {
    const { sockets, counters, pass } = setUp();
    const [alive, dead] = [new ManualTransport(), new ManualTransport()];
    const entry = sockets.add(caller("a"), alive);
    sockets.add(caller("b"), dead);
    for (let round = 0; round < 5; round++) {
      await pass(SOCKET_LIMITS.pingMs);
      entry.heard();
    }
    expect(alive).toMatchObject({ terminated: false, pings: 5 });
    expect(dead.terminated).toBe(true);
    expect(counters.get("live", "closed", "dead-peer")).toBeGreaterThan(0);
  });

  it("end with the session that opened them, at once when it signs out and soon when it is revoked", async () => {
    const { sockets, ended, pass } = setUp();
    const [a, b, c] = [new ManualTransport(), new ManualTransport(), new ManualTransport()];
    sockets.add(caller("a"), a);
    sockets.add(caller("b"), b);
    sockets.add(caller("c"), c);
    sockets.closeSession("session-a");
    expect([a.closed, b.closed]).toEqual([1008, undefined]);
    ended.add("token-b");
    await pass(SOCKET_LIMITS.pingMs);
    expect([b.closed, c.closed]).toEqual([1008, undefined]);
  });

  it("are limited in number, for each actor and for all", () => {
    const { sockets } = setUp();
    const opened = Array.from({ length: SOCKET_LIMITS.perActor }, () =>
      sockets.add(caller("a"), new ManualTransport()),
    );
    expect(() => sockets.requireRoom(caller("a"))).toThrowError(
      expect.objectContaining({ code: "E_SOCKETS_FULL", retryable: true }),
    );
    sockets.requireRoom(caller("b"));
    opened[0]?.[Symbol.dispose]();
    sockets.requireRoom(caller("a"));
    for (let index = 0; sockets.count < SOCKET_LIMITS.all; index++)
      sockets.add(caller(`x${index}`), new ManualTransport());
    expect(() => sockets.requireRoom(caller("new"))).toThrowError(expect.objectContaining({ code: "E_SOCKETS_FULL" }));
  });

  it("look at the rights of their callers again", async () => {
    const { sockets, pass } = setUp();
    let looks = 0;
    sockets.add(caller("a"), new ManualTransport(), () => looks++);
    await pass(SOCKET_LIMITS.pingMs);
    expect(looks).toBe(1);
  });

  it("leave no timer once all are closed", () => {
    const { sockets, clock } = setUp();
    const entry = sockets.add(caller("a"), new ManualTransport());
    expect(clock.pending).toBe(1);
    entry[Symbol.dispose]();
    expect([clock.pending, sockets.count]).toEqual([0, 0]);
  });

  it("say goodbye when the hub stops, and are cut off when they do not leave", async () => {
    const { sockets, clock, pass } = setUp();
    const [polite, rude] = [new ManualTransport(), new ManualTransport()];
    const entry = sockets.add(caller("a"), polite);
    sockets.add(caller("b"), rude);
    const stopped = sockets.closeAll(SOCKET_LIMITS.stopMs);
    expect([polite.closed, rude.closed]).toEqual([1001, 1001]);
    entry[Symbol.dispose]();
    await pass(SOCKET_LIMITS.stopMs);
    await stopped;
    expect([polite.terminated, rude.terminated]).toEqual([false, true]);
    expect(clock.pending).toBeLessThanOrEqual(1);
  });
});
