import type { PluginId, Text } from "@vatio/model";
import type { Actor } from "./actor.js";
import type { CommandBus } from "./commands.js";
import type { Devices } from "./devices.js";
import type { Slots } from "./energy.js";
import type { EventBus } from "./events.js";
import type { Http } from "./http.js";
import type { Imports } from "./imports.js";
import type { Alerts, Audit, Insights, Notifications, People } from "./later.js";
import type { Mqtt } from "./mqtt.js";
import type { Net } from "./net.js";
import type { Points, Sites } from "./places.js";
import type { Clock, Scheduler } from "./scheduler.js";
import type { KeyValue, PrivateFiles, Secrets } from "./storage.js";
import type { Telemetry } from "./telemetry.js";

/** Level of a log line. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Structured log of a plugin. Fields must be structured-cloneable and free of secrets. */
export type Log = { readonly [L in LogLevel]: (message: string, fields?: object) => void };

/** What a plugin says about itself. */
export interface HealthReporter {
  ok(): void;
  degraded(why: Text): void;
}

/** Counters of what was dropped, retried or refused, each with its reason. */
export interface Counters {
  add(name: string, reason: string, by?: number): void;
}

/** The services that `ctx.as(actor)` limits to what the actor may see and do. */
export interface ActorServices {
  readonly telemetry: Telemetry;
  readonly commands: CommandBus;
  readonly devices: Devices;
  readonly sites: Sites;
  readonly points: Points;
  readonly slots: Slots;
  readonly alerts: Alerts;
  readonly insights: Insights;
}

/** All that a plugin gets. Scoped to it and revoked when it stops: later use throws E_DISPOSED. */
export interface PluginContext<C = unknown> extends ActorServices {
  readonly id: PluginId;
  /** Checked against the manifest's schema, with defaults filled in. */
  readonly config: Readonly<C>;
  /** Aborted when the plugin is to stop. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly health: HealthReporter;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly kv: KeyValue;
  readonly files: PrivateFiles;
  readonly secrets: Secrets;
  /** Cleanup, newest first, when the plugin stops and also when `setup()` throws half-way. Subscriptions, handlers and mounts need none. */
  defer(cleanup: () => void | Promise<void>): void;
  readonly events: EventBus;
  readonly mqtt: Mqtt;
  readonly net: Net;
  readonly http: Http;
  readonly notifications: Notifications;
  readonly people: People;
  readonly audit: Audit;
  /** Formats of files that history is imported from. Inline plugins only: in a worker it throws E_NOT_AVAILABLE. */
  readonly imports: Imports;
  /**
   * The same services, limited to what this actor may see and do. Takes actors that the hub handed to this plugin in a live request, socket
   * or command; naming another needs the permission `people.act`, is audited, and never exceeds what the plugin was granted.
   * @throws E_PERMISSION
   */
  as(actor: Actor): ActorServices;
}
