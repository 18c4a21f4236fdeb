import { type ChannelId, type DeviceId, type DurationMs, type Instant, Quality, type Range } from "@vatio/plugin-api";
import { eventually, type TestHub } from "@vatio/testkit";
import { describe, expect, it } from "vitest";
import { DevicePage, LoadSource, offline, SimulatedGen2 } from "../../simulator/index.js";
import { onboarding, schedulerOf, startHub } from "../support/real-hub.js";

const MINUTE = 60_000;
const MAC = "a8032412c3d4";
const ADDRESS = "192.168.77.44";
const device = `shelly:${MAC}` as DeviceId;
const channels = ["em:0", "em:0/a", "em:0/b", "em:0/c"].map((key) => `${device}/${key}` as ChannelId);

/** A load that differs from minute to minute: a minute that is stored under another one shows. */
const load = (circuit: string, at: number): number =>
  circuit.endsWith("c") ? -40 : 100 + (Math.floor(at / MINUTE) % 50) * (circuit.endsWith("a") ? 10 : 1);

/** Measures every half minute and not every second: six hours have an end. */
const slowly = (hub: TestHub): ReturnType<typeof schedulerOf> => {
  const { after, every } = schedulerOf(hub);
  return { after, every: (interval, job, how) => every(Math.max(interval, 30_000) as DurationMs, job, how) };
};

const filled = (hub: TestHub, since: number): Promise<void> =>
  eventually(async () => {
    await hub.advance("1 s");
    const progress = hub.parts.backfill.get(device);
    return progress?.state === "done" && (progress.finishedAt ?? 0) >= since;
  }, "the gap is filled");

const replayed = async (hub: TestHub, channel: ChannelId) =>
  (await hub.readings(channel)).filter(({ interval_s }) => interval_s !== undefined);

/** Import of phase A in quarters of an hour, in Wh. */
async function energyOf(
  hub: TestHub,
  range: Range,
): Promise<{ readonly total: number; readonly slots: readonly number[] }> {
  await hub.parts.energy.settle();
  const point = hub.parts.points.pointOf(`${device}/em:0/a` as ChannelId);
  const slots = point === undefined ? [] : await hub.parts.energy.slots(point, range);
  const wh = slots.map(({ importWh }) => importWh);
  return { total: wh.reduce((sum, each) => sum + each, 0), slots: wh };
}

describe("a Pro 3EM that loses its connection for six hours", { timeout: 120_000 }, () => {
  it("tells all 360 minutes when it is back, each of which is stored once, and its registers stay the truth", async () => {
    await using hub = await startHub();
    const source = new LoadSource({ load });
    await using meter = new SimulatedGen2({
      ...{ clock: hub.clock, scheduler: slowly(hub), source, mac: MAC, address: ADDRESS },
      broker: await onboarding(hub),
      model: "pro3em",
    });
    const page = new DevicePage(meter);
    hub.lan.http(ADDRESS, page, ADDRESS);
    await meter.start();
    await eventually(() => hub.parts.devices.get(device)?.channels.length === 4, "the meter is known");
    await hub.parts.devices.accept(device, { name: "Meter" });
    await hub.advance("25 min");
    await hub.parts.backfill.now(device);
    await filled(hub, hub.clock.now());
    const before = (await replayed(hub, channels[0] as ChannelId)).length;

    await hub.parts.backfill.pause(device);
    const away = await meter.behave(offline());
    const from = (Math.floor(hub.clock.now() / MINUTE) * MINUTE + MINUTE) as Instant;
    await hub.advance("6 h");
    away[Symbol.dispose]();
    const to = (Math.floor(hub.clock.now() / MINUTE) * MINUTE) as Instant;
    await hub.advance("30 min");
    const day = { from: (from - 2 * 3_600_000) as Instant, to: hub.clock.now() };
    const straight = await energyOf(hub, day);
    page.requests.length = 0;
    await hub.parts.backfill.resume(device);
    await filled(hub, to);
    const shaped = await energyOf(hub, day);

    const minutes = Array.from({ length: (to - from) / MINUTE }, (_, n) => from + n * MINUTE);
    expect(minutes.length).toBeGreaterThanOrEqual(359);
    for (const channel of channels) {
      const rows = (await replayed(hub, channel)).filter(({ at = 0 }) => at >= from);
      expect(rows.map(({ at }) => at)).toEqual(minutes);
    }
    const [a] = await Promise.all([replayed(hub, `${device}/em:0/a` as ChannelId)]);
    const inside = a.filter(({ at = 0 }) => at >= from);
    for (const { at = 0, interval_import_wh = 0, power_w } of inside) {
      expect(interval_import_wh).toBeCloseTo(load("em:0/a", at) / 60, 1);
      expect(power_w).toBeGreaterThan(0);
    }
    // The course adds up to what the registers say on both sides of the gap.
    const rows = await hub.readings(`${device}/em:0/a` as ChannelId);
    const registers = rows.filter(({ energy_import_wh }) => energy_import_wh !== undefined);
    const last = registers.filter(({ at = 0 }) => at <= from).at(-1);
    const next = registers.find(({ at = 0 }) => at >= to);
    const sum = inside.reduce((total, { interval_import_wh = 0 }) => total + interval_import_wh, 0);
    const counted = (next?.energy_import_wh ?? 0) - (last?.energy_import_wh ?? 0);
    expect(Math.abs(counted - sum)).toBeLessThan(15);
    // The energy of the circuit is what it was; only its course is another one, and is measured now.
    expect(straight.total).toBeGreaterThan(500);
    expect(shaped.total).toBeCloseTo(straight.total, 0);
    expect(shaped.slots).toHaveLength(straight.slots.length);
    expect(new Set(shaped.slots.map((wh) => Math.round(wh))).size).toBeGreaterThan(3);
    expect(new Set(straight.slots.slice(5, 20).map((wh) => Math.round(wh))).size).toBe(1);
    // No register is invented for a minute: only the device tells one.
    expect(inside.every(({ energy_import_wh }) => energy_import_wh === undefined)).toBe(true);
    const [power] = await hub.parts.telemetry.series({
      ...{ target: channels[0] as ChannelId, metrics: ["power_w"], maxBuckets: 1 },
      range: { from, to },
    });
    expect((power?.quality[0] ?? 0) & Quality.replayed).toBe(Quality.replayed);
    // One question for all four channels.
    expect(page.requests.filter((path) => path.includes("GetRecords")).length).toBeLessThanOrEqual(2);

    const total = (await hub.readings(channels[0] as ChannelId)).length;
    const stored = hub.parts.counters.get("backfill", "rows", "stored");
    await hub.parts.backfill.now(device);
    await filled(hub, hub.clock.now());
    expect(hub.parts.counters.get("backfill", "rows", "stored")).toBe(stored);
    expect((await hub.readings(channels[0] as ChannelId)).length).toBeLessThanOrEqual(total + 30);
    expect((await replayed(hub, channels[0] as ChannelId)).length).toBe(before + minutes.length);
  });
});
