import type { Instant, PluginState } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  backOff,
  budgetSpent,
  CRASH_WINDOW,
  LIFECYCLE,
  type LifecycleInput,
  nextState,
} from "../../src/plugins/lifecycle.js";

const states = Object.keys(LIFECYCLE) as PluginState[];
const inputs: readonly LifecycleInput[] = [
  ...["start", "ready", "degrade", "recover", "stop"],
  ...["stopped", "fail", "quarantine", "disable", "refuse"],
] as LifecycleInput[];

describe("the state machine", () => {
  it.each<[PluginState, LifecycleInput, PluginState | undefined]>([
    ["stopped", "start", "starting"],
    ["disabled", "start", "starting"],
    ["starting", "ready", "running"],
    ["running", "degrade", "degraded"],
    ["degraded", "recover", "running"],
    ["running", "stop", "stopping"],
    ["stopping", "stopped", "stopped"],
    ["starting", "fail", "failed"],
    ["failed", "start", "starting"],
    ["degraded", "quarantine", "quarantined"],
    ["quarantined", "start", "starting"],
    ["starting", "refuse", "incompatible"],
    ["stopping", "fail", undefined],
    ["quarantined", "ready", undefined],
    ["disabled", "fail", undefined],
    ["running", "start", undefined],
    ["running", "disable", undefined],
  ])("%s, %s → %s", (state, input, expected) => {
    expect(nextState(state, input)).toBe(expected);
  });

  function walk(script: readonly LifecycleInput[]): [from: PluginState, to: PluginState][] {
    let state: PluginState = "stopped";
    return script.flatMap((input) => {
      const from = state;
      state = nextState(from, input) ?? from;
      return state === from ? [] : [[from, state] as [PluginState, PluginState]];
    });
  }

  /** From where a state may be entered, and to where it may be left. */
  const ENTERED: Partial<Record<PluginState, readonly PluginState[]>> = {
    running: ["starting", "degraded"],
    degraded: ["running"],
    stopping: ["starting", "running", "degraded"],
  };
  const LEFT: Partial<Record<PluginState, readonly PluginState[]>> = {
    quarantined: ["starting", "disabled", "incompatible"],
    disabled: ["starting", "incompatible"],
    stopping: ["stopped"],
  };

  it("lets nothing run that did not start, and nothing leave quarantine or a person's no by itself", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...inputs), { maxLength: 60 }), (script) => {
        const wrong = walk(script).filter(
          ([from, to]) => ENTERED[to]?.includes(from) === false || LEFT[from]?.includes(to) === false,
        );
        expect(wrong).toEqual([]);
      }),
    );
  });

  it("finds a way to a running plugin from everywhere", () => {
    const reaches = (state: PluginState, seen: ReadonlySet<PluginState> = new Set()): boolean =>
      state === "running" ||
      (!seen.has(state) &&
        Object.values(LIFECYCLE[state]).some((next) => next !== undefined && reaches(next, new Set([...seen, state]))));
    expect(states.filter((state) => !reaches(state))).toEqual([]);
  });
});

describe("the crash budget", () => {
  it("is three crashes within ten minutes", () => {
    const offsets = fc.array(fc.integer({ min: 0, max: 3 * CRASH_WINDOW }), { maxLength: 8 });
    fc.assert(
      fc.property(offsets, (ages) => {
        const now = 10 * CRASH_WINDOW;
        const crashes = ages.map((age) => (now - age) as Instant);
        const recent = ages.filter((age) => age < 600_000).length;
        expect(budgetSpent(crashes, now as Instant)).toBe(recent >= 3);
      }),
    );
  });
});

describe("the back-off", () => {
  it.each([
    [1, 1_000],
    [2, 4_000],
    [3, 16_000],
    [4, 60_000],
    [50, 60_000],
  ])("after %s failures is %s ms, give or take 20 %", (failures, base) => {
    expect(backOff(failures, 0.5)).toBe(base);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (chance) => {
        const wait = backOff(failures, chance);
        expect(wait).toBeGreaterThanOrEqual(base * 0.8);
        expect(wait).toBeLessThanOrEqual(base * 1.2);
      }),
    );
  });
});
