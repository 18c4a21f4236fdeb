import type { Instant } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { LIVE_LIMITS, Outbox } from "../../src/live/outbox.js";
import type { Rows } from "../../src/live/rows.js";
import { ManualTransport } from "./manual-transport.js";

let clock: VirtualClock;
let transport: ManualTransport;
let outbox: Outbox;
let dropped: number;

beforeEach(() => {
  clock = new VirtualClock(1_000_000 as Instant);
  transport = new ManualTransport();
  dropped = 0;
  outbox = new Outbox({ transport, clock, onDropped: (count) => (dropped += count) });
});

function advance(ms: number): void {
  const until = (clock.now() + ms) as Instant;
  while (clock.fireNext(until));
  clock.jumpTo(until);
}

const power = (at: number, value: number | null): Rows => ({ at: [at], columns: { power_w: [value] } });
const event = (device: string, online: boolean) =>
  ({
    type: "event",
    event: { type: "device.availability", payload: { device, online }, at: 1, source: "hub" },
  }) as const;
const MANY = "x".repeat(600 * 1024);
const fill = () => outbox.send({ type: "error", error: { code: MANY, message: "" } });

describe("coalescing", () => {
  it("sends the first reading at once and the next ones together, at most ten frames a second", () => {
    for (let ms = 0; ms < 1_000; ms += 20) {
      outbox.readings("p", power(ms, ms));
      advance(20);
    }
    advance(200);
    const frames = transport.of("readings");
    expect(frames.length).toBeGreaterThanOrEqual(10);
    expect(frames.length).toBeLessThanOrEqual(12);
    expect(frames.flatMap(({ at }) => at)).toEqual(Array.from({ length: 50 }, (_unused, index) => index * 20));
    expect(frames[0]).toMatchObject({ target: "p", at: [0], columns: { power_w: [0] }, provisional: true });
  });

  it("keeps targets apart and fills metrics that a reading lacks with null", () => {
    outbox.readings("p", power(1, 1));
    outbox.readings("q", power(2, 2));
    outbox.readings("p", power(3, 3));
    outbox.readings("p", { at: [4], columns: { voltage_v: [230] } });
    advance(100);
    expect(transport.of("readings").map(({ target, at }) => [target, at])).toEqual([
      ["p", [1]],
      ["q", [2]],
      ["p", [3, 4]],
    ]);
    expect(transport.of("readings")[2]?.columns).toEqual({ power_w: [3, null], voltage_v: [null, 230] });
  });

  it("splits what is too long for one frame", () => {
    const count = LIVE_LIMITS.rowsPerFrame * 2 + 1;
    const at = Array.from({ length: count }, (_unused, index) => index);
    outbox.readings("p", { at, columns: { power_w: at } });
    expect(transport.of("readings").map((frame) => frame.at.length)).toEqual([1_000, 1_000, 1]);
    expect(transport.of("readings").flatMap((frame) => frame.columns.power_w)).toEqual(at);
  });

  it("leaves no timer behind once nothing waits", () => {
    outbox.readings("p", power(1, 1));
    outbox.readings("p", power(2, 2));
    expect(clock.pending).toBe(1);
    advance(500);
    expect(clock.pending).toBe(0);
    outbox.readings("p", power(3, 3));
    outbox.readings("p", power(4, 4));
    outbox[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });
});

describe("a client that reads too slowly", () => {
  beforeEach(() => {
    transport.stuck = true;
    fill();
  });

  it("gets nothing more until it has caught up, then what it missed in numbers and the newest values", () => {
    const before = transport.frames.length;
    for (let at = 0; at < 100; at++) {
      outbox.readings("p", power(at, at));
      outbox.readings("q", { at: [at], columns: { voltage_v: [200 + at] } });
      outbox.event(event("d", at % 2 === 0));
      outbox.log({ type: "log", line: { at, level: "info", source: "x", message: "y" } });
      advance(50);
    }
    expect(transport.frames.length).toBe(before);
    transport.bufferedBytes = 0;
    transport.stuck = false;
    advance(1_000);
    const after = transport.frames.slice(before);
    expect(after.map(({ type }) => type)).toEqual(["lagged", "event", "readings", "readings"]);
    expect(after[0]).toMatchObject({ dropped: 99 + 99 + 99 + 100, ms: 5_100 });
    expect(after[1]).toMatchObject({ event: { payload: { device: "d", online: false } } });
    expect(after[2]).toMatchObject({ target: "p", at: [99], columns: { power_w: [99] } });
    expect(after[3]).toMatchObject({ target: "q", columns: { voltage_v: [299] } });
    expect(dropped).toBe(99 * 3 + 100);
  });

  it("keeps the newest value of each metric, also when they came at different times", () => {
    outbox.readings("p", power(1, 11));
    outbox.readings("p", { at: [2, 3], columns: { voltage_v: [230, null], power_w: [null, null] } });
    transport.bufferedBytes = 0;
    advance(100);
    expect(transport.of("readings")[0]).toMatchObject({
      at: [1, 2],
      columns: { power_w: [11, null], voltage_v: [null, 230] },
    });
  });

  it("still gets answers", () => {
    outbox.send({ type: "pong", now: 1 });
    expect(transport.of("pong")).toHaveLength(1);
  });

  it("is closed after 30 s above 2 MiB, and not before", () => {
    transport.bufferedBytes = LIVE_LIMITS.closeBytes + 1;
    advance(29_000);
    expect(transport.closed).toBeUndefined();
    transport.bufferedBytes = LIVE_LIMITS.closeBytes - 1;
    advance(1_000);
    transport.bufferedBytes = LIVE_LIMITS.closeBytes + 1;
    advance(29_900);
    expect(transport.closed).toBeUndefined();
    expect(outbox.overfull).toBe(true);
    advance(300);
    expect(transport.closed).toBe(1013);
    expect(clock.pending).toBe(0);
  });

  it("does not get what a snapshot told it meanwhile", () => {
    outbox.readings("p", power(1, 1));
    outbox.settle(["p"]);
    transport.bufferedBytes = 0;
    advance(100);
    expect(transport.of("readings")).toEqual([]);
  });
});

describe("settle", () => {
  it("sends what waits, so that a snapshot taken next comes after it", () => {
    outbox.readings("p", power(1, 1));
    outbox.readings("p", power(2, 2));
    outbox.settle(["p"]);
    outbox.send({ type: "snapshot", id: 1, now: 1, last: {} });
    advance(200);
    expect(transport.frames.map(({ type }) => type)).toEqual(["readings", "readings", "snapshot"]);
  });
});

/** Drives an outbox step by step, and remembers what it was told. */
class Drive {
  readonly clock = new VirtualClock(0 as Instant);
  readonly line = new ManualTransport();
  readonly newest = new Map<string, number>();
  lost = 0;
  told = 0;
  readonly #box = new Outbox({ transport: this.line, clock: this.clock, onDropped: (count) => (this.lost += count) });

  readonly steps: Readonly<Record<string, (n: number) => void>> = {
    p: (n) => this.#reading("p", n),
    q: (n) => this.#reading("q", n),
    pass: (n) => this.pass(Math.abs(n) % 400),
    fill: () => (this.line.bufferedBytes = LIVE_LIMITS.lagBytes + 1),
    drain: () => (this.line.bufferedBytes = 0),
    event: () => this.#box.event(event("d", true)),
    log: (n) => this.#box.log({ type: "log", line: { at: n, level: "info", source: "x", message: "y" } }),
  };

  pass(ms: number): void {
    const until = (this.clock.now() + ms) as Instant;
    while (this.clock.fireNext(until));
    this.clock.jumpTo(until);
  }

  #reading(target: string, value: number): void {
    this.#box.readings(target, power(++this.told, value));
    this.newest.set(target, value);
  }
}

describe("whatever happens", () => {
  const step = fc.tuple(fc.constantFrom("p", "p", "q", "q", "pass", "fill", "drain", "event", "log"), fc.integer());

  it("numbers rise by one, times of a target never go back, the newest value arrives, and what is missing was counted", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const drive = new Drive();
        for (const [name, n] of steps) drive.steps[name]?.(n);
        drive.line.bufferedBytes = 0;
        drive.pass(2_000);
        const { line, lost, told, newest, clock: time } = drive;
        expect(line.frames.map(({ seq }) => seq)).toEqual(line.frames.map((_frame, index) => index + 1));
        for (const [target, value] of newest) {
          const mine = line.of("readings").filter((frame) => frame.target === target);
          const times = mine.flatMap((frame) => frame.at);
          expect(times).toEqual([...times].sort((a, b) => a - b));
          expect(mine.flatMap((frame) => frame.columns.power_w ?? []).at(-1)).toBe(value);
        }
        expect(line.of("lagged").reduce((sum, frame) => sum + frame.dropped, 0)).toBe(lost);
        expect(line.of("readings").flatMap((frame) => frame.at).length + lost).toBeGreaterThanOrEqual(told);
        expect(time.pending).toBe(0);
      }),
    );
  });
});
