import { type ChannelId, type Instant, type PluginId, row } from "@vatio/plugin-api";
import { createTestHub } from "@vatio/testkit";
import { describe, expect, it } from "vitest";

const HOUR = 3_600_000;

describe("energy over HTTP", () => {
  it("tells what a circuit used, what its register did and how good its data is", { timeout: 60_000 }, async () => {
    await using hub = await createTestHub();
    const { devices, telemetry } = hub.parts;
    const { id: device, channels } = await devices.announce("meter" as PluginId, {
      ...{ hardwareId: "a1", channels: [{ key: "main", kind: "meter", metrics: ["energy_import_wh"] }] },
    });
    await devices.accept(device, { name: "Meter" });
    const channel = channels.main as ChannelId;
    const from = Math.floor(hub.clock.now() / HOUR) * HOUR - 4 * HOUR;
    const registers = Array.from({ length: 25 }, (_, i) => (i < 13 ? 9_000 + 50 * i : 50 * (i - 13)));
    await telemetry.write(
      registers.map((wh, i) => row(channel, (from + i * 600_000) as Instant, { energy_import_wh: wh })),
    );
    await hub.settle();
    const get = async <T>(path: string): Promise<T> => (await (await hub.request(`/api/v1${path}`)).json()) as T;
    const [site] = await get<{ id: string }[]>("/sites");
    const id = site?.id ?? "";
    const range = `from=${from}&to=${from + 4 * HOUR}`;
    const usage = await get<{
      points: { importWh: (number | null)[]; exportWh: (number | null)[] }[];
      edges: number[];
    }>(`/energy?site=${id}&bucket=hour&${range}`);
    expect(usage.edges).toHaveLength(5);
    expect(usage.points[0]?.importWh.slice(0, 2)).toEqual([expect.closeTo(300, 6), expect.closeTo(300, 6)]);
    expect(usage.points[0]?.exportWh).toEqual([null, null, null, null]);
    const [event] = await get<object[]>(`/energy/events?${range}`);
    expect(event).toMatchObject({ channel, reason: "reset", direction: "import" });
    await hub.expectEvent("energy.counter-event", { channel, reason: "reset" });
    const [quality] = await get<object[]>(`/energy/quality?site=${id}`);
    expect(quality).toMatchObject({ channel, resets: 1, lastAt: from + 4 * HOUR });
    expect((await hub.request("/api/v1/energy/quality?site=nowhere")).status).toBe(404);
    expect((await hub.request(`/api/v1/energy?site=${id}&bucket=hour&from=2&to=1`)).status).toBe(400);
  });
});
