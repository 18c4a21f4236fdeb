import type { DeviceDescription, DeviceId, Instant, PluginId, Point, SiteId } from "@vatio/plugin-api";
import { row, text } from "@vatio/plugin-api";
import { seededRandom, VirtualClock } from "@vatio/testkit";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { CounterTable } from "../../src/counters.js";
import { ulids } from "../../src/random.js";
import {
  Admission,
  createDeviceRegistry,
  createPointRegistry,
  createSiteRegistry,
  MOST_PENDING,
  PENDING_BATCHES_PER_MINUTE,
} from "../../src/registry/index.js";
import { IN_MEMORY, type OpenedState, openChannelNumbers, openStateDatabase } from "../../src/store/index.js";

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const SHELLY = "shelly" as PluginId;
const plug: DeviceDescription = {
  hardwareId: "a8032412c3d4",
  model: "SNSW-001P16EU",
  suggestedName: "Plug",
  channels: [{ key: "switch:0", kind: "switch", metrics: ["power_w", "energy_import_wh"], switchable: true }],
};
const threePhase: DeviceDescription = {
  hardwareId: "0cb815f00001",
  suggestedName: "Meter",
  channels: [
    { key: "em:0", kind: "meter", metrics: ["power_w"] },
    { key: "em:0/a", kind: "meter", metrics: ["power_w"], phase: 1 },
    { key: "em:0/b", kind: "meter", metrics: ["power_w"], phase: 2 },
    { key: "em:0/c", kind: "meter", metrics: ["power_w"], phase: 3 },
    { key: "temperature:0", kind: "sensor", metrics: ["temperature_c"] },
  ],
};
const site = {
  name: "Casa",
  zone: "America/Mexico_City",
  currency: "MXN",
  language: "es",
  region: "es-MX",
  nominalVoltage: 127,
  phases: 3,
} as const;

const opened: OpenedState[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});

async function setUp() {
  const clock = new VirtualClock(1_800_000_000_000 as Instant);
  const database = await openStateDatabase({ path: IN_MEMORY, clock, log: silent });
  opened.push(database);
  const events: [string, unknown][] = [];
  const shared = {
    database,
    clock,
    newId: ulids(clock, seededRandom(3)),
    publish: (type: string, payload: unknown) => void events.push([type, payload]),
  };
  const counters = new CounterTable();
  const load = async () => {
    const [sites, points, channelNumbers] = await Promise.all([
      createSiteRegistry(shared),
      createPointRegistry(shared),
      openChannelNumbers(database, clock),
    ]);
    return {
      sites,
      points,
      channelNumbers,
      devices: await createDeviceRegistry({ ...shared, counters, channelNumbers, points, sites }),
    };
  };
  const hub = await load();
  await hub.sites.create(site);
  return { ...hub, clock, counters, events, load };
}

describe("announcing", () => {
  it("makes a device pending, with channels that have their number before the driver hears of them", async () => {
    const { channelNumbers, devices, events } = await setUp();
    const known = await devices.announce(SHELLY, plug);
    expect(known).toEqual({
      id: "shelly:a8032412c3d4",
      state: "pending",
      channels: { "switch:0": "shelly:a8032412c3d4/switch:0" },
    });
    expect(channelNumbers.numberOf(known.channels["switch:0"] ?? ("" as never))).toBe(1);
    expect(devices.list()).toMatchObject([{ name: "Plug", state: "pending", online: false }]);
    expect(events).toEqual([["device.added", { device: known.id }]]);
  });

  it("is idempotent, also at once, and after a restart", async () => {
    const { devices, events, load } = await setUp();
    await Promise.all([devices.announce(SHELLY, plug), devices.announce(SHELLY, plug), devices.announce(SHELLY, plug)]);
    await (await load()).devices.announce(SHELLY, plug);
    expect(events.filter(([type]) => type.startsWith("device."))).toHaveLength(1);
  });

  it("adds to what is known and takes nothing away", async () => {
    const { devices } = await setUp();
    await devices.announce(SHELLY, plug);
    await devices.announce(SHELLY, {
      hardwareId: plug.hardwareId,
      firmware: "1.7.5",
      channels: [{ key: "switch:0", kind: "switch", metrics: ["voltage_v"] }],
    });
    expect(devices.list()).toMatchObject([
      {
        model: "SNSW-001P16EU",
        firmware: "1.7.5",
        channels: [{ switchable: true, metrics: ["power_w", "energy_import_wh", "voltage_v"] }],
      },
    ]);
  });

  it("comes to the same whatever the order in which a device shows its parts", async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...threePhase.channels], { minLength: 5 }), async (channels) => {
        const { devices } = await setUp();
        for (const channel of channels) await devices.announce(SHELLY, { hardwareId: "1", channels: [channel] });
        expect(new Set(devices.list()[0]?.channels.map(({ key }) => key))).toEqual(
          new Set(threePhase.channels.map(({ key }) => key)),
        );
      }),
      { numRuns: 5 },
    );
  });

  it("is refused when too many wait already", async () => {
    const { counters, devices } = await setUp();
    for (let n = 0; n < MOST_PENDING; n++) await devices.announce(SHELLY, { hardwareId: `d${n}`, channels: [] });
    expect(await devices.announce(SHELLY, plug)).toMatchObject({ state: "refused" });
    expect(counters.get("registry", "refused", "too-many-pending")).toBe(1);
    await devices.reject("shelly:d0" as DeviceId);
    expect(await devices.announce(SHELLY, plug)).toMatchObject({ state: "pending" });
  });

  it.each([
    [{ ...plug, hardwareId: "" }],
    [{ ...plug, channels: [{ key: "a b", kind: "meter", metrics: [] }] }],
    [{ ...plug, channels: [plug.channels[0], plug.channels[0]] }],
    [{ ...plug, channels: Array.from({ length: 65 }, (_, n) => ({ key: `c${n}`, kind: "meter", metrics: [] })) }],
  ])("refuses a wrong description", async (description) => {
    const { devices } = await setUp();
    await expect(devices.announce(SHELLY, description as DeviceDescription)).rejects.toMatchObject({
      code: "E_DEVICE_INVALID",
    });
    expect(devices.list()).toEqual([]);
  });
});

describe("accepting", () => {
  it("makes a point that begins with the channel, not with the click", async () => {
    const { clock, devices, points } = await setUp();
    const { id } = await devices.announce(SHELLY, plug);
    clock.jumpTo((clock.now() + 86_400_000) as Instant);
    await devices.accept(id, { name: "Fridge", channels: [{ key: "switch:0", name: "Fridge", role: "load" }] });
    expect(points.list()).toMatchObject([{ name: "Fridge", role: "load", color: 0, protected: false }]);
    const [point] = points.list();
    expect(point && points.assignmentsOf(point.id)).toEqual([
      { point: point?.id, channel: "shelly:a8032412c3d4/switch:0", from: 0 },
    ]);
    expect(devices.get(id)).toMatchObject({ state: "active", name: "Fridge", channels: [{ point: point?.id }] });
  });

  it("puts the phases of a circuit below their total, and makes no point of a thermometer", async () => {
    const { devices, points } = await setUp();
    const { id } = await devices.announce(SHELLY, threePhase);
    await devices.accept(id, { name: "Grid", channels: [{ key: "em:0", name: "Grid", role: "grid" }] });
    const [total, ...phases] = points.list();
    expect(total).toMatchObject({ name: "Grid", role: "grid" });
    expect(phases.map(({ name, parent, role }) => [name, parent, role])).toEqual([
      ["Grid L1", total?.id, "grid"],
      ["Grid L2", total?.id, "grid"],
      ["Grid L3", total?.id, "grid"],
    ]);
  });

  it("leaves channels that appear later to a person, who takes those that are real", async () => {
    const { devices, load, points } = await setUp();
    const { id } = await devices.announce(SHELLY, plug);
    await devices.accept(id, { name: "Strip" });
    for (const key of ["switch:1", "switch:2", "switch:99999"])
      await devices.announce(SHELLY, {
        ...plug,
        channels: [{ key, kind: "switch", metrics: ["power_w"], switchable: true }],
      });
    const waiting = () => devices.get(id)?.channels.flatMap(({ key, point }) => (point === undefined ? [key] : []));
    expect([points.list().length, waiting()]).toEqual([1, ["switch:1", "switch:2", "switch:99999"]]);
    await devices.accept(id, { name: "Strip", channels: [{ key: "switch:1", name: "Lamp", role: "load" }] });
    expect([points.list().map(({ name }) => name), waiting()]).toEqual([
      ["Strip", "Lamp"],
      ["switch:2", "switch:99999"],
    ]);
    await devices.accept(id, { name: "Strip" });
    expect([(await load()).points.list().length, waiting()]).toEqual([4, []]);
  });

  it("takes a meter that shows itself topic by topic, whenever it is accepted", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...threePhase.channels], { minLength: 5 }),
        fc.nat(4),
        async (channels, when) => {
          const { devices, points } = await setUp();
          const show = (channel: (typeof channels)[number]) =>
            devices.announce(SHELLY, { hardwareId: "1", channels: [channel] });
          for (const channel of channels.slice(0, when + 1)) await show(channel);
          const id = "shelly:1" as DeviceId;
          await devices.accept(id, { name: "Grid", channels: [{ key: "em:0", name: "Grid", role: "grid" }] });
          for (const channel of channels.slice(when + 1)) await show(channel);
          await devices.accept(id, { name: "Grid", channels: [{ key: "em:0", name: "Grid", role: "grid" }] });
          const total = points.list().find(({ parent }) => parent === undefined);
          expect(total).toMatchObject({ name: "Grid", role: "grid" });
          const phases = points.list().filter(({ id: point }) => point !== total?.id);
          expect(phases.map(({ parent }) => parent)).toEqual(Array(3).fill(total?.id));
        },
      ),
      { numRuns: 10 },
    );
  });

  it("keeps later phases below a total that has its point already", async () => {
    const { devices, points } = await setUp();
    const [total, ...phases] = threePhase.channels;
    const { id } = await devices.announce(SHELLY, { ...threePhase, channels: total ? [total] : [] });
    await devices.accept(id, { name: "Grid", channels: [{ key: "em:0", name: "Grid", role: "grid" }] });
    await devices.announce(SHELLY, { ...threePhase, channels: phases });
    await devices.accept(id, { name: "Grid" });
    const [first, ...below] = points.list();
    expect(below.map(({ parent, name }) => [parent, name])).toEqual([1, 2, 3].map((n) => [first?.id, `Grid L${n}`]));
  });

  it("survives a restart", async () => {
    const { devices, load } = await setUp();
    const { id } = await devices.announce(SHELLY, threePhase);
    await devices.accept(id, { name: "Grid" });
    const again = await load();
    expect(again.devices.list()).toEqual(devices.list());
    expect(again.points.list()).toHaveLength(4);
  });

  it("needs a device and a site that exist", async () => {
    const { devices } = await setUp();
    await expect(devices.accept("shelly:none" as DeviceId, { name: "x" })).rejects.toMatchObject({
      code: "E_DEVICE_UNKNOWN",
    });
    const { id } = await devices.announce(SHELLY, plug);
    await expect(devices.accept(id, { name: "x", site: "none" as SiteId })).rejects.toMatchObject({
      code: "E_SITE_UNKNOWN",
    });
    expect(devices.get(id)?.state).toBe("pending");
  });
});

describe("other decisions of a person", () => {
  it("forget a rejected device, which may come again after a while", async () => {
    const { clock, devices } = await setUp();
    const { id } = await devices.announce(SHELLY, plug);
    await devices.reject(id);
    expect(devices.list()).toEqual([]);
    expect(await devices.announce(SHELLY, plug)).toMatchObject({ state: "refused" });
    clock.jumpTo((clock.now() + 600_000) as Instant);
    expect(await devices.announce(SHELLY, plug)).toMatchObject({ state: "pending" });
    await devices.accept(id, { name: "x" });
    await expect(devices.reject(id)).rejects.toMatchObject({ code: "E_DEVICE_INVALID" });
  });

  it("keep a blocked device out for good", async () => {
    const { clock, devices, load } = await setUp();
    const { channels, id } = await devices.announce(SHELLY, plug);
    await devices.block(id);
    expect(await (await load()).devices.announce(SHELLY, plug)).toMatchObject({ state: "blocked" });
    const batch = row(channels["switch:0"] ?? ("" as never), clock.now(), { power_w: 1 });
    expect(new Admission(devices, clock).admit([batch])).toEqual({
      batches: [],
      rejected: [{ reason: "rejected.blocked", rows: 1 }],
    });
  });

  it("leave the history of a removed device with its point", async () => {
    const { channelNumbers, clock, devices, points } = await setUp();
    const { id } = await devices.announce(SHELLY, plug);
    await devices.accept(id, { name: "Fridge" });
    const [point] = points.list();
    clock.jumpTo((clock.now() + 1_000) as Instant);
    await devices.remove(id);
    expect(devices.list()).toEqual([]);
    expect(point && points.assignmentsOf(point.id)).toMatchObject([{ to: clock.now() }]);
    expect(point && points.channelOf(point.id)).toBeUndefined();
    expect(channelNumbers.channelOf(1)).toBe("shelly:a8032412c3d4/switch:0");
  });

  it("limit what a device may send before it is accepted", async () => {
    const { clock, devices } = await setUp();
    const { channels, id } = await devices.announce(SHELLY, plug);
    const admission = new Admission(devices, clock);
    const batches = Array.from({ length: PENDING_BATCHES_PER_MINUTE + 5 }, () =>
      row(channels["switch:0"] ?? ("" as never), clock.now(), { power_w: 1 }),
    );
    const first = admission.admit(batches);
    expect([first.batches.length, first.rejected.length]).toEqual([PENDING_BATCHES_PER_MINUTE, 5]);
    clock.jumpTo((clock.now() + 60_000) as Instant);
    expect(admission.admit(batches.slice(0, 3)).rejected).toEqual([]);
    await devices.accept(id, { name: "x" });
    expect(admission.admit(batches).rejected).toEqual([]);
  });
});

describe("presence and raw messages", () => {
  const message = (payload: string | Uint8Array, at: Instant) => ({
    topic: "t",
    payload: typeof payload === "string" ? Buffer.from(payload) : payload,
    qos: 1 as const,
    retained: false,
    at,
  });

  it("says only what changes, and only for the driver's own devices", async () => {
    const { counters, devices, events } = await setUp();
    const { id } = await devices.announce(SHELLY, plug);
    devices.available(SHELLY, id, true);
    devices.available(SHELLY, id, true);
    devices.available("other" as PluginId, id, false);
    devices.available(SHELLY, id, false, text("x.silent"));
    expect(events.filter(([type]) => type === "device.availability").map(([, payload]) => payload)).toEqual([
      { device: id, online: true },
      { device: id, online: false, reason: { key: "x.silent" } },
    ]);
    expect(devices.get(id)).toMatchObject({ online: false, offlineReason: { key: "x.silent" } });
    expect(counters.get("registry", "available", "not-owner")).toBe(1);
  });

  it("takes a message as a sign of life, but never of the future", async () => {
    const { clock, devices } = await setUp();
    const { id } = await devices.announce(SHELLY, plug);
    clock.jumpTo((clock.now() + 300_000) as Instant);
    devices.observed(id, message("1", clock.now()));
    expect(devices.get(id)?.seenAt).toBe(clock.now());
    devices.observed(id, message("2", (clock.now() + 1e12) as Instant));
    expect(devices.get(id)?.seenAt).toBe(clock.now());
  });

  it("keeps the last payloads, text as text and the rest as hex, with the reason of a rejection", async () => {
    const { clock, counters, devices } = await setUp();
    const { id } = await devices.announce(SHELLY, plug);
    devices.observed(id, message('{"a":1}', clock.now()));
    devices.rejected(SHELLY, message(Uint8Array.of(0, 255, 16), clock.now()), text("shelly.rejected.json"), id);
    expect(devices.rawMessages(id)).toMatchObject([
      { payload: "00ff10", rejected: { key: "shelly.rejected.json" } },
      { payload: '{"a":1}', bytes: 7 },
    ]);
    for (let n = 0; n < 50; n++) devices.observed(id, message("x".repeat(5_000), clock.now()));
    expect(devices.rawMessages(id)).toHaveLength(30);
    expect(devices.rawMessages(id)[0]?.payload).toHaveLength(2_000);
    expect(counters.get("plugin:shelly", "rejected", "shelly.rejected.json")).toBe(1);
  });
});

describe("points", () => {
  it("form a tree without circles, within one site", async () => {
    const { points, sites } = await setUp();
    const [home] = sites.list();
    const other = await sites.create({ ...site, name: "Office" });
    const base = { site: home?.id ?? ("" as SiteId), role: "circuit" as const };
    const a = await points.create({ ...base, name: "a" });
    const b = await points.create({ ...base, name: "b", parent: a.id });
    await expect(points.update(a.id, { parent: b.id })).rejects.toMatchObject({ code: "E_POINT_INVALID" });
    await expect(points.update(a.id, { parent: a.id })).rejects.toMatchObject({ code: "E_POINT_INVALID" });
    await expect(points.create({ ...base, site: other.id, name: "c", parent: a.id })).rejects.toMatchObject({
      code: "E_POINT_INVALID",
    });
    expect([a.color, b.color]).toEqual([0, 1]);
    expect(await points.update(b.id, { parent: undefined } as never)).not.toHaveProperty("parent");
  });

  it("keep one history when a meter is swapped", async () => {
    const { clock, devices, points } = await setUp();
    const old = await devices.announce(SHELLY, plug);
    await devices.accept(old.id, { name: "Fridge" });
    const [point] = points.list();
    const fresh = await devices.announce(SHELLY, { ...plug, hardwareId: "ffffffffffff" });
    clock.jumpTo((clock.now() + 5_000) as Instant);
    const channel = fresh.channels["switch:0"] ?? ("" as never);
    await points.assign(point?.id ?? ("" as never), channel, clock.now());
    expect(point && points.assignmentsOf(point.id).map(({ to }) => to)).toEqual([clock.now(), undefined]);
    expect(points.pointOf(channel)).toBe(point?.id);
    await expect(points.assign(point?.id ?? ("" as never), channel, 0 as Instant)).rejects.toMatchObject({
      code: "E_POINT_INVALID",
    });
  });

  it("go away on request: what lay below moves up, and the channel can be taken again with all it measured", async () => {
    const { clock, devices, load, points } = await setUp();
    const { id } = await devices.announce(SHELLY, threePhase);
    await devices.accept(id, { name: "Grid" });
    const [total] = points.list();
    const removed = total?.id ?? ("" as never);
    clock.jumpTo((clock.now() + 5_000) as Instant);
    await points.remove(removed);
    expect(points.get(removed)).toBeUndefined();
    expect(points.channelOf(removed)).toBeUndefined();
    expect(points.list().map(({ parent }) => parent)).toEqual([undefined, undefined, undefined]);
    expect(points.assignmentsOf(removed)).toMatchObject([{ from: 0, to: clock.now() }]);
    await expect(points.remove(removed)).rejects.toMatchObject({ code: "E_POINT_UNKNOWN" });
    const again = await load();
    const inOrder = (list: readonly Point[]) => [...list].sort((a, b) => a.color - b.color);
    expect(inOrder(again.points.list())).toEqual(inOrder(points.list()));
    await again.devices.accept(id, { name: "Grid", channels: [{ key: "em:0", name: "Grid", role: "grid" }] });
    const anew = again.points.list().find(({ name }) => name === "Grid");
    expect(anew && again.points.assignmentsOf(anew.id)).toMatchObject([{ from: 0 }]);
  });

  it("keep both of two changes at once", async () => {
    const { devices, load, points } = await setUp();
    const { id } = await devices.announce(SHELLY, plug);
    await devices.accept(id, { name: "Fridge" });
    const point = points.list()[0]?.id ?? ("" as never);
    await Promise.all([points.update(point, { location: "Kitchen" }), points.update(point, { powerCeiling: 2_000 })]);
    const both = { location: "Kitchen", powerCeiling: 2_000 };
    expect(points.get(point)).toMatchObject(both);
    expect((await load()).points.get(point)).toMatchObject(both);
  });

  it("refuse a zone that does not exist", async () => {
    const { sites } = await setUp();
    await expect(sites.create({ ...site, zone: "Mars/Base" })).rejects.toMatchObject({ code: "E_ZONE_UNKNOWN" });
  });
});
