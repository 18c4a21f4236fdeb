import { MetricRegistry } from "@vatio/model";
import { type Manifest, Type, text, type VatioError } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dummyDriver } from "../../../../test/support/dummies/driver.js";
import { dummyPanel } from "../../../../test/support/dummies/panel.js";
import { dummyWorker } from "../../../../test/support/dummies/worker.js";
import { checkCompatible, checkPlugin } from "../../src/plugins/loader.js";
import { checkManifest, registerMetrics } from "../../src/plugins/manifest.js";

const base: Manifest = {
  id: "tester",
  name: "Tester",
  version: "1.0.0",
  hub: "^0.1",
  config: Type.Object({}),
  configVersion: 1,
  permissions: ["http", "ui"],
};

function problemsOf(manifest: unknown): readonly string[] {
  try {
    checkManifest(manifest);
    return [];
  } catch (error) {
    return (error as VatioError & { details: { problems: string[] } }).details.problems;
  }
}

describe("checkManifest", () => {
  it.each([dummyDriver, dummyPanel, dummyWorker])("accepts that of $manifest.id, also through JSON", ({ manifest }) => {
    expect(problemsOf(manifest)).toEqual([]);
    expect(problemsOf(JSON.parse(JSON.stringify(manifest)))).toEqual([]);
  });

  const schema = Type.Object({ device: Type.String() });
  it.each<[string, object, string]>([
    ["an id in upper case", { id: "Tester" }, "/id"],
    ["no version", { version: "one" }, "/version"],
    ["a range that is none", { hub: ">=1" }, "/hub"],
    ["an unknown permission", { permissions: ["root"] }, "/permissions/0"],
    ["a permission about nothing", { permissions: ["secrets:"] }, "/permissions/0"],
    ["a filter that is none", { permissions: ["mqtt.subscribe:a/#/b"] }, "/permissions mqtt"],
    ["settings that are no object", { config: Type.String() }, "/config"],
    ["a key that nobody knows", { permission: [] }, "/permission"],
    ["an event of somebody else", { events: { "device.x": { payload: schema } } }, "/events/device.x"],
    [
      "an event retained by nothing",
      { events: { "tester.x": { payload: schema, retainBy: "y" } } },
      "/events/tester.x",
    ],
    [
      "a command of somebody else",
      { commands: { "switch.x": { input: schema, output: schema, action: "control" } } },
      "/commands/switch.x",
    ],
    [
      "a command routed by nothing",
      { commands: { "tester.x": { input: schema, output: schema, action: "control", routeBy: "channel" } } },
      "/commands/tester.x",
    ],
    [
      "an action that is none",
      { commands: { "tester.x": { input: schema, output: schema, action: "do" } } },
      "/action",
    ],
    ["words of somebody else", { messages: { en: { "core.x": "X" }, es: { "core.x": "X" } } }, "/messages/core.x"],
    ["words in one language only", { messages: { en: { "tester.x": "X" }, es: {} } }, "/messages/tester.x"],
    ["an alias on the hub's own path", { http: { aliases: ["/api/v1/devices"] } }, "/http/aliases"],
    ["an alias above the hub's own paths", { http: { aliases: ["/api"] } }, "/http/aliases"],
    ["an alias with a way up", { http: { aliases: ["/x/../api"] } }, "/http/aliases"],
    ["an alias without the permission", { http: { aliases: ["/x"] }, permissions: [] }, "/http needs"],
    [
      "a panel of somebody else",
      { ui: { module: "ui.js", api: 1, panels: [{ id: "a", element: "other-panel", title: text("x") }] } },
      "other-panel must begin with tester-",
    ],
    ["a module outside of the package", { ui: { module: "../ui.js", api: 1 } }, "/ui/module"],
    ["a panel without the permission", { ui: { module: "ui.js", api: 1 }, permissions: [] }, "/ui needs"],
    [
      "device topics that are none",
      { mqtt: { deviceTopics: { publish: ["a/#/{device}"], subscribe: [] } } },
      "/mqtt/deviceTopics",
    ],
  ])("refuses %s", (_name, change, expected) => {
    expect(problemsOf({ ...base, ...change }).join("\n")).toContain(expected);
  });

  it.each(["/api/v1/ingest/tester", "/api/energy", "/legacy"])("accepts the alias %s", (alias) => {
    expect(problemsOf({ ...base, http: { aliases: [alias] } })).toEqual([]);
  });

  it("refuses whatever else, without falling over it", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => checkManifest(value)).toThrow(expect.objectContaining({ code: "E_MANIFEST_INVALID" }));
      }),
    );
  });
});

describe("registerMetrics", () => {
  it("adds new ones and shares equal ones", () => {
    const registry = new MetricRegistry();
    const flow = { ...base, metrics: { flow_lpm: { unit: "l/min", kind: "gauge" } } } as const;
    registerMetrics(flow, registry);
    registerMetrics({ ...flow, id: "other" }, registry);
    expect(registry.get("flow_lpm")).toMatchObject({ unit: "l/min", kind: "gauge" });
  });

  it.each([
    ["power_w", "kW"],
    ["Bad Name", "W"],
  ])("refuses %s in %s", (name, unit) => {
    const conflict = (): void =>
      registerMetrics({ ...base, metrics: { [name]: { unit, kind: "gauge" } } }, new MetricRegistry());
    expect(conflict).toThrow(expect.objectContaining({ code: "E_METRIC_CONFLICT" }));
  });
});

describe("checkCompatible", () => {
  it.each([
    ["^0.1", "0.1.0", true],
    ["^0.1", "0.1.9", true],
    ["^0.1", "0.2.0", false],
    ["^0.2", "0.1.0", false],
    ["^1.2", "1.4.0", true],
    ["^1.2", "1.1.9", false],
    ["^1.2", "1.2.0-beta.1", true],
    ["^1.2", "1.3.0-alpha", true],
    ["^1.2", "2.0.0-beta.1", false],
  ])("a plugin for %s on %s: %s", (hub, version, fits) => {
    const check = (): void => checkCompatible({ ...base, hub: hub as Manifest["hub"] }, version);
    if (fits) expect(check).not.toThrow();
    else
      expect(check).toThrow(
        expect.objectContaining({
          code: "E_PLUGIN_INCOMPATIBLE",
          message: expect.stringMatching(new RegExp(`${hub.replace("^", "\\^")}.*${version}`)),
        }),
      );
  });
});

describe("checkPlugin", () => {
  const good = { $vatioPlugin: 1, manifest: base, setup: () => undefined };

  it("accepts what definePlugin makes", () => {
    expect(checkPlugin(good, base)).toBe(good);
  });

  it.each([
    ["nothing", undefined],
    ["a function", () => undefined],
    ["another mark", { ...good, $vatioPlugin: 2 }],
    ["no setup", { ...good, setup: 1 }],
    ["another manifest", { ...good, manifest: { ...base, version: "2.0.0" } }],
  ])("refuses %s", (_name, exported) => {
    expect(() => checkPlugin(exported, base)).toThrow(expect.objectContaining({ code: "E_PLUGIN_INVALID" }));
  });
});
