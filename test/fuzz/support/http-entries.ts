import { API_PREFIX, type Route, routeTable } from "../../../core/hub/src/http/index.js";
import type { World } from "./world.js";

/** Something that takes requests. */
export interface HttpEntry {
  /** `POST /api/v1/session` */
  readonly name: string;
  readonly method: string;
  /** Path as the server has it: `/api/v1/devices/:id`, `/docs/:file?`, `/api/plugins/shelly/*`. */
  readonly path: string;
  /** Which suite sends to it. */
  readonly kind: "api" | "page" | "plugin";
  /** What the route table says of it. */
  readonly route: Route | undefined;
}

const routeKey = (method: string, path: string): string => `${method} ${path}`;
const honoPath = (path: string): string => API_PREFIX + path.replace(/\{(\w+)\}/g, ":$1");
const routes = new Map(routeTable.map((route) => [routeKey(route.method, honoPath(route.path)), route]));

/**
 * Everything that the running hub answers over HTTP: its server's own list of routes, so that a new one is fuzzed
 * without being named here, and in the place of the hand-over to plugins each address at which a plugin answers.
 */
export function httpEntries({ hub }: World): readonly HttpEntry[] {
  const entries = new Map<string, HttpEntry>();
  for (const { method, path } of hub.app.routes) {
    // What stands in the way of every request (facts, plugins), and the answer to a wrong method of a known path: reached by all inputs.
    if (method === "ALL") continue;
    const name = routeKey(method, path);
    const route = routes.get(name);
    entries.set(name, { name, method, path, kind: route ? "api" : "page", route });
  }
  for (const { path, socket } of hub.parts.plugins.mounts()) {
    if (socket) continue;
    for (const method of ["POST", "GET"]) {
      const name = routeKey(method, `${path}/*`);
      entries.set(name, { name, method, path: `${path}/*`, kind: "plugin", route: undefined });
    }
  }
  return [...entries.values()];
}
