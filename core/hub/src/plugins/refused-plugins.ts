import { type Instant, type Manifest, type PluginId, Type, text, VatioError } from "@vatio/plugin-api";
import { CORE_NAMESPACES } from "../bus/core-events.js";
import { explained, inEnglish, ownReason } from "./own-reason.js";
import type { PluginRecord, PluginSource } from "./types.js";

/** An installed plugin that cannot be used. */
export interface RefusedPlugin {
  /** Package, or folder, as a person knows it. */
  readonly package: string;
  /** Id in its manifest, where that much could be read. */
  readonly id?: string;
  readonly version?: string;
  readonly error: VatioError;
}

/** The plugins of a hub: each id once. */
export interface DistinctPlugins {
  readonly sources: readonly PluginSource[];
  readonly refused: readonly RefusedPlugin[];
}

/** Ids that would let a plugin speak as the hub. */
const RESERVED: ReadonlySet<string> = new Set([...CORE_NAMESPACES, "core"]);

/** Keeps one plugin of each id. What ships with the hub is never replaced, in whatever order the plugins come. */
export function distinctPlugins(sources: readonly PluginSource[]): DistinctPlugins {
  const kept = new Map<string, PluginSource>();
  const refused: RefusedPlugin[] = [];
  const byRight = [...sources].sort((a, b) => Number(b.firstParty) - Number(a.firstParty));
  for (const source of byRight) {
    const { id, name, version } = source.manifest;
    const error = RESERVED.has(id) ? reserved(id) : taken(id, kept.get(id));
    if (error) refused.push({ package: source.package ?? name, version, error });
    else kept.set(id, source);
  }
  return { sources: sources.filter((source) => kept.get(source.manifest.id) === source), refused };
}

/**
 * Refused plugins as a person sees them, under ids that no other plugin has.
 * @param taken ids of the plugins that can be used
 */
export function refusedRecords(
  refused: readonly RefusedPlugin[],
  taken: Iterable<string>,
  since: Instant,
): readonly PluginRecord[] {
  const ids = new Set(taken);
  return refused.map((plugin) => {
    const id = freeId(plugin.id ?? plugin.package, ids);
    ids.add(id);
    return recordOf(plugin, id as PluginId, since);
  });
}

/** @throws E_PLUGIN_INVALID, whatever a person wants of a refused plugin */
export function refuseChange({ id, reason }: PluginRecord): never {
  const message = `${id} cannot be used: ${reason ? inEnglish(reason) : "?"}. Mend or remove it, then start the hub again.`;
  throw new VatioError("E_PLUGIN_INVALID", message, { details: { plugin: id } });
}

function recordOf(plugin: RefusedPlugin, id: PluginId, since: Instant): PluginRecord {
  const manifest: Manifest = {
    ...{ id, name: plugin.package, version: plugin.version ?? "?", hub: "^0.0", configVersion: 1 },
    ...{ config: Type.Object({}), permissions: [] },
  };
  return {
    id,
    manifest,
    since,
    state: "failed",
    reason: ownReason(plugin.error) ?? text("plugin.failed", { why: plugin.error.message }),
    isolation: "worker",
    firstParty: false,
    crashes: [],
    permissionsUsed: {},
    config: {},
    secretsSet: [],
    inbox: { messages: 0, bytes: 0 },
    refused: true,
  };
}

function freeId(wanted: string, taken: ReadonlySet<string>): string {
  const base =
    wanted
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^[^a-z]+|-+$/g, "") || "plugin";
  let id = base;
  for (let next = 2; taken.has(id); next++) id = `${base}-${next}`;
  return id;
}

function taken(id: string, owner: PluginSource | undefined): VatioError | undefined {
  if (!owner) return undefined;
  const details = { id };
  if (owner.firstParty)
    return explained("E_PLUGIN_CONFLICT", { key: "plugin.why.id-shipped", params: { id }, details });
  const params = { id, owner: owner.manifest.name };
  return explained("E_PLUGIN_CONFLICT", { key: "plugin.why.id-taken", params, details });
}

const reserved = (id: string): VatioError =>
  explained("E_PLUGIN_CONFLICT", { key: "plugin.why.id-reserved", params: { id }, details: { id } });
