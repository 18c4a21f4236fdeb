import { type FetchApp, type Http, type HttpEnv, type PluginSocket, VatioError } from "@vatio/plugin-api";
import type { MountTable } from "../mount-table.js";
import type { PluginScope } from "../scope.js";
import type { PluginSocketMount } from "../types.js";
import { requireSocketPath } from "./checks.js";
import { contain, noteFailure } from "./contain.js";

/** "Going away" (RFC 6455 section 7.4.1). */
const GOING_AWAY = 1001;

type Accept = PluginSocketMount["accept"];

/** The plugin's HTTP app and sockets. */
export function httpService(scope: PluginScope, mounts: MountTable): Http {
  const own = (kind: string, mounted: Disposable): Disposable =>
    scope.opened.push(kind, () => mounted[Symbol.dispose]());
  return {
    mount: (app, options = {}) => {
      scope.live();
      scope.permissions.require("http");
      scope.serve(() => own("http mount", mounts.mount(scope.id, { app: containedApp(scope, app), options })));
    },
    socket: (path, accept, options = {}) => {
      scope.live();
      requireSocketPath(scope, path);
      const mount = { accept: containedAccept(scope, accept), options };
      scope.serve(() => own("socket mount", mounts.mountSocket(scope.id, path, mount)));
    },
  };
}

/** While a request is answered, the app may act in the name of its caller. What it throws is its answer, not a crash. */
function containedApp(scope: PluginScope, app: FetchApp): FetchApp {
  return {
    fetch: async (request, env) => {
      const handed = scope.actors.hand(env.actor);
      const busy = scope.opened.hold("request");
      try {
        return checkResponse(await scope.enter(() => app.fetch(request, env), "http"), scope);
      } catch (error) {
        throw noteFailure(scope, "http", error);
      } finally {
        busy[Symbol.dispose]();
        handed[Symbol.dispose]();
      }
    },
  };
}

function checkResponse(response: Response, scope: PluginScope): Response {
  if (typeof response?.status === "number" && typeof response.arrayBuffer === "function") return response;
  throw new VatioError("E_RESPONSE_INVALID", `The plugin ${scope.id} answered with something that is not a Response.`);
}

function containedAccept(scope: PluginScope, accept: Accept): Accept {
  return (socket, request, env) => {
    const handed = scope.actors.hand(env.actor);
    const open = scope.opened.push("socket", () => socket.close(GOING_AWAY, "The plugin stopped"));
    socket.onClose(() => {
      open.forget();
      handed[Symbol.dispose]();
    });
    contain(scope, "socket", () => accept(containedSocket(scope, socket), request, env));
  };
}

function containedSocket(scope: PluginScope, socket: PluginSocket): PluginSocket {
  return {
    send: (data) => scope.serve(() => socket.send(data)),
    close: (code, reason) => scope.serve(() => socket.close(code, reason)),
    onMessage: (handler) =>
      scope.serve(() => socket.onMessage((data) => contain(scope, "socket", () => handler(data)))),
    onClose: (handler) => scope.serve(() => socket.onClose((code) => contain(scope, "socket", () => handler(code)))),
  };
}

/** The same app, told below which prefix a request came in. */
export const appAt = (app: FetchApp, prefix: string): FetchApp => ({
  fetch: (request: Request, env: HttpEnv) => app.fetch(request, { actor: env.actor, mount: prefix }),
});
