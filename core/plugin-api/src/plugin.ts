import type { Catalogue, MetricName, Text } from "@vatio/model";
import type { Static, TObject, TSchema } from "typebox";
import type { CommandDeclaration } from "./commands.js";
import type { PluginContext } from "./context.js";

/** Where a plugin is in its life. */
export type PluginState =
  | "incompatible"
  | "disabled"
  | "starting"
  | "running"
  | "degraded"
  | "stopping"
  | "stopped"
  | "failed"
  | "quarantined";

/** What a plugin asks for; shown to the operator, enforced by the hub's own services. Not a sandbox: a plugin is trusted code. */
export type Permission =
  | "http"
  | "ui"
  | "net.lan"
  | "net.internet"
  | `net.host:${string}`
  | "telemetry.read"
  | "telemetry.write"
  | "people.act"
  | `mqtt.subscribe:${string}`
  | `mqtt.publish:${string}`
  | `events.publish:${string}`
  | `commands.call:${string}`
  | `secrets:${string}`;

/** A metric that a plugin adds to the registry. */
export interface MetricDeclaration {
  readonly unit: string;
  readonly kind: "gauge" | "counter" | "state";
  readonly min?: number;
  readonly max?: number;
  readonly decimals?: number;
}

/** An event that a plugin publishes. */
export interface EventDeclaration {
  readonly payload: TSchema;
  /** Property of the payload whose newest event is kept for each value. */
  readonly retainBy?: string;
}

/** A page of a plugin in the interface. */
export interface PanelDeclaration {
  readonly id: string;
  /** Custom element; starts with the plugin's id. */
  readonly element: `${string}-${string}`;
  readonly title: Text;
  readonly icon?: string;
}

/** A card of a plugin in the interface. */
export interface CardDeclaration {
  readonly type: string;
  readonly element: `${string}-${string}`;
  readonly title: Text;
  readonly config?: TObject;
}

/** How a person sets up a device of this driver: what the page "add a device" shows beside host, port, user and password. */
export interface DeviceSetup {
  /** Name of the device family (`Shelly Gen2+`). */
  readonly title: Text;
  /** Steps in the device's own settings page. */
  readonly steps: readonly Text[];
  /** Prefix or topic to type in, when the device asks for one. */
  readonly prefix?: string;
}

/** What a plugin is, as data: readable, and shown, without running it. */
export interface Manifest<S extends TObject = TObject> {
  /** `[a-z][a-z0-9-]*` */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly description?: Text;
  /** Range of plugin-api versions that it works with. */
  readonly hub: `^${number}.${number}`;
  /** JSON Schema of its settings, with `x-*` annotations. */
  readonly config: S;
  /** Rises when the shape of the settings changes; the plugin's `migrateConfig` leads from one to the next. */
  readonly configVersion: number;
  readonly permissions: readonly Permission[];
  readonly isolation?: "inline" | "worker";
  /** The hub does not start without it. */
  readonly required?: boolean;
  /** Metrics beside the core ones. */
  readonly metrics?: Readonly<Record<MetricName, MetricDeclaration>>;
  readonly events?: Readonly<Record<string, EventDeclaration>>;
  readonly commands?: Readonly<Record<string, CommandDeclaration>>;
  /** Rights of one device of this driver; `{device}` stands for its id on the wire. */
  readonly mqtt?: {
    readonly deviceTopics: { readonly publish: readonly string[]; readonly subscribe: readonly string[] };
  };
  /** Exact path prefixes outside `/api/plugins/<id>`; conflicts are refused at load. */
  readonly http?: { readonly aliases: readonly string[] };
  readonly deviceSetup?: readonly DeviceSetup[];
  /** Words of this plugin, in every language; keys start with `<plugin id>.`. */
  readonly messages?: Catalogue;
  readonly ui?: {
    readonly module: string;
    readonly api: 1;
    readonly panels?: readonly PanelDeclaration[];
    readonly cards?: readonly CardDeclaration[];
  };
}

/** A plugin: its manifest and what it does. */
export interface Plugin<S extends TObject = TObject> {
  readonly $vatioPlugin: 1;
  readonly manifest: Manifest<S>;
  /** Must not wait for hardware: connect in the background and report `health.degraded`. At most 30 s. */
  setup(ctx: PluginContext<Static<S>>): void | Promise<void>;
  /** Pure step from the settings of one version to those of the next. */
  migrateConfig?(config: unknown, fromVersion: number): unknown;
}

/** What a plugin's author writes. */
export interface PluginDefinition<S extends TObject> {
  readonly manifest: Manifest<S>;
  setup(ctx: PluginContext<Static<S>>): void | Promise<void>;
  migrateConfig?(config: unknown, fromVersion: number): unknown;
}

/** Any plugin, whatever its settings: what the hub and lists of plugins take. */
export interface AnyPlugin {
  readonly $vatioPlugin: 1;
  readonly manifest: Manifest;
  setup(ctx: PluginContext<never>): void | Promise<void>;
  migrateConfig?(config: unknown, fromVersion: number): unknown;
}

/**
 * Marks a plugin and infers the type of its settings from the manifest's schema.
 * @example
 * export default definePlugin({
 *   manifest,
 *   setup(ctx) {
 *     ctx.mqtt.subscribe("meter/+/power", async (message) => { ... });
 *   },
 * });
 */
export function definePlugin<const S extends TObject>(definition: PluginDefinition<S>): Plugin<S> {
  return { $vatioPlugin: 1, ...definition };
}
