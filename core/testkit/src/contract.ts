import { readFileSync } from "node:fs";
import type { PluginSource } from "@vatio/hub";
import { type Actor, type AnyPlugin, type Json, type PluginId, VatioError } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { createTestHub, type TestHub } from "./test-hub.js";

/** What the suite needs to know of a plugin. */
export interface PluginContractOptions {
  /** Module whose default export is the plugin, as a file URL: what a worker imports. Without it the worker is not tried. */
  readonly entry?: string;
  /** The committed `manifest.json`. */
  readonly manifestFile?: string | URL;
  /** Settings that must be taken; the defaults are always tried. */
  readonly validConfigs?: readonly Json[];
  /** Settings that must be refused. */
  readonly invalidConfigs?: readonly Json[];
  /** Secrets that the plugin needs to start. */
  readonly secrets?: Readonly<Record<string, string>>;
}

const HUB: Actor = { kind: "hub", id: "contract" };
const RUNNING = ["running", "degraded"];

const stateOf = (hub: TestHub, id: PluginId): string | undefined => hub.parts.plugins.get(id)?.state;
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

/** Log lines that tell of a fault: nothing that a plugin does by itself may write one. */
const faults = (hub: TestHub): readonly string[] =>
  hub.logs({ level: "warn" }).map(({ source, message }) => `${source}: ${message}`);

/**
 * The suite that every plugin passes, ours and others: its manifest is data, its defaults are valid, it starts, stops and starts again, it
 * leaves nothing behind, it uses what it declared only, and it does all that in a worker as well.
 * @example describePluginContract(plugin, { entry: import.meta.resolve("../src/index.ts"), invalidConfigs: [{ nonsense: 1 }] });
 */
export function describePluginContract(plugin: AnyPlugin, options: PluginContractOptions = {}): void {
  const id = plugin.manifest.id as PluginId;
  const source: PluginSource = {
    manifest: plugin.manifest,
    load: async () => plugin,
    firstParty: true,
    ...(options.entry === undefined ? {} : { entry: options.entry }),
  };
  describe(`the contract, kept by ${id}`, () => {
    describeManifest(plugin, options);
    describeSettings(source, options);
    describeLife(source, options, "inline");
    if (options.entry !== undefined) describeLife(source, options, "worker");
  });
}

function describeManifest({ manifest }: AnyPlugin, { manifestFile }: PluginContractOptions): void {
  describe("manifest", () => {
    it("is data", () => {
      expect(plain(manifest)).toEqual(plain(plain(manifest)));
      expect(JSON.stringify(manifest).length).toBeGreaterThan(2);
    });

    it.runIf(manifestFile !== undefined)("is the one that was built", () => {
      expect(JSON.parse(readFileSync(manifestFile ?? "", "utf8"))).toEqual(plain(manifest));
    });

    it("has its words in every language, under its own name", () => {
      const { en = {}, es = {} } = manifest.messages ?? {};
      expect(Object.keys(es).sort()).toEqual(Object.keys(en).sort());
      expect(Object.keys(en).filter((key) => !key.startsWith(`${manifest.id}.`))).toEqual([]);
    });
  });
}

function describeSettings(
  source: PluginSource,
  { invalidConfigs = [], secrets = {}, validConfigs = [] }: PluginContractOptions,
): void {
  const id = source.manifest.id as PluginId;
  describe("settings", () => {
    it.each(validConfigs.map((config) => [config]))("takes %j", async (config) => {
      await using hub = await createTestHub({ plugins: [source], secrets: { [id]: secrets } });
      await hub.parts.plugins.configure(HUB, id, config, {});
      expect(RUNNING).toContain(stateOf(hub, id));
    });

    it.each(invalidConfigs.map((config) => [config]))("refuses %j and goes on with what it had", async (config) => {
      await using hub = await createTestHub({ plugins: [source], secrets: { [id]: secrets } });
      const refused = await hub.parts.plugins.configure(HUB, id, config, {}).catch((error: unknown) => error);
      expect(VatioError.is(refused) && refused.code).toBe("E_CONFIG_INVALID");
      expect(RUNNING).toContain(stateOf(hub, id));
    });
  });
}

function describeLife(
  source: PluginSource,
  { secrets = {} }: PluginContractOptions,
  isolation: "inline" | "worker",
): void {
  const id = source.manifest.id as PluginId;
  const start = (): Promise<TestHub> =>
    createTestHub({
      plugins: [source],
      secrets: { [id]: secrets },
      config: { plugins: { forceWorker: isolation === "worker" ? [id] : [] } },
    });

  describe(isolation === "worker" ? "in a worker" : "inline", () => {
    it("starts with its defaults, without a fault", async () => {
      await using hub = await start();
      expect(hub.parts.plugins.get(id)?.isolation).toBe(isolation);
      expect(RUNNING).toContain(stateOf(hub, id));
      await hub.advance("2 min");
      expect(faults(hub)).toEqual([]);
    });

    it("stops, starts and stops again, and leaves nothing behind", async () => {
      await using hub = await start();
      await stopStartStop(hub, id);
    });

    it("survives being stopped while it starts", async () => {
      await using hub = await start();
      await stopWhileStarting(hub, id);
    });
  });
}

async function stopStartStop(hub: TestHub, id: PluginId): Promise<void> {
  const { plugins } = hub.parts;
  await plugins.disable(HUB, id);
  await hub.settle();
  const resting = hub.clock.pending;
  await plugins.enable(HUB, id);
  await hub.advance("5 s");
  expect(RUNNING).toContain(stateOf(hub, id));
  await plugins.disable(HUB, id);
  await plugins.disable(HUB, id);
  await hub.settle();
  expect(stateOf(hub, id)).toBe("disabled");
  expect(hub.clock.pending).toBeLessThanOrEqual(resting);
  expect(plugins.mountAt(`/api/plugins/${id}/`)).toBeUndefined();
  expect(faults(hub)).toEqual([]);
}

async function stopWhileStarting(hub: TestHub, id: PluginId): Promise<void> {
  const { plugins } = hub.parts;
  await plugins.disable(HUB, id);
  const starting = plugins.enable(HUB, id);
  const stopping = plugins.disable(HUB, id);
  await Promise.allSettled([starting, stopping]);
  await hub.settle();
  expect(stateOf(hub, id)).toBe("disabled");
  expect(hub.logs({ level: "error" })).toEqual([]);
}
