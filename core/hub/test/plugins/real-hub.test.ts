import { type ChannelId, hours, type PluginId } from "@vatio/plugin-api";
import { createTestHub, type TestHub } from "@vatio/testkit";
import { describe, expect, it } from "vitest";
import { until } from "../mqtt/support/settle.js";
import brittle from "./programs/worker-driver.js";
import { sourceOf } from "./support/harness.js";

const id = "brittle" as PluginId;
const entry = new URL("./programs/worker-driver.ts", import.meta.url).href;
const channel = "brittle:m1/main" as ChannelId;

const start = (): Promise<TestHub> =>
  createTestHub({ plugins: [sourceOf(brittle, { entry })], config: { plugins: { forceWorker: ["brittle"] } } });

async function storedWatts(hub: TestHub): Promise<readonly number[]> {
  const now = hub.clock.now();
  const range = { from: (now - hours(1)) as typeof now, to: (now + hours(1)) as typeof now };
  const watts: number[] = [];
  for await (const { columns } of hub.parts.telemetry.exportRows({ targets: [channel], range })) {
    watts.push(...(columns.power_w ?? []));
  }
  return watts;
}

describe("a driver in a worker of the real hub", { timeout: 60_000 }, () => {
  it("that dies of one message loses no other: what was acknowledged is stored, and the message is set aside", async () => {
    await using hub = await start();
    const client = await hub.connect();
    const began = hub.clock.now();
    const send = (n: number): Promise<unknown> =>
      client.publishAsync("brittle/m1/power", JSON.stringify({ n, at: began - 60_000 + n * 100, watts: n }), {
        qos: 1,
      });
    const state = (): string | undefined => hub.parts.plugins.get(id)?.state;

    for (let n = 1; n <= 10; n++) await send(n);
    await client.publishAsync("brittle/m1/power", "poison", { qos: 1 });
    await until(() => state() === "failed");
    // It is away: these wait in its inbox, acknowledged.
    for (let n = 11; n <= 20; n++) await send(n);
    for (let crash = 2; crash <= 3; crash++) {
      await hub.advance("6 s");
      // Both may fall into the first six seconds: after 1 s and 4 s, each up to 20 % earlier.
      await until(() => (hub.parts.plugins.get(id)?.crashes.length ?? 0) >= crash, `crash ${crash}`, 20_000);
    }
    expect(state()).toBe("quarantined");
    for (let n = 21; n <= 30; n++) await send(n);
    await until(async () => (await hub.parts.telemetry.inbox.aside(id)).length === 1);
    await hub.parts.plugins.restart({ kind: "hub", id: "test" }, id);
    await until(async () => (await storedWatts(hub)).length === 30, "everything is stored", 20_000);
    expect(await storedWatts(hub)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
    expect(state()).toBe("running");
  });
});
