import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LiveClientFrame, LiveServerFrame } from "../../src/data/api.js";
import { backoffMs } from "../../src/data/backoff.js";
import { LiveConnection, type SocketLike } from "../../src/data/live-connection.js";

type Listener = (event: { data: unknown }) => void;

/** The far end of the network, driven by the test. */
class FakeSocket implements SocketLike {
  #state = 0;
  readonly sent: LiveClientFrame[] = [];
  readonly #listeners = new Map<string, Listener[]>();
  #seq = 0;

  get readyState(): number {
    return this.#state;
  }

  addEventListener(type: string, listener: Listener | (() => void)): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener as Listener]);
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data) as LiveClientFrame);
  }

  close(): void {
    this.#state = 3;
  }

  open(): void {
    this.#state = 1;
    this.#emit("open");
  }

  lose(): void {
    this.#state = 3;
    this.#emit("close");
  }

  say(frame: Record<string, unknown>, seq?: number): void {
    this.#emit("message", JSON.stringify({ ...frame, seq: seq ?? this.#seq }));
    this.#seq += 1;
  }

  babble(data: unknown): void {
    this.#emit("message", data);
  }

  #emit(type: string, data: unknown = undefined): void {
    for (const listener of this.#listeners.get(type) ?? []) listener({ data });
  }
}

function connected() {
  const sockets: FakeSocket[] = [];
  let now = 1_000_000;
  const live = new LiveConnection({
    connect: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    now: () => now,
    random: () => 0.5,
  });
  const newest = (): FakeSocket => {
    const socket = sockets.at(-1);
    if (!socket) throw new RangeError("nothing connected");
    return socket;
  };
  return {
    live,
    sockets,
    newest,
    pass: (ms: number) => {
      now += ms;
      vi.advanceTimersByTime(ms);
    },
  };
}

describe("LiveConnection", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("connects with the first wish and repeats all wishes after a loss", () => {
    const { live, sockets, newest, pass } = connected();
    expect(sockets).toHaveLength(0);
    live.subscribe({ targets: ["a"] });
    live.subscribe({ events: ["device.*"] });
    newest().open();
    expect(newest().sent).toEqual([
      { type: "subscribe", id: 1, targets: ["a"] },
      { type: "subscribe", id: 2, events: ["device.*"] },
    ]);
    newest().lose();
    expect(live.state).toBe("waiting");
    pass(15_000);
    newest().open();
    expect(sockets).toHaveLength(2);
    expect(newest().sent.map(({ type }) => type)).toEqual(["subscribe", "subscribe"]);
  });

  it("shares equal wishes and ends them with the last holder", () => {
    const { live, newest } = connected();
    const ends = [live.subscribe({ targets: ["a"] }), live.subscribe({ targets: ["a"] })];
    newest().open();
    expect(newest().sent).toHaveLength(1);
    ends[0]?.();
    ends[0]?.();
    expect(newest().sent).toHaveLength(1);
    ends[1]?.();
    expect(newest().sent.at(-1)).toEqual({ type: "unsubscribe", id: 1 });
  });

  it("splits more targets than the hub takes at once", () => {
    const { live, newest } = connected();
    live.subscribe({ targets: Array.from({ length: 1_201 }, (_, index) => `p${index}`) });
    newest().open();
    expect(newest().sent.map((frame) => ("targets" in frame ? frame.targets?.length : 0))).toEqual([500, 500, 201]);
  });

  it("tells of a hole after it came back, and not at the first connection", () => {
    const { live, newest, pass } = connected();
    let holes = 0;
    live.holes.on(() => holes++);
    live.subscribe({ targets: ["a"] });
    newest().open();
    expect(holes).toBe(0);
    newest().lose();
    pass(15_000);
    newest().open();
    expect(holes).toBe(1);
  });

  it("gives a connection up that skipped a sequence number", () => {
    const { live, sockets, newest, pass } = connected();
    const readings: unknown[] = [];
    live.readings.on((frame) => readings.push(frame));
    live.subscribe({ targets: ["a"] });
    newest().open();
    newest().say({ type: "hello", now: 5_000_000, version: "1" }, 0);
    newest().say({ type: "readings", target: "a", at: [1], columns: {}, provisional: true }, 2);
    expect(readings).toHaveLength(0);
    expect(live.state).toBe("waiting");
    pass(15_000);
    expect(sockets).toHaveLength(2);
  });

  it("knows the clock of the hub", () => {
    const { live, newest, pass } = connected();
    live.subscribe({ targets: ["a"] });
    newest().open();
    newest().say({ type: "hello", now: 7_000_000, version: "1" });
    pass(250);
    expect(live.now()).toBe(7_000_250);
  });

  it("asks when it is quiet and leaves when nobody answers", () => {
    const { live, newest, pass } = connected();
    live.subscribe({ targets: ["a"] });
    newest().open();
    pass(10_000);
    expect(newest().sent.at(-1)).toEqual({ type: "ping" });
    pass(20_000);
    expect(live.state).not.toBe("open");
  });

  it("survives anything that is no frame", () => {
    const { live, newest } = connected();
    const logs: unknown[] = [];
    live.logs.on((line) => logs.push(line));
    live.subscribe({ logs: "info" });
    newest().open();
    for (const data of [
      "",
      "{",
      "null",
      "[]",
      '{"type":"log"}',
      '{"type":"nonsense","seq":0}',
      new Uint8Array(3),
      undefined,
    ])
      newest().babble(data);
    const line: Extract<LiveServerFrame, { type: "log" }>["line"] = {
      at: 1,
      level: "info",
      source: "hub",
      message: "still here",
    };
    newest().say({ type: "log", line }, 1);
    expect(logs).toEqual([line]);
  });

  it("stops for good when somebody signs out, and starts again with the same wishes", () => {
    const { live, sockets, newest, pass } = connected();
    live.subscribe({ targets: ["a"] });
    newest().open();
    live.stop();
    pass(60_000);
    expect(sockets).toHaveLength(1);
    live.start();
    newest().open();
    expect(newest().sent).toEqual([{ type: "subscribe", id: 1, targets: ["a"] }]);
  });
});

describe("backoffMs", () => {
  it("grows to fifteen seconds and never falls below a quarter of a second", () => {
    const at = (attempt: number, chance: number): number => backoffMs(attempt, () => chance);
    expect([0, 1, 2, 3].map((attempt) => at(attempt, 1))).toEqual([500, 1_000, 2_000, 4_000]);
    expect(at(50, 1)).toBe(15_000);
    expect(at(0, 0)).toBe(250);
  });
});
