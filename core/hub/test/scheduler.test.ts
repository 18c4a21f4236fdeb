import { type Instant, minutes, seconds, VatioError } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HubScheduler } from "../src/scheduler.js";

const settle = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const clock = new VirtualClock(1_800_000_000_000 as Instant);
  const errors: unknown[] = [];
  return { clock, errors, scheduler: new HubScheduler(clock, (error) => errors.push(error)) };
}

async function run(clock: VirtualClock, ms: number): Promise<void> {
  const until = (clock.now() + ms) as Instant;
  while (clock.fireNext(until)) await settle();
  clock.jumpTo(until);
  await settle();
}

describe("scheduler", () => {
  it("runs jobs at their time, in order", async () => {
    const { clock, scheduler } = setUp();
    const ran: string[] = [];
    scheduler.after(seconds(2), () => void ran.push("two"));
    scheduler.after(seconds(1), () => void ran.push("one"));
    scheduler.at((clock.now() - 5) as Instant, () => void ran.push("past"));
    await run(clock, 3_000);
    expect(ran).toEqual(["past", "one", "two"]);
  });

  it("repeats without overlap and leaves out runs that are due meanwhile", async () => {
    const { clock, scheduler } = setUp();
    let running = 0;
    let most = 0;
    let runs = 0;
    scheduler.every(seconds(1), async () => {
      most = Math.max(most, ++running);
      runs++;
      await scheduler.sleep(seconds(2.5));
      running--;
    });
    await run(clock, 9_000);
    expect(most).toBe(1);
    expect(runs).toBe(3);
  });

  it("stops a repetition that is disposed from within", async () => {
    const { clock, scheduler } = setUp();
    let runs = 0;
    const repetition = scheduler.every(seconds(1), () => {
      runs++;
      repetition[Symbol.dispose]();
    });
    await run(clock, 5_000);
    expect(runs).toBe(1);
    expect(scheduler.open).toBe(0);
  });

  it("tells a job that it takes too long", async () => {
    const { clock, scheduler } = setUp();
    let reason: unknown;
    scheduler.every(
      minutes(1),
      (signal) =>
        new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => {
            reason = signal.reason;
            resolve();
          });
        }),
      { timeout: seconds(5) },
    );
    await run(clock, 66_000);
    expect(VatioError.is(reason) && reason.code).toBe("E_TIMEOUT");
  });

  it("hands errors over instead of dying of them", async () => {
    const { clock, errors, scheduler } = setUp();
    scheduler.every(seconds(1), () => {
      throw new Error("boom");
    });
    scheduler.every(seconds(1), async () => Promise.reject(new Error("later")));
    await run(clock, 2_000);
    expect(errors).toHaveLength(4);
  });

  it("leaves nothing behind when disposed", async () => {
    const { clock, scheduler } = setUp();
    const seen: string[] = [];
    scheduler.after(
      seconds(1),
      (signal) => new Promise<void>(() => signal.addEventListener("abort", () => void seen.push("aborted"))),
    );
    scheduler.after(seconds(9), () => void seen.push("ran"));
    await run(clock, 1_500);
    scheduler[Symbol.dispose]();
    await run(clock, 60_000);
    expect({ seen, pending: clock.pending }).toEqual({ seen: ["aborted"], pending: 0 });
    expect(() => scheduler.after(seconds(1), () => undefined)).toThrowError(/stopped/);
  });

  it("ends a wait that is aborted", async () => {
    const { scheduler } = setUp();
    const controller = new AbortController();
    const wait = scheduler.sleep(seconds(5), controller.signal);
    controller.abort();
    await expect(wait).rejects.toMatchObject({ code: "E_ABORTED" });
    await expect(scheduler.sleep(seconds(5), controller.signal)).rejects.toMatchObject({ code: "E_ABORTED" });
  });
});

describe("virtual clock", () => {
  it("fires every timer once, never early, in order of due time", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 50 }), (delays) => {
        const clock = new VirtualClock(0 as Instant);
        const fired: number[] = [];
        for (const delay of delays) {
          clock.timer(delay as ReturnType<typeof seconds>, () => {
            expect(clock.now()).toBe(delay);
            fired.push(delay);
          });
        }
        while (clock.fireNext(10_000 as Instant));
        expect(fired).toEqual([...delays].sort((a, b) => a - b));
      }),
    );
  });
});
