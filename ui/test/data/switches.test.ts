import { describe, expect, it } from "vitest";
import { HttpApi } from "../../src/data/http.js";
import { ReadingsStore } from "../../src/data/readings-store.js";
import { Switches } from "../../src/data/switches.js";

const target = { channel: "shelly:a/switch:0", point: "p" };

function switches(answer: () => Promise<Response>) {
  const readings = new ReadingsStore({ schedule: () => {}, now: () => 1_000 });
  const http = new HttpApi({ fetch: answer });
  const kit = new Switches({ http, readings, now: () => 1_000 });
  return { kit, readings };
}

const says = (on: boolean): Promise<Response> =>
  Promise.resolve(new Response(JSON.stringify({ result: { wasOn: !on, on } })));

describe("Switches", () => {
  it("shows the wish while it waits, then what the device said", async () => {
    const { kit, readings } = switches(() => says(true));
    readings.putLast({ p: { switch_on: { at: 1, value: 0 } } });
    expect(kit.state(target)).toEqual({ on: false, pending: false });
    const done = kit.set(target, true);
    expect(kit.state(target)).toEqual({ on: true, pending: true });
    await done;
    expect(kit.state(target)).toEqual({ on: true, pending: false });
    expect(readings.get(target.channel, "switch_on")).toEqual({ at: 1_000, value: 1 });
  });

  it("goes back when the device does not answer", async () => {
    const error = { error: { code: "E_COMMAND_TIMEOUT", message: "", retryable: true } };
    const { kit, readings } = switches(() => Promise.resolve(new Response(JSON.stringify(error), { status: 504 })));
    readings.putLast({ p: { switch_on: { at: 1, value: 1 } } });
    await expect(kit.set(target, false)).rejects.toMatchObject({ code: "E_COMMAND_TIMEOUT" });
    expect(kit.state(target)).toEqual({ on: true, pending: false });
  });

  it("says so when the device keeps its state", async () => {
    const { kit } = switches(() => says(false));
    await expect(kit.set(target, true)).rejects.toMatchObject({ code: "E_SWITCH_REFUSED" });
    expect(kit.state(target)).toEqual({ on: false, pending: false });
  });

  it("does not guess a state that nobody reported", () => {
    expect(switches(() => says(true)).kit.state(target).on).toBeUndefined();
  });
});
