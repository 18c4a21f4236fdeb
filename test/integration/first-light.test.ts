import type { ChannelId, DeviceId } from "@vatio/plugin-api";
import esp32Meter from "@vatio/plugin-esp32-meter";
import shelly from "@vatio/plugin-shelly";
import { LoadSource, SimulatedGen2 } from "@vatio/plugin-shelly/simulator";
import { createTestHub, eventually, type TestHub } from "@vatio/testkit";
import { describe, expect, it } from "vitest";
import WebSocket from "ws";

const SHELLY = "shellyplus1pm-a8032412c3d4";
const CHANNEL = "shelly:a8032412c3d4/switch:0" as ChannelId;
const METER = "esp32-meter:24A3BC12/main" as ChannelId;

const start = (): Promise<TestHub> => createTestHub({ plugins: [shelly, esp32Meter] });

/** The seven messages of an EnerTrack node, as its firmware writes them. */
const BURST = [
  ["tension", "127.4"],
  ["corriente", "2.91"],
  ["fp", "0.98"],
  ["frecuencia", "60.01"],
  ["potencia_prom", "369.4"],
  ["consumo", "0.0123"],
  ["energy_raw", "148.372"],
] as const;

async function publishBurst(hub: TestHub): Promise<void> {
  const node = await hub.connect({ clientId: "24A3BC12" });
  for (const [magnitude, value] of BURST) await node.publishAsync(`enertrack/24A3BC12/${magnitude}`, value, { qos: 0 });
  await eventually(async () => (await hub.readings(METER)).length > 0, "the burst is stored");
  await hub.settle();
}

/** A simulated plug on the virtual clock of the hub. */
async function startPlug(hub: TestHub): Promise<SimulatedGen2> {
  const { username, password } = await hub.parts.mqtt.credentials.onboarding();
  const scheduler = {
    every: () => ({ [Symbol.dispose]: () => undefined }),
    after: () => ({ [Symbol.dispose]: () => undefined }),
  };
  const source = new LoadSource({ load: () => 918.6, voltageV: 127 });
  const plug = new SimulatedGen2({
    broker: { url: hub.mqttUrl, username, password },
    clock: hub.clock,
    scheduler,
    model: "plus1pm",
    mac: "a8032412c3d4",
    source,
  });
  await plug.start();
  await eventually(() => hub.parts.devices.get("shelly:a8032412c3d4" as DeviceId) !== undefined, "the plug is known");
  await hub.settle();
  return plug;
}

async function accept(hub: TestHub, id: string): Promise<void> {
  const answer = await hub.request(`/api/v1/devices/${encodeURIComponent(id)}/accept`, {
    method: "POST",
    body: { name: "Fridge" },
  });
  expect(answer.status).toBe(200);
}

describe("from the device to the page", () => {
  it("brings an EnerTrack burst into the database and the API as one reading", async () => {
    await using hub = await start();
    await publishBurst(hub);
    expect(await hub.readings(METER)).toEqual([
      {
        at: hub.clock.now(),
        voltage_v: 127.4,
        current_a: 2.91,
        power_factor: 0.98,
        frequency_hz: 60.01,
        power_w: 369.4,
        energy_delta_wh: 12.3,
        energy_import_wh: 148_372,
      },
    ]);
    await accept(hub, "esp32-meter:24A3BC12");
    const [point] = (await (await hub.request("/api/v1/points")).json()) as { id: string }[];
    const last = (await (await hub.request(`/api/v1/last?target=${point?.id}`)).json()) as Record<
      string,
      Record<string, { value: number }>
    >;
    expect(last[point?.id ?? ""]?.power_w?.value).toBe(369.4);
  });

  it("stores every message of a queue that comes all at once, without a time of its own", {
    timeout: 60_000,
  }, async () => {
    await using hub = await start();
    await publishBurst(hub);
    await accept(hub, "esp32-meter:24A3BC12");
    const node = await hub.connect({ clientId: "24A3BC12" });
    // What a broker kept while the hub was away: all of one moment, and many of them equal.
    const watts = Array.from({ length: 3_000 }, (_, n) => 300 + Math.floor(n / 3));
    await Promise.all(watts.map((w) => node.publishAsync("enertrack/24A3BC12/potencia_prom", `${w}`, { qos: 1 })));
    await hub.settle();
    const stored = (await hub.readings(METER)).flatMap((row) => ("power_w" in row ? [row.power_w] : []));
    expect(stored.slice(1)).toEqual(watts);
  });

  it("shows a Shelly's readings in a series, and live before they are asked for again", async () => {
    await using hub = await start();
    await using plug = await startPlug(hub);
    await accept(hub, "shelly:a8032412c3d4");
    const frames: { type: string; columns?: Record<string, number[]> }[] = [];
    const { cookie } = await hub.sessionHeaders();
    const live = new WebSocket(`${hub.url.replace("http", "ws")}/api/v1/live`, {
      headers: { cookie: cookie ?? "", origin: hub.url },
    });
    live.on("message", (data) => void frames.push(JSON.parse(String(data))));
    await new Promise((resolve) => live.once("open", resolve));
    live.send(JSON.stringify({ type: "subscribe", id: 1, targets: [CHANNEL] }));
    await eventually(() => frames.some(({ type }) => type === "snapshot"), "a snapshot");
    await hub.advance("5 s");
    await plug.reportEnergy();
    await hub.advance("1 s");
    plug.turn("switch:0", false);
    await eventually(async () => {
      await hub.advance("1 s");
      return frames.some(({ columns, type }) => type === "readings" && columns?.power_w?.includes(0));
    }, "a live reading of 0 W");
    live.terminate();
    const range = `from=${hub.clock.now() - 60_000}&to=${hub.clock.now() + 1_000}`;
    const series = (await (
      await hub.request(`/api/v1/series?target=${encodeURIComponent(CHANNEL)}&metrics=power_w&${range}&buckets=61`)
    ).json()) as { metrics: { max: (number | null)[]; unit: string }[] };
    expect(series.metrics[0]?.unit).toBe("W");
    expect(Math.max(...(series.metrics[0]?.max ?? []).map((value) => value ?? 0))).toBe(918.6);
  });

  it("publishes the order of a switch and answers with what the device says", async () => {
    await using hub = await start();
    await using plug = await startPlug(hub);
    await accept(hub, "shelly:a8032412c3d4");
    const answer = await hub.request("/api/v1/commands/switch.set", {
      method: "POST",
      body: { channel: CHANNEL, to: "off" },
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ result: { wasOn: true, on: false } });
    expect(plug.isOn("switch:0")).toBe(false);
    const audit = (await (await hub.request("/api/v1/audit")).json()) as { what: string; outcome: string }[];
    expect(audit.some(({ what, outcome }) => what.includes("switch.set") && outcome === "ok")).toBe(true);
  });

  it("lets nobody read or switch who has not signed in", async () => {
    await using hub = await start();
    const { status } = await fetch(`${hub.url}/api/v1/points`);
    expect(status).toBe(401);
    const order = await fetch(`${hub.url}/api/v1/commands/switch.set`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ channel: CHANNEL, to: "on" }),
    });
    expect(order.status).toBe(401);
  });

  it("stores what a pending device sends, so that a late acceptance loses nothing", async () => {
    await using hub = await start();
    await publishBurst(hub);
    await hub.advance("1 h");
    await accept(hub, "esp32-meter:24A3BC12");
    const [point] = hub.parts.points.list();
    const range = `from=${hub.clock.now() - 7_200_000}&to=${hub.clock.now()}`;
    const series = (await (
      await hub.request(`/api/v1/series?target=${point?.id}&metrics=energy_import_wh&${range}&buckets=120`)
    ).json()) as { metrics: { max: (number | null)[] }[] };
    expect(series.metrics[0]?.max.filter((value) => value !== null)).toEqual([148_372]);
  });

  it(`names the device by its MAC, not by the topic (${SHELLY})`, async () => {
    await using hub = await start();
    const { credential, password } = await hub.parts.mqtt.credentials.createIntegration({
      username: "bridge",
      publish: ["kitchen/#"],
      subscribe: [],
    });
    const client = await hub.connect({ username: credential.username, password });
    const frame = {
      src: SHELLY,
      dst: "x/events",
      method: "NotifyStatus",
      params: { ts: hub.clock.now() / 1000, "switch:0": { id: 0, apower: 12.5, output: true } },
    };
    await client.publishAsync("kitchen/plug/events/rpc", JSON.stringify(frame), { qos: 1 });
    await hub.settle();
    expect(hub.parts.devices.list().map(({ id }) => id)).toEqual(["shelly:a8032412c3d4"]);
  });
});
