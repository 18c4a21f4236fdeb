import { VatioError } from "@vatio/plugin-api";
import { matchesPattern } from "../bus/patterns.js";
import { filterCovers, topicMatches } from "../mqtt/topic-filter.js";

/** Permissions that are about one thing, and when a grant covers it. */
const SCOPED = {
  "mqtt.subscribe": filterCovers,
  "mqtt.publish": topicMatches,
  "events.publish": matchesPattern,
  "commands.call": matchesPattern,
  secrets: (granted: string, name: string) => granted === "*" || granted === name,
  "net.host": (granted: string, host: string) =>
    granted.toLowerCase() === host || (granted.startsWith("*.") && host.endsWith(granted.slice(1).toLowerCase())),
} as const;

/** A permission that names what it is about: `mqtt.subscribe:shellies/#`. */
export type ScopedPermission = keyof typeof SCOPED;

/** A permission as a whole. */
export type PlainPermission =
  | "http"
  | "ui"
  | "net.lan"
  | "net.internet"
  | "telemetry.read"
  | "telemetry.write"
  | "people.act";

/** What a plugin's manifest asks for, and what of it is used. The same rules in the hub and in a worker. */
export class PermissionSet {
  readonly #plugin: string;
  readonly #granted: readonly string[];
  readonly #onUse: (permission: string) => void;

  constructor(plugin: string, granted: readonly string[], onUse: (permission: string) => void = () => undefined) {
    this.#plugin = plugin;
    this.#granted = granted;
    this.#onUse = onUse;
  }

  has(permission: PlainPermission): boolean {
    return this.#granted.includes(permission);
  }

  /** @throws E_PERMISSION */
  require(permission: PlainPermission): void {
    if (!this.#granted.includes(permission)) throw this.#refusal(permission);
    this.#onUse(permission);
  }

  /** Whether a grant covers a thing: a filter, a topic, a name. Counts as a use. */
  covers(permission: ScopedPermission, subject: string): boolean {
    const covers = SCOPED[permission];
    const prefix = `${permission}:`;
    const grant = this.#granted.find(
      (entry) => entry.startsWith(prefix) && covers(entry.slice(prefix.length), subject),
    );
    if (grant !== undefined) this.#onUse(grant);
    return grant !== undefined;
  }

  /** @throws E_PERMISSION */
  requireFor(permission: ScopedPermission, subject: string): void {
    if (!this.covers(permission, subject)) throw this.#refusal(`${permission}:${subject}`);
  }

  #refusal(permission: string): VatioError {
    const message = `The plugin ${this.#plugin} may not do this: its manifest does not ask for the permission ${permission}.`;
    return new VatioError("E_PERMISSION", message, { details: { plugin: this.#plugin, permission } });
  }
}
