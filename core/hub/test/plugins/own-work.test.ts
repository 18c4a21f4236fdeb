import type { Log, PluginId } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { CounterTable } from "../../src/counters.js";
import { OwnWork } from "../../src/plugins/own-work.js";
import { ManualClock } from "./support/manual-clock.js";

/** A machine on which time passes with or without the process running. */
function machine({ measured = true } = {}) {
  const clock = Object.assign(new ManualClock(), { cpu: 0 });
  const counters = new CounterTable();
  const warnings: { message: string; fields: object | undefined }[] = [];
  const log = { warn: (message: string, fields?: object) => void warnings.push({ message, fields }) } as Log;
  const processor = measured ? { processor: () => clock.cpu } : {};
  const timed = {
    monotonic: () => clock.monotonic(),
    now: () => clock.now(),
    timer: clock.timer.bind(clock),
    ...processor,
  };
  const work = new OwnWork({ id: "meter" as PluginId, clock: timed, counters, log });
  const run = (ms: number): void => {
    clock.skip(ms);
    clock.cpu += ms;
  };
  return {
    ...{ run, warnings },
    /** Another program has the processor. */
    wait: (ms: number) => clock.skip(ms),
    serve: (ms: number) => work.serve(() => run(ms)),
    call(body: () => void, where = "message"): void {
      const mark = work.begin();
      body();
      work.end(mark, where);
    },
    counted: () => counters.get("plugin:meter", "slow-call"),
  };
}

describe("what holds the hub up", () => {
  it("is the plugin's own work beyond 50 ms", () => {
    const { call, run, counted, warnings } = machine();
    call(() => run(50));
    expect(counted()).toBe(0);
    call(() => run(51));
    expect(counted()).toBe(1);
    expect(warnings).toEqual([{ message: "The plugin meter held the hub up for 51 ms", fields: { where: "message" } }]);
  });

  it("is not what the hub does for the plugin on the way", () => {
    const { call, run, serve, counted } = machine();
    call(() => {
      run(30);
      serve(400);
      run(15);
    });
    expect(counted()).toBe(0);
    serve(400);
    call(() => {
      serve(10);
      run(60);
    });
    expect(counted()).toBe(1);
  });

  it("is not the time in which other programs had the processor", () => {
    const { call, run, wait, counted, warnings } = machine();
    call(() => {
      run(20);
      wait(500);
      run(10);
    });
    expect(counted()).toBe(0);
    wait(1_000);
    call(() => {
      wait(500);
      run(70);
    });
    expect(warnings.map(({ message }) => message)).toEqual(["The plugin meter held the hub up for 70 ms"]);
  });

  it("is all of it where the clock knows no processor time", () => {
    const { call, wait, counted } = machine({ measured: false });
    call(() => wait(60));
    expect(counted()).toBe(1);
  });

  it("is logged once a minute, counted always, and what was left unsaid is told later", () => {
    const { call, run, wait, counted, warnings } = machine();
    for (let times = 0; times < 10; times++) call(() => run(60));
    expect([counted(), warnings.length]).toEqual([10, 1]);
    wait(60_000);
    call(() => run(60));
    expect(warnings[1]?.fields).toEqual({ where: "message", othersSinceTheLastNote: 9 });
  });
});
