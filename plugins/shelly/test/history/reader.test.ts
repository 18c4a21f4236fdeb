import { type Batch, type ChannelId, type Instant, minutes, type Range, seconds } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { DevicePage, type DevicePageOptions, LoadSource, MinuteLog, PHASE_NAMES } from "../../simulator/index.js";
import { bytes } from "../support/payload.js";
import { type RunningPlugin, runPlugin } from "../support/running-plugin.js";

const MINUTE = 60_000;
const ADDRESS = "192.168.1.44";
const MAC = "A8032412C3D4";
const WIRE_ID = "shellypro3em-a8032412c3d4";
const channel = "shelly:a8032412c3d4/em:0" as ChannelId;

/** A Pro 3EM with two hours of minutes before now, as the plugin has met it. */
async function meter(options: DevicePageOptions & { readonly page?: boolean; readonly mac?: string } = {}) {
  const plugin = await runPlugin({ config: { askDevices: false, gen1: false } });
  const { hub, time } = plugin;
  const source = new LoadSource({ load: (circuit) => (circuit.endsWith("c") ? -60 : 120) });
  const circuits = ["a", "b", "c"].map((phase) => [`em:0/${phase}`, `${phase}_`] as const);
  const more = ["n_max_current", "n_min_current", "n_avg_current"];
  const log = new MinuteLog({ source, circuits, names: PHASE_NAMES, more, pageRows: 7 });
  const began = time.now();
  for (let at = began; at <= began + minutes(120); at = (at + seconds(20)) as Instant) log.sample(at);
  time.advance(minutes(121));
  const target = {
    id: WIRE_ID,
    logOf: (component: string) => (component === "emdata:0" ? log : undefined),
    fullStatus: () => ({}),
    deviceInfo: () => ({ id: WIRE_ID, mac: options.mac ?? MAC, gen: 2 }),
    config: () => ({}),
    isOn: () => false,
    turn: () => false,
    turnLater: () => undefined,
  };
  const page = new DevicePage(target, options);
  if (options.page !== false) hub.hosts.set(ADDRESS, page);
  const phase = (name: string) => ({ [`${name}_act_power`]: 120, [`${name}_voltage`]: 230, [`${name}_current`]: 0.5 });
  const params = {
    ts: time.now() / 1_000,
    "em:0": { id: 0, ...phase("a"), ...phase("b"), ...phase("c"), total_act_power: 180 },
    wifi: { sta_ip: ADDRESS },
  };
  await hub.deliver({
    topic: `${WIRE_ID}/events/rpc`,
    payload: bytes({ src: WIRE_ID, dst: "x", method: "NotifyFullStatus", params }),
    ...({ qos: 1, retained: false, at: time.now() } as const),
  });
  return { plugin, page, target, began };
}

async function read({ hub }: RunningPlugin, from: number, length: number, of = channel): Promise<readonly Batch[]> {
  const range = { from, to: from + length * MINUTE } as Range;
  const batches: Batch[] = [];
  for await (const batch of hub.history?.(of, range, new AbortController().signal) ?? []) batches.push(batch);
  return batches;
}

const minutesOf = (batches: readonly Batch[], of = channel): readonly number[] =>
  batches.filter((batch) => batch.channel === of).flatMap(({ at }) => [...at]);
const expected = (from: number, count: number): number[] => Array.from({ length: count }, (_, n) => from + n * MINUTE);

describe("the records of a meter", () => {
  it.each([
    ["over HTTP, page by page", {}],
    ["with its password", { password: "s3cret" }],
    ["from its file when its RPC does not answer", { withoutRpc: true }],
    ["from its file, with its password", { withoutRpc: true, password: "s3cret" }],
  ])("are read %s", async (_, options) => {
    const { plugin, began } = await meter(options);
    plugin.hub.password = "s3cret";
    const batches = await read(plugin, began + 10 * MINUTE, 60);
    expect(minutesOf(batches)).toEqual(expected(began + 10 * MINUTE, 60));
    expect(new Set(batches.map((batch) => batch.channel))).toEqual(
      new Set(["", "/a", "/b", "/c"].map((end) => `${channel}${end}`)),
    );
    const sum = batches.find((batch) => batch.channel === channel);
    expect(sum?.columns.interval_import_wh?.[0]).toBeCloseTo(4, 3);
    expect(sum?.columns.interval_export_wh?.[0]).toBeCloseTo(1, 3);
    expect(sum?.columns.power_w?.[0]).toBeCloseTo(180, 0);
    expect(sum?.columns.energy_import_wh).toBeUndefined();
  });

  it("are asked for only where the device says that it has some", async () => {
    const { plugin, page, began } = await meter();
    expect(await read(plugin, began - 6 * 60 * MINUTE, 300)).toEqual([]);
    expect(page.requests.filter((path) => path.includes("GetData"))).toEqual([]);
  });

  it("are read over MQTT when nothing else leads to it", async () => {
    const { plugin, target, began } = await meter({ page: false });
    const { METHODS } = await import("../../simulator/gen2-rpc.js");
    const { hub, time } = plugin;
    const reading = read(plugin, began, 20);
    let answered = 0;
    for (let n = 0; n < 200; n++) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const { topic, payload } of hub.published.splice(0)) {
        const { id, src, method, params } = JSON.parse(payload);
        expect(topic).toBe(`${WIRE_ID}/rpc`);
        const result = METHODS[method]?.(target, "switch:0", params);
        answered += 1;
        const frame = { id, src: WIRE_ID, dst: src, result };
        await hub.deliver({ topic: `${src}/rpc`, payload: bytes(frame), qos: 1, retained: false, at: time.now() });
      }
    }
    expect(minutesOf(await reading)).toEqual(expected(began, 20));
    expect(answered).toBeGreaterThan(2);
  });

  it.each([
    ["without its password", { password: "s3cret" }, "E_DEVICE_UNAUTHORIZED"],
    ["with records neither by RPC nor as a file", { withoutRpc: true, withoutCsv: true }, "E_HISTORY_NONE"],
  ])("of a device %s are not read", async (_, options, code) => {
    const { plugin, began } = await meter(options);
    const reading = read(plugin, began, 20);
    // The last way is MQTT, where nobody answers.
    reading.catch(() => undefined);
    for (let n = 0; n < 20; n++) {
      await new Promise((resolve) => setImmediate(resolve));
      const [asked] = plugin.hub.published.splice(0);
      if (!asked) continue;
      const { id, src } = JSON.parse(asked.payload);
      const error = { code: 404, message: "No handler" };
      const payload = bytes({ id, src: WIRE_ID, dst: src, error });
      await plugin.hub.deliver({ topic: `${src}/rpc`, payload, qos: 1, retained: false, at: plugin.time.now() });
    }
    await expect(reading).rejects.toMatchObject({ code });
  });

  it("are not asked of whoever else answers at the address: the password stays here", async () => {
    const { plugin, page, began } = await meter({ mac: "FFFFFFFFFFFF", password: "s3cret" });
    plugin.hub.password = "s3cret";
    const reading = read(plugin, began, 20);
    reading.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    plugin.time.advance(seconds(10));
    await expect(reading).rejects.toMatchObject({ retryable: true });
    expect(new Set(page.requests)).toEqual(new Set(["/shelly"]));
  });

  it.each(["switch:0", "temperature:0", "em:0/d", "em1:0/a", "nothing"])("are none of %s", async (key) => {
    const { plugin, began } = await meter();
    const other = `shelly:a8032412c3d4/${key}` as ChannelId;
    await expect(read(plugin, began, 20, other)).rejects.toMatchObject({ code: "E_HISTORY_NONE" });
  });

  it.each([
    ["pages for ever", (ts: number) => ({ data: [], next_record_ts: ts + 1 })],
    ["a page that does not move on", (ts: number) => ({ data: [], next_record_ts: ts })],
    ["five million characters", () => "x".repeat(5_000_000)],
    ["a list", () => []],
    ["null", () => null],
  ])("of a device that answers with %s come to an end", async (_, answer) => {
    const { plugin, page, began } = await meter();
    const honest = page.fetch.bind(page);
    page.fetch = (request) => {
      const url = new URL(request.url);
      if (url.pathname === "/rpc/EMData.GetData") return Response.json(answer(Number(url.searchParams.get("ts"))));
      return honest(request);
    };
    page.options = { withoutCsv: true };
    const reading = read(plugin, began, 120).catch(() => []);
    for (let n = 0; n < 400; n++) await new Promise((resolve) => setImmediate(resolve));
    plugin.time.advance(seconds(10));
    for (let n = 0; n < 200; n++) await new Promise((resolve) => setImmediate(resolve));
    plugin.time.advance(seconds(10));
    expect(minutesOf(await reading)).toEqual([]);
  });
});
