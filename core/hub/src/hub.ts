import { type DurationMs, text } from "@vatio/plugin-api";
import { createHttpServer, type HttpApp, type HttpServer } from "./http/index.js";
import { describeDatabases, describeListeners } from "./hub-health.js";
import { assembleHub, type HubOptions, type HubParts } from "./hub-parts.js";
import { distinctPlugins } from "./plugins/index.js";
import { followDeviceHealth } from "./registry/index.js";

/** Where a hub listens. */
export interface HubAddress {
  readonly httpPort: number;
  /** Undefined with an external broker. */
  readonly mqttPort: number | undefined;
}

/** A hub. */
export interface Hub extends AsyncDisposable {
  /** Its parts, for tests and for the command line. */
  readonly parts: HubParts;
  /** What answers over HTTP: lists its routes, and answers without a socket. For tests and diagnostics. */
  readonly app: HttpApp;
  /**
   * Starts plugins, then listens: what arrives finds its plugin, or its inbox.
   * @throws E_PORT_BUSY and others that name the setting to change
   */
  start(): Promise<HubAddress>;
  /** Commits what waits and ends everything, in the reverse order. Safe to call more than once. */
  stop(): Promise<void>;
}

/**
 * Builds a hub: the composition root.
 * @example
 * const hub = await createHub({ config: await loadBootConfig({ env, cwd }), plugins, uiRoot, version });
 * const { httpPort } = await hub.start();
 */
export async function createHub(given: HubOptions): Promise<Hub> {
  const { sources, refused } = distinctPlugins(given.plugins);
  const options = { ...given, plugins: sources, refusedPlugins: [...(given.refusedPlugins ?? []), ...refused] };
  const parts = await assembleHub(options);
  return new RunningHub(parts, createHttp(options, parts));
}

function createHttp(options: HubOptions, parts: HubParts): HttpServer {
  const { mqtt, telemetry: store, startedAt } = parts;
  const uiRoots = new Map(options.plugins.map(({ manifest, uiRoot }) => [manifest.id, uiRoot]));
  return createHttpServer({
    config: parts.config,
    uiRoot: options.uiRoot,
    checkResponses: options.strict ?? false,
    services: {
      ...parts,
      hub: { version: options.version, startedAt, demo: options.demo ?? false },
      store,
      mqtt: mqtt.transport,
      mqttCredentials: mqtt.credentials,
      mqttRefusals: () => mqtt.refusals(),
      mqttPort: () => mqtt.address()?.port,
      pluginUiRoot: (plugin) => uiRoots.get(plugin),
      events: { subscribe: (pattern, handler, how) => parts.events.hub.subscribe(pattern, handler, how) },
    },
  });
}

class RunningHub implements Hub {
  readonly parts: HubParts;
  readonly #http: HttpServer;
  readonly #unwind: (() => unknown)[] = [];
  #stopped: Promise<void> | undefined;

  constructor(parts: HubParts, http: HttpServer) {
    this.parts = parts;
    this.#http = http;
    // Unwound from the end: the log is the last to go.
    this.#unwind.push(
      () => parts.log.close(),
      () => parts.state.close(),
      () => parts.log.flush(),
      () => parts.telemetry.close(),
    );
  }

  async start(): Promise<HubAddress> {
    try {
      return await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  get app(): HttpApp {
    return this.#http.app;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#unwindAll();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #start(): Promise<HubAddress> {
    const { health, mqtt, plugins } = this.parts;
    this.#followHealth();
    this.#followCommits();
    this.#startEnergy();
    health.set("hub/start", "degraded", text("health.starting"));
    describeDatabases(this.parts);
    await mqtt.load();
    this.#unwind.push(
      () => mqtt.stop(),
      () => plugins.stop(),
    );
    await plugins.start();
    this.#unwind.push(() => this.#http.stop());
    const { port } = await this.#http.start();
    await mqtt.start();
    this.#unwind.push(
      () => this.parts.backups.stop(),
      () => this.parts.localControl.stop(),
    );
    this.parts.backups.start();
    await this.parts.localControl.start();
    this.#unwind.push(() => this.parts.backfill.stop());
    await this.parts.backfill.start();
    this.#unwind.push(() => this.parts.imports.stop());
    await this.parts.imports.start();
    describeListeners(this.parts, port);
    health.delete("hub/start");
    return { httpPort: port, mqttPort: mqtt.address()?.port };
  }

  #followHealth(): void {
    const { events, health } = this.parts;
    const watch = health.onChange((status) => events.hub.publish("hub.health", { status }));
    const devices = followDeviceHealth(this.parts);
    this.#unwind.push(
      () => watch[Symbol.dispose](),
      () => devices[Symbol.dispose](),
    );
  }

  #startEnergy(): void {
    const { energy } = this.parts;
    this.#unwind.push(() => energy.stop());
    energy.start();
  }

  #followCommits(): void {
    const { events, telemetry } = this.parts;
    const watch = telemetry.onCommit((channels) => events.hub.publish("telemetry.updated", { channels }));
    this.#unwind.push(() => watch[Symbol.dispose]());
  }

  /** Every step runs, even when one fails: a stop that gives up half-way loses what waits. */
  async #unwindAll(): Promise<void> {
    for (const step of this.#unwind.reverse()) {
      try {
        await step();
      } catch (error) {
        this.parts.log.source("hub").error("A part did not stop cleanly.", { error });
      }
    }
  }
}

/** How long a stop may take before the process is ended by force. */
export const STOP_DEADLINE = 20_000 as DurationMs;
