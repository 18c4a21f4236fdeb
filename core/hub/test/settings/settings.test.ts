import {
  type Actor,
  type ChannelId,
  type DeviceId,
  deviceId,
  type Instant,
  type Json,
  type PluginId,
  type PointId,
  Type,
  VatioError,
} from "@vatio/plugin-api";
import { seededRandom, VirtualClock } from "@vatio/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { AuditLog } from "../../src/auth/audit-log.js";
import { CounterTable } from "../../src/counters.js";
import type { PluginRecord } from "../../src/plugins/types.js";
import { ulids } from "../../src/random.js";
import { createDeviceRegistry, createPointRegistry, createSiteRegistry } from "../../src/registry/index.js";
import { createHubDocument, createSettings } from "../../src/settings/index.js";
import type { PluginSettings } from "../../src/settings/plugins-section.js";
import { openChannelNumbers } from "../../src/store/index.js";
import type { StateDatabase } from "../../src/store/types.js";
import { memoryState } from "../support/memory-state.js";

const START = 1_800_000_000_000 as Instant;
const ana: Actor = { kind: "user", id: "ana" };
const clock = new VirtualClock(START);
const schemas = {
  "site.theme": Type.Enum(["light", "dark"]),
  "limit.watts": Type.Object({ max: Type.Integer(), min: Type.Integer() }, { additionalProperties: false }),
};
let database: StateDatabase;
let audit: AuditLog;
let changed: string[];

beforeAll(async () => {
  database = await memoryState();
});
afterAll(() => database.close());
beforeEach(async () => {
  for (const table of ["settings", "audit", "sites", "points", "devices", "channels", "assignments"])
    await database.run(`DELETE FROM ${table}`);
  audit = new AuditLog(database, clock);
  changed = [];
});

const open = () => createSettings({ database, clock, audit, schemas, publish: (_type, { key }) => changed.push(key) });

describe("settings", () => {
  it("survive a restart, are announced and audited", async () => {
    const settings = await open();
    expect(settings.get("site.theme")).toBeUndefined();
    await settings.set(ana, "site.theme", "dark");
    await settings.set(ana, "site.theme", "light");
    await settings.set(ana, "site.theme", "light");
    expect(changed).toEqual(["site.theme", "site.theme"]);
    expect((await open()).get("site.theme")).toBe("light");
    expect(
      (await audit.query({ limit: 10 })).map(({ actor, what, resource, details }) => [
        actor.id,
        what,
        resource,
        details,
      ]),
    ).toEqual([
      ["ana", "settings.set", "setting:site.theme", { before: "dark", after: "light" }],
      ["ana", "settings.set", "setting:site.theme", { before: null, after: "dark" }],
    ]);
    await settings.reset(ana, "site.theme");
    expect([settings.all(), (await open()).all()]).toEqual([{}, {}]);
  });

  it.each<[string, unknown, string]>([
    ["no.such", 1, "E_SETTING_UNKNOWN"],
    ["__proto__", 1, "E_SETTING_UNKNOWN"],
    ["constructor", 1, "E_SETTING_UNKNOWN"],
    ["log.level", "loud", "E_SETTING_INVALID"],
    ["limit.watts", { max: 1.5, min: 1 }, "E_SETTING_INVALID"],
    ["limit.watts", { max: 1, min: 1, more: 1 }, "E_SETTING_INVALID"],
    ["limit.watts", undefined, "E_SETTING_INVALID"],
  ])("refuse %s = %j", async (key, value, code) => {
    const settings = await open();
    await expect((async () => settings.set(ana, key, value as Json))()).rejects.toMatchObject({ code });
    expect(settings.all()).toEqual({});
  });

  it("name every bad path", async () => {
    const settings = await open();
    const error = await settings
      .setAll(ana, { "limit.watts": { max: "a", min: "b" } })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ details: { paths: [{ path: "limit.watts/max" }, { path: "limit.watts/min" }] } });
  });

  it("are set together or not at all", async () => {
    const settings = await open();
    await expect(settings.setAll(ana, { "site.theme": "dark", "log.level": "loud" })).rejects.toMatchObject({
      code: "E_SETTING_INVALID",
    });
    expect((await open()).all()).toEqual({});
  });

  it("ignore a stored value that no longer fits", async () => {
    await database.run(
      "INSERT INTO settings VALUES ('site.theme', '\"purple\"', 0, NULL), ('gone', '1', 0, NULL), ('log.level', '\"warn\"', 0, NULL)",
    );
    expect((await open()).all()).toEqual({ "log.level": "warn" });
  });
});

/** A home with a three-level tree of points, a device and a plugin. */
async function home() {
  const newId = ulids(clock, seededRandom(3));
  const publish = (): void => undefined;
  const sites = await createSiteRegistry({ database, clock, newId, publish });
  const points = await createPointRegistry({ database, clock, newId, publish });
  const channelNumbers = await openChannelNumbers(database, clock);
  const devices = await createDeviceRegistry({
    database,
    clock,
    counters: new CounterTable(),
    channelNumbers,
    points,
    sites,
    publish,
  });
  const settings = await open();
  const configured: [string, Json][] = [];
  const shelly = { id: "shelly" as PluginId, config: { prefix: "shellies" } } as unknown as PluginRecord;
  const broken = { id: "broken" as PluginId, config: {}, refused: true } as unknown as PluginRecord;
  const plugins: PluginSettings = {
    list: () => [shelly, broken],
    get: (id) => [shelly, broken].find((record) => record.id === id),
    problems: (_id, config) => ("prefix" in (config as object) ? [] : [{ path: "/prefix", problem: "is required" }]),
    configure: async (_actor, id, config) => {
      if ((config as { prefix: unknown }).prefix === "refused") throw new VatioError("E_STORE_BUSY", "Not now.");
      configured.push([id, config]);
    },
  };
  const document = createHubDocument({ settings, sites, points, devices, plugins });
  const site = await sites.create({
    name: "Casa",
    zone: "America/Mexico_City",
    currency: "MXN",
    language: "es",
    region: "es-MX",
    nominalVoltage: 127,
    phases: 1,
  });
  const grid = await points.create({ site: site.id, name: "Acometida", role: "grid" });
  const kitchen = await points.create({
    site: site.id,
    name: "Cocina",
    role: "circuit",
    parent: grid.id,
    powerCeiling: 5000,
  });
  const fridge = await points.create({ site: site.id, name: "Nevera", role: "load", parent: kitchen.id });
  await devices.announce("shelly" as PluginId, {
    hardwareId: "a1",
    channels: [{ key: "switch:0", kind: "switch", metrics: ["power_w"], switchable: true }],
  });
  await devices.accept(deviceId("shelly", "a1"), { name: "Enchufe" });
  await settings.set(ana, "site.theme", "dark");
  return { sites, points, devices, settings, configured, document, site, grid, kitchen, fridge };
}

type Home = Awaited<ReturnType<typeof home>>;
interface Exported {
  vatio: number;
  settings: Record<string, unknown>;
  sites: Record<string, unknown>[];
  points: Record<string, unknown>[];
  devices: Record<string, unknown>[];
  plugins: Record<string, unknown>;
}
const exported = async (hub: Home): Promise<Exported> => parse(await hub.document.export()) as Exported;
const imported = (hub: Home, document: unknown) => hub.document.import(ana, JSON.stringify(document));

describe("the settings document", () => {
  it("holds what a person changed, and takes itself over without a change", async () => {
    const hub = await home();
    const before = await hub.document.export();
    const { settings, sites, points, devices, plugins } = await exported(hub);
    expect(settings).toEqual({ "site.theme": "dark" });
    expect(sites).toMatchObject([{ name: "Casa", zone: "America/Mexico_City" }]);
    expect(points.map(({ name }) => name)).toEqual(["Acometida", "Cocina", "Nevera", "Enchufe"]);
    expect(devices).toEqual([{ id: "shelly:a1", name: "Enchufe" }]);
    expect(plugins).toEqual({ shelly: { prefix: "shellies" } });
    expect(await hub.document.import(ana, before)).toMatchObject({
      settings: { applied: 1 },
      sites: { applied: 1, skipped: [] },
      points: { applied: 4, skipped: [] },
    });
    expect(await hub.document.export()).toBe(before);
    // Settings that stay the same restart no plugin.
    expect(hub.configured).toEqual([]);
  });

  it("puts back what it changed already when a later part cannot be stored", async () => {
    const hub = await home();
    const before = await hub.document.export();
    const document = await exported(hub);
    const failing = imported(hub, {
      ...document,
      sites: [{ ...document.sites[0], name: "Other" }],
      points: document.points.map(({ parent: _parent, ...point }) => ({ ...point, name: "Other" })),
      devices: [{ id: "shelly:a1", name: "Other" }],
      plugins: { shelly: { prefix: "refused" } },
      settings: { "log.level": "warn" },
    });
    await expect(failing).rejects.toMatchObject({ code: "E_STORE_BUSY" });
    expect(await hub.document.export()).toBe(before);
  });

  it("takes two documents over one after the other", async () => {
    const hub = await home();
    const named = (name: string) => imported(hub, { vatio: 1, devices: [{ id: "shelly:a1", name }] });
    await Promise.all([named("First"), imported(hub, { vatio: 9 }).catch(() => undefined), named("Second")]);
    expect(hub.devices.get("shelly:a1" as DeviceId)?.name).toBe("Second");
  });

  it("changes what it names, leaves what it does not, and says what it left out", async () => {
    const hub = await home();
    const report = await imported(hub, {
      vatio: 1,
      settings: { "log.level": "warn" },
      points: [
        { id: hub.fridge.id, name: "Nevera nueva", role: "load", protected: true, color: 9 },
        { id: "01UNKNOWN", name: "x", role: "load", protected: false, color: 1 },
      ],
      devices: [
        { id: "shelly:a1", name: "Plug" },
        { id: "shelly:zz", name: "y" },
      ],
      plugins: { shelly: { prefix: "x" }, other: {} },
    });
    expect(report).toEqual({
      settings: { applied: 1, skipped: [] },
      points: { applied: 1, skipped: ["01UNKNOWN is not known here"] },
      devices: { applied: 1, skipped: ["shelly:zz is not known here"] },
      plugins: { applied: 1, skipped: ["other is not installed"] },
    });
    expect(hub.settings.all()).toEqual({ "log.level": "warn", "site.theme": "dark" });
    const fridge = hub.points.get(hub.fridge.id);
    expect(fridge).toMatchObject({ name: "Nevera nueva", protected: true, color: 9 });
    expect(fridge).not.toHaveProperty("parent");
    expect(hub.devices.get("shelly:a1" as DeviceId)?.name).toBe("Plug");
    expect(hub.configured).toEqual([["shelly", { prefix: "x" }]]);
  });

  it("turns a tree upside down", async () => {
    const hub = await home();
    const document = await exported(hub);
    const parents: Record<string, PointId | undefined> = {
      Nevera: undefined,
      Cocina: hub.fridge.id,
      Acometida: hub.kitchen.id,
    };
    document.points = document.points.map(({ parent: _old, ...point }) => {
      const parent = parents[String(point.name)];
      return parent ? { ...point, parent } : point;
    });
    await imported(hub, document);
    expect([hub.grid, hub.kitchen, hub.fridge].map(({ id }) => hub.points.get(id)?.parent)).toEqual([
      hub.kitchen.id,
      hub.fridge.id,
      undefined,
    ]);
  });

  it("moves a hub with one site to another place, whatever the id", async () => {
    const hub = await home();
    const document = await exported(hub);
    await imported(hub, { vatio: 1, sites: [{ ...document.sites[0], id: "01OTHER", zone: "Europe/Madrid" }] });
    expect(hub.sites.list()).toMatchObject([{ id: hub.site.id, zone: "Europe/Madrid" }]);
  });

  it("names everything that is wrong and changes nothing", async () => {
    const hub = await home();
    const before = await hub.document.export();
    const document = await exported(hub);
    const point = (id: string, parent: string) => ({ id, name: "n", role: "load", protected: false, color: 1, parent });
    const error = await imported(hub, {
      ...document,
      settings: { "site.theme": "purple", nope: 1 },
      sites: [{ ...document.sites[0], zone: "Mars/Olympus", region: "not a tag" }],
      points: [point(hub.grid.id, hub.fridge.id), point(hub.kitchen.id, "01GONE")],
      plugins: { shelly: {}, other: {} },
    }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "E_SETTINGS_INVALID" });
    const { paths } = (error as { details: { paths: { path: string }[] } }).details;
    expect(paths.map(({ path }) => path)).toEqual([
      "sites/0/zone",
      "sites/0/region",
      "points/1/parent",
      "plugins/shelly/prefix",
      "settings/site.theme",
      "settings/nope",
    ]);
    expect(await hub.document.export()).toBe(before);
  });

  it.each([
    [
      "a circle",
      (hub: Home) => ({
        vatio: 1,
        points: [{ id: hub.grid.id, name: "n", role: "load", protected: false, color: 1, parent: hub.fridge.id }],
      }),
      "points/0/parent",
    ],
    ["an unknown section", () => ({ vatio: 1, rooms: [] }), "rooms"],
    [
      "an unknown key of a point",
      (hub: Home) => ({
        vatio: 1,
        points: [{ id: hub.grid.id, name: "n", role: "load", protected: false, color: 1, site: "x" }],
      }),
      "points/0/site",
    ],
    ["a document without a version", () => ({ settings: {} }), "vatio"],
    ["a newer document", () => ({ vatio: 2 }), "vatio"],
    ["a list", () => [], ""],
  ])("refuses %s", async (_name, make, path) => {
    const hub = await home();
    const error = await imported(hub, make(hub)).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "E_SETTINGS_INVALID" });
    expect((error as { details: { paths: { path: string }[] } }).details.paths.map((entry) => entry.path)).toContain(
      path,
    );
  });

  it.each([
    "",
    "vatio: {",
    "vatio: 1\nplugins: { shelly: { __proto__: { x: 1 } } }",
    "a: &a [1]\nb: *a\nvatio: 1",
    "vatio: 1\nvatio: 1",
    "\u0000",
  ])("refuses the text %j", async (text) => {
    const { document } = await home();
    await expect(document.import(ana, text)).rejects.toMatchObject({ code: "E_SETTINGS_INVALID" });
  });

  it("keeps assignments out of it: they are history", async () => {
    const hub = await home();
    await imported(hub, await exported(hub));
    const channel = "shelly:a1/switch:0" as ChannelId;
    expect(hub.points.pointOf(channel)).toBeDefined();
    expect(await hub.document.export()).not.toContain(channel);
  });
});
