import { setMaxListeners } from "node:events";
import { type Instant, type Log, type Manifest, type PluginId, type Text, text, VatioError } from "@vatio/plugin-api";
import type { Party } from "../bus/party.js";
import { runAs, runAsHub, type Suspect } from "./attribution.js";
import { CleanupStack } from "./cleanup-stack.js";
import type { HubServices } from "./hub-services.js";
import { LiveActors } from "./live-actors.js";
import { OwnWork } from "./own-work.js";
import { PermissionSet } from "./permissions.js";

/** What a running plugin does that concerns its supervisor. */
export interface ScopeEvents {
  /** An error escaped: the plugin must be stopped. */
  crashed(error: unknown): void;
  /** A handler threw: contained, but it counts. */
  faulted(error: unknown, where: string): void;
  /** What the plugin, or the hub about it, says about its health; undefined: all is well. */
  health(why: Text | undefined): void;
  used(permission: string, at: Instant): void;
}

/** What a scope is made from. */
export interface ScopeOptions {
  readonly manifest: Manifest;
  readonly services: HubServices;
  readonly log: Log;
  readonly events: ScopeEvents;
  /** The plugin's code runs in another thread: what it hands over is checked. */
  readonly remote: boolean;
}

/** One run of a plugin: what it may do, what it opened, and how calls into it are contained. */
export class PluginScope implements Suspect, Party {
  readonly id: PluginId;
  readonly manifest: Manifest;
  readonly services: HubServices;
  readonly log: Log;
  readonly remote: boolean;
  readonly permissions: PermissionSet;
  readonly opened = new CleanupStack();
  readonly actors = new LiveActors();
  readonly #events: ScopeEvents;
  readonly #work: OwnWork;
  readonly #controller = new AbortController();
  #revoked = false;

  constructor({ manifest, services, log, events, remote }: ScopeOptions) {
    this.id = manifest.id as PluginId;
    this.manifest = manifest;
    this.services = services;
    this.log = log;
    this.remote = remote;
    this.#events = events;
    this.#work = new OwnWork({ id: this.id, clock: services.clock, counters: services.counters, log });
    // It lives as long as the plugin, and every request that is under way may listen to it: Node would take many for a leak.
    setMaxListeners(0, this.signal);
    this.permissions = new PermissionSet(manifest.id, manifest.permissions, (permission) =>
      events.used(permission, services.clock.now()),
    );
  }

  /** Aborted when the plugin is to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get revoked(): boolean {
    return this.#revoked;
  }

  /** Tells the plugin to stop. */
  abort(): void {
    const reason = new VatioError("E_ABORTED", `The plugin ${this.id} is to stop.`);
    if (!this.signal.aborted) this.enter(() => this.#controller.abort(reason));
  }

  /** From now on every service throws E_DISPOSED. */
  revoke(): void {
    this.#revoked = true;
  }

  /** @throws E_DISPOSED after the plugin stopped */
  live(): void {
    if (!this.#revoked) return;
    const message = `The plugin ${this.id} has stopped: its context can no longer be used. Stop using it in a deferred cleanup.`;
    throw new VatioError("E_DISPOSED", message, { details: { plugin: this.id } });
  }

  /** Calls into the plugin: what escapes, now or later, is attributed to it, and a long synchronous part is noted. */
  enter<T>(call: () => T, where = "call"): T {
    const mark = this.#work.begin();
    try {
      return runAs(this, call);
    } finally {
      this.#work.end(mark, where);
    }
  }

  /**
   * Calls into the hub for the plugin: refused once the plugin has stopped, and what the hub starts on the way is not the plugin's doing.
   * @throws E_DISPOSED
   */
  serve<T>(call: () => T): T {
    this.live();
    return this.#work.serve(() => runAsHub(call));
  }

  stray(error: unknown): void {
    this.#events.crashed(error);
  }

  failed(error: unknown, where: string): void {
    this.#events.faulted(error, where);
  }

  lagged(pattern: string, dropped: number): void {
    this.#events.health(text("plugin.lagging", { pattern, dropped }));
  }

  overflowed(error: VatioError): void {
    this.#events.crashed(error);
  }

  /** What the plugin says about itself. */
  health(why: Text | undefined): void {
    this.#events.health(why);
  }

  /** Counts under the plugin's name. */
  count(name: string, reason: string, by = 1): void {
    this.services.counters.add(`plugin:${this.id}`, name, reason, by);
  }
}
