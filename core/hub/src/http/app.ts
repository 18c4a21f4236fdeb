import { VatioError } from "@vatio/plugin-api";
import { Hono } from "hono";
import type { Registry } from "prom-client";
import type { LiveGateway } from "../live/gateway.js";
import type { AppContext, AppEnv } from "./app-env.js";
import type { Route } from "./define-route.js";
import type { Observer } from "./observe.js";
import { docsResponse } from "./openapi/docs.js";
import { createOpenApiDocument, type OpenApiDocument } from "./openapi/document.js";
import { dispatchToPlugin } from "./plugin-dispatch.js";
import { healthz, prometheus, readyz } from "./probes.js";
import type { RouteContext } from "./route-context.js";
import { API_PREFIX, routeTable } from "./routes/index.js";
import { runRoute } from "./run-route.js";
import { CookieRenewal } from "./security/cookie-renewal.js";
import { identify, requireSomebody } from "./security/identify.js";
import { openLive, openPluginSocket, wantsSocket } from "./sockets.js";
import type { PluginUi } from "./static/plugin-ui.js";
import type { StaticUi } from "./static/static-ui.js";

export interface AppOptions {
  readonly hub: RouteContext;
  readonly gateway: LiveGateway;
  readonly observer: Observer;
  readonly registry: Registry;
  readonly ui: StaticUi;
  readonly pluginUi: PluginUi;
  readonly checkResponses: boolean;
}

/** Everything that the hub answers over HTTP, composed from the route table. */
export function createApp(options: AppOptions): Hono<AppEnv> {
  const { observer, hub } = options;
  const app = new Hono<AppEnv>();
  app.use(observer.middleware);
  app.onError((error, c) => observer.answerError(error, c.get("facts")?.id ?? ""));
  app.notFound((c) => observer.answerError(notFound(c), c.get("facts").id));
  addRoutes(app, options);
  addDocuments(app, hub);
  app.get("/healthz", () => healthz());
  app.get("/readyz", () => readyz(hub));
  app.get("/metrics", (c) => prometheus(c, hub, options.registry));
  addPlugins(app, options);
  app.get("*", async (c) => (await options.ui.respond(c)) ?? c.notFound());
  return app;
}

function addRoutes(app: Hono<AppEnv>, { hub, gateway, checkResponses }: AppOptions): void {
  app.get(`${API_PREFIX}/live`, (c) => openLive(c, { hub, gateway }));
  const renewal = new CookieRenewal(hub.clock);
  for (const route of routeTable)
    app.on(route.method, honoPath(route), (c) => runRoute(route, c, { hub, checkResponses, renewal }));
  for (const [path, methods] of methodsByPath()) app.all(path, () => wrongMethod(methods));
}

/** `/devices/{id}` is `/api/v1/devices/:id` there. */
const honoPath = ({ path }: Route): string => API_PREFIX + path.replace(/\{(\w+)\}/g, ":$1");

function methodsByPath(): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const route of routeTable) methods.set(honoPath(route), [...(methods.get(honoPath(route)) ?? []), route.method]);
  return methods;
}

function wrongMethod(methods: readonly string[]): never {
  throw new VatioError("E_METHOD_UNKNOWN", `This address takes ${methods.join(", ")}.`, { details: { methods } });
}

function addDocuments(app: Hono<AppEnv>, { hub }: RouteContext): void {
  let made: OpenApiDocument | undefined;
  // Made when somebody asks: a hub that starts has better things to do.
  const document = (): OpenApiDocument => {
    made ??= createOpenApiDocument({ routes: routeTable, version: hub.version });
    return made;
  };
  app.get(`${API_PREFIX}/openapi.json`, () => {
    const headers = { "content-type": "application/json", "cache-control": "no-cache" };
    return new Response(JSON.stringify(document()), { headers });
  });
  app.get("/docs/:file?", (c) => docsResponse(document, c.req.param("file")) ?? c.notFound());
}

/** After the hub's own routes: a plugin cannot take one of them over. */
function addPlugins(app: Hono<AppEnv>, { hub, gateway, pluginUi }: AppOptions): void {
  app.get("/plugins/:id/:file{.+}", async (c) => {
    requireSomebody(await identify(c.get("facts"), hub.accounts));
    return (await pluginUi.respond(c, c.req.param("id"), c.req.param("file"))) ?? c.notFound();
  });
  app.use(async (c, next) => {
    const response = wantsSocket(c) ? await openPluginSocket(c, { hub, gateway }) : await dispatchToPlugin(c, hub);
    if (response) return response;
    if (isApi(c)) return c.notFound();
    return next();
  });
}

/** What looks like an address of the API is never one of the interface's pages. */
const isApi = (c: AppContext): boolean => /^\/(?:api|plugins)(?:\/|$)/.test(c.get("facts").path) || wantsSocket(c);

function notFound(c: AppContext): VatioError {
  const { method, path } = c.get("facts");
  return new VatioError(
    "E_NOT_FOUND",
    `Nothing answers ${method} ${path.slice(0, 200)}. The API is described at /docs.`,
  );
}
