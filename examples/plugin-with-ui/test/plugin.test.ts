import { createTestHub, describePluginContract, type TestHub } from "@vatio/testkit";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.js";
import { acceptedMeter, meterDriver } from "./support/meter.js";

describePluginContract(plugin, {
  entry: import.meta.resolve("../src/index.ts"),
  manifestFile: new URL("../manifest.json", import.meta.url),
  validConfigs: [{ leastW: 0 }, {}],
  invalidConfigs: [{ leastW: -1 }, { leastW: "much" }, { least: 1 }],
});

interface ShownPeak {
  readonly point: string;
  readonly name: string;
  readonly day: string;
  readonly powerW: number;
}

const peaksOf = async (hub: TestHub): Promise<readonly ShownPeak[]> =>
  (await (await hub.request("/api/plugins/peaks/today")).json()) as readonly ShownPeak[];

describe("the peaks of a day", () => {
  it("are the highest power above the least one, and each rise is told", async () => {
    await using hub = await createTestHub({ plugins: [meterDriver, plugin] });
    const send = await acceptedMeter(hub, "oven");
    for (const watts of [99, 1500, 1200, 2400]) await send(watts);
    expect(await peaksOf(hub)).toMatchObject([{ name: "oven", day: "2026-11-20", powerW: 2400 }]);
    expect(hub.events("peaks.rose").map(({ payload }) => payload.powerW)).toEqual([1500, 2400]);
    expect(hub.logs({ level: "warn" })).toEqual([]);
  });

  it("begin anew at midnight of the site", async () => {
    await using hub = await createTestHub({ plugins: [meterDriver, plugin], now: "2026-11-20T23:59:00-06:00" });
    const send = await acceptedMeter(hub, "oven");
    await send(2400);
    await hub.advance("2 min");
    await send(500);
    expect(await peaksOf(hub)).toMatchObject([{ day: "2026-11-21", powerW: 500 }]);
  });

  it("survive a restart of the plugin", async () => {
    await using hub = await createTestHub({ plugins: [meterDriver, plugin] });
    const send = await acceptedMeter(hub, "oven");
    await send(2400);
    expect((await hub.request("/api/v1/plugins/peaks/restart", { method: "POST" })).status).toBe(200);
    await send(700);
    expect(await peaksOf(hub)).toMatchObject([{ powerW: 2400 }]);
  });

  it("are forgotten on demand, as an audited command", async () => {
    await using hub = await createTestHub({ plugins: [meterDriver, plugin] });
    const send = await acceptedMeter(hub, "oven");
    await send(2400);
    const [peak] = await peaksOf(hub);
    const target = `/api/plugins/peaks/today/${encodeURIComponent(peak?.point ?? "")}`;
    expect(await (await hub.request(target, { method: "DELETE" })).json()).toEqual({ forgotten: true });
    expect(await peaksOf(hub)).toEqual([]);
  });

  it("are shown to nobody who is not signed in", async () => {
    await using hub = await createTestHub({ plugins: [meterDriver, plugin] });
    expect((await fetch(`${hub.url}/api/plugins/peaks/today`)).status).toBe(401);
    expect((await hub.request("/api/plugins/peaks/elsewhere")).status).toBe(404);
  });
});
