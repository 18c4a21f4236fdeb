import { type Instant, type Log, type PluginId, type PluginState, type Text, text } from "@vatio/plugin-api";
import type { HealthStatus } from "../health.js";
import type { HubServices } from "./hub-services.js";
import { type LifecycleInput, nextState } from "./lifecycle.js";

/** What each state means for the health of the hub; nothing for those that a person, or the hub's own stop, brought about. */
const HEALTH: Readonly<Record<PluginState, HealthStatus | undefined>> = {
  incompatible: "failed",
  disabled: undefined,
  starting: "ok",
  running: "ok",
  degraded: "degraded",
  stopping: undefined,
  stopped: undefined,
  failed: "failed",
  quarantined: "failed",
};

/** The state of one plugin. Every change is an event, a line in the log and a node of the health tree. */
export class PluginStatus {
  readonly #id: PluginId;
  readonly #services: HubServices;
  readonly #log: Log;
  #state: PluginState = "stopped";
  #reason: Text | undefined;
  #since: Instant;

  constructor(id: PluginId, services: HubServices, log: Log) {
    this.#id = id;
    this.#services = services;
    this.#log = log;
    this.#since = services.clock.now();
  }

  get state(): PluginState {
    return this.#state;
  }

  /** Why it is in this state, when there is more to say. */
  get reason(): Text | undefined {
    return this.#reason;
  }

  get since(): Instant {
    return this.#since;
  }

  can(input: LifecycleInput): boolean {
    return nextState(this.#state, input) !== undefined;
  }

  /** Goes on to the next state, if the input means anything in this one; `since` when that was earlier. @returns whether it did */
  move(input: LifecycleInput, reason?: Text, since: Instant = this.#services.clock.now()): boolean {
    const from = this.#state;
    const to = nextState(from, input);
    if (to === undefined) return false;
    this.#state = to;
    this.#since = since;
    this.#log.info(`${this.#id}: ${from} → ${to}`);
    this.#explain(reason);
    this.#services.events.hub.publish("plugin.state", {
      plugin: this.#id,
      from,
      to,
      ...(reason && { reason: structuredClone(reason) }),
    });
    return true;
  }

  /** What the plugin, or the hub about it, says about its health; undefined: all is well. */
  health(why: Text | undefined): void {
    if (why === undefined) this.move("recover");
    else if (!this.move("degrade", why) && this.#state === "degraded") this.#explain(why);
  }

  #explain(reason: Text | undefined): void {
    this.#reason = reason;
    const status = HEALTH[this.#state];
    const path = `plugins/${this.#id}`;
    if (status === undefined) this.#services.health.delete(path);
    else
      this.#services.health.set(
        path,
        status,
        reason ?? text(this.#state === "starting" ? "health.starting" : "health.ok"),
      );
  }
}
