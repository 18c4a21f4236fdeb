import { describe, expect, it } from "vitest";
import { ReadingsStore } from "../../src/data/readings-store.js";

function storeWithFrames(now = 1_000) {
  const frames: (() => void)[] = [];
  const store = new ReadingsStore({ schedule: (callback) => frames.push(callback), now: () => now });
  const nextFrame = (): void => {
    for (const frame of frames.splice(0)) frame();
  };
  return { store, nextFrame };
}

describe("ReadingsStore", () => {
  it("tells once per frame, however many values arrive", () => {
    const { store, nextFrame } = storeWithFrames();
    let calls = 0;
    store.subscribe(["a"], () => calls++);
    store.putLast({ a: { power_w: { at: 1, value: 1 }, voltage_v: { at: 1, value: 2 } } });
    store.putFrame({ target: "a", at: [2], columns: { power_w: [3] } });
    expect(calls).toBe(0);
    nextFrame();
    expect(calls).toBe(1);
    expect(store.get("a", "power_w")).toEqual({ at: 2, value: 3 });
  });

  it("tells only those who watch the target", () => {
    const { store, nextFrame } = storeWithFrames();
    const calls: string[] = [];
    store.subscribe(["a"], () => calls.push("a"));
    const end = store.subscribe(["b"], () => calls.push("b"));
    store.putLast({ b: { power_w: { at: 1, value: 1 } } });
    nextFrame();
    end();
    store.putLast({ b: { power_w: { at: 2, value: 1 } } });
    nextFrame();
    expect(calls).toEqual(["b"]);
  });

  it("keeps the newest value when an older one comes late", () => {
    const { store } = storeWithFrames();
    store.putLast({ a: { power_w: { at: 10, value: 5 } } });
    store.putLast({ a: { power_w: { at: 9, value: 1 } } });
    expect(store.get("a", "power_w")).toEqual({ at: 10, value: 5 });
  });

  it("does not stop at a value from the future", () => {
    const { store } = storeWithFrames(1_000_000);
    const put = (at: number, value: number): void => store.putLast({ a: { power_w: { at, value } } });
    put(1_000_000, 1);
    put(99_000_000, 9);
    expect(store.get("a", "power_w")?.value).toBe(9);
    put(1_001_000, 2);
    expect(store.get("a", "power_w")).toEqual({ at: 1_001_000, value: 2 });
    put(1_000_500, 3);
    expect(store.get("a", "power_w")?.value, "an older one still changes nothing").toBe(2);
  });

  it("bears with a clock that runs a little ahead", () => {
    const { store } = storeWithFrames(1_000_000);
    store.putLast({ a: { power_w: { at: 1_050_000, value: 5 } } });
    store.putLast({ a: { power_w: { at: 1_040_000, value: 1 } } });
    expect(store.get("a", "power_w")?.value).toBe(5);
  });

  it("takes the last value of a column that ends with nulls", () => {
    const { store } = storeWithFrames();
    store.putFrame({ target: "a", at: [1, 2, 3], columns: { power_w: [7, 8, null], voltage_v: [null, null, null] } });
    expect(store.get("a", "power_w")).toEqual({ at: 2, value: 8 });
    expect(store.get("a", "voltage_v")).toBeUndefined();
    expect(store.seenAt("a")).toBe(2);
  });

  it("knows nothing of a target that never spoke", () => {
    expect(storeWithFrames().store.seenAt("a")).toBeUndefined();
  });
});
