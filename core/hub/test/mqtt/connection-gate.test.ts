import { type Instant, seconds } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { describe, expect, it } from "vitest";
import { ConnectionGate } from "../../src/mqtt/connection-gate.js";
import { TokenBucket } from "../../src/mqtt/token-bucket.js";

const newClock = () => new VirtualClock(0 as Instant);
const later = (clock: VirtualClock, ms: number) => clock.jumpTo((clock.now() + ms) as Instant);

describe("TokenBucket", () => {
  it("lets a burst through, then the rate", () => {
    const clock = newClock();
    const bucket = new TokenBucket(clock, { burst: 3, perSecond: 2 });
    expect([1, 2, 3, 4].map(() => bucket.tryTake())).toEqual([true, true, true, false]);
    later(clock, 500);
    expect([bucket.tryTake(), bucket.tryTake()]).toEqual([true, false]);
    later(clock, seconds(3_600));
    expect(bucket.full).toBe(true);
    expect([1, 2, 3, 4].map(() => bucket.tryTake())).toEqual([true, true, true, false]);
  });

  it("tells how long to wait for a token on credit", () => {
    const bucket = new TokenBucket(newClock(), { burst: 1, perSecond: 10 });
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([0, 100, 200]);
  });
});

describe("ConnectionGate", () => {
  const limits = { connections: { burst: 5, perSecond: 1 }, failures: { burst: 2, perSecond: 0.1 }, strangers: 3 };

  it("bounds the strangers of an address, and frees their places once", () => {
    const gate = new ConnectionGate(newClock(), limits);
    const admitted = [1, 2, 3].map(() => gate.admit("10.0.0.9"));
    expect(admitted.every((admission) => admission !== undefined)).toBe(true);
    expect(gate.admit("10.0.0.9")).toBeUndefined();
    expect(gate.admit("10.0.0.10")).toBeDefined();
    admitted[0]?.settle();
    admitted[0]?.settle();
    expect(gate.admit("10.0.0.9")).toBeDefined();
    expect(gate.admit("10.0.0.9")).toBeUndefined();
  });

  it("bounds how often an address connects", () => {
    const clock = newClock();
    const gate = new ConnectionGate(clock, limits);
    for (let i = 0; i < 5; i++) gate.admit("10.0.0.9")?.settle();
    expect(gate.admit("10.0.0.9")).toBeUndefined();
    later(clock, 1_000);
    expect(gate.admit("10.0.0.9")).toBeDefined();
  });

  it("stops answering wrong passwords of one address only", () => {
    const gate = new ConnectionGate(newClock(), limits);
    expect([1, 2, 3].map(() => gate.failed("10.0.0.9"))).toEqual([true, true, false]);
    expect(gate.failed("10.0.0.10")).toBe(true);
  });

  it("remembers a bounded number of addresses", () => {
    const gate = new ConnectionGate(newClock(), { ...limits, connections: { burst: 1, perSecond: 0.001 } });
    gate.admit("first");
    for (let i = 0; i < 5_000; i++) gate.admit(`10.0.${i >> 8}.${i & 255}`)?.settle();
    expect(gate.admit("first")).toBeDefined();
  });
});
