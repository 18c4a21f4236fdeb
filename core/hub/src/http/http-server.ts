import type { Hono } from "hono";
import { Registry } from "prom-client";
import type { BootConfig } from "../config/types.js";
import { ExportService } from "../export/index.js";
import { LiveGateway } from "../live/gateway.js";
import { SqlService } from "../sql/index.js";
import { createApp } from "./app.js";
import type { AppEnv } from "./app-env.js";
import { HttpMetrics } from "./http-metrics.js";
import { registerHubMetrics } from "./hub-metrics.js";
import { Observer } from "./observe.js";
import type { RouteContext } from "./route-context.js";
import { TrustedProxies } from "./security/trusted-proxies.js";
import { createListener } from "./server.js";
import type { HttpServices } from "./services.js";
import { PluginUi } from "./static/plugin-ui.js";
import { StaticUi } from "./static/static-ui.js";

export interface HttpServerOptions {
  readonly config: BootConfig;
  readonly services: HttpServices;
  /** Folder of the built interface. It need not exist: a page then says how to build it. */
  readonly uiRoot: string;
  /** Checks every answer against its schema, at a price: for tests. */
  readonly checkResponses?: boolean;
}

/** Everything that answers over HTTP, with its routes. */
export type HttpApp = Hono<AppEnv>;

/** The hub's HTTP server with API, live stream, plugins' apps and interface. */
export interface HttpServer {
  /** @throws E_PORT_BUSY, E_PORT_DENIED, E_BIND_INVALID, E_TLS_INVALID */
  start(): Promise<{ readonly port: number }>;
  stop(): Promise<void>;
  /** Answers requests without a listening socket. */
  readonly app: HttpApp;
}

/** Builds the HTTP server; nothing listens before `start`. @throws E_CONFIG_INVALID for a bad trusted proxy */
export function createHttpServer({ config, services, uiRoot, checkResponses = false }: HttpServerOptions): HttpServer {
  const gateway = new LiveGateway(services);
  const pluginUi = new PluginUi(services);
  const exports = createExports(config, services);
  const pluginModule = (id: string): string | undefined => pluginUi.moduleAddress(id);
  const sql = createSql(config, services);
  const hub: RouteContext = { ...services, config, live: gateway, exports, sql, pluginModule };
  const registry = new Registry();
  registerHubMetrics(registry, hub);
  const observer = createObserver({ config, services, registry });
  const app = createApp({ hub, gateway, observer, registry, ui: new StaticUi(uiRoot), pluginUi, checkResponses });
  const listener = createListener({ config, app, clock: services.clock, onRefused: (code) => observer.refused(code) });
  return {
    app,
    async start() {
      await exports.start();
      const address = await listener.start();
      gateway.start();
      return address;
    },
    async stop() {
      // Side by side: the listener waits for the sockets, and takes no new ones meanwhile.
      await Promise.all([listener.stop(), gateway.stop()]);
      await sql.stop();
    },
  };
}

const MEGABYTE = 1024 * 1024;

const createExports = (config: BootConfig, services: HttpServices): ExportService =>
  new ExportService({
    ...services,
    log: services.log.source("export"),
    data: config.data,
    minFreeBytes: config.store.minFreeMb * MEGABYTE,
  });

const createSql = (config: BootConfig, services: HttpServices): SqlService =>
  new SqlService({
    ...services,
    door: services.store.queries,
    directory: services,
    memoryMb: config.store.memoryMb,
  });

interface ObserverParts {
  readonly config: BootConfig;
  readonly services: HttpServices;
  readonly registry: Registry;
}

function createObserver({ config, services, registry }: ObserverParts): Observer {
  const { clock, random, counters, log } = services;
  const proxies = new TrustedProxies(config.http.trustedProxies);
  return new Observer({
    clock,
    random,
    counters,
    proxies,
    log: log.source("http"),
    metrics: new HttpMetrics(registry),
  });
}
