import type { Action, Actor } from "./actor.js";

/** What a mounted app gets beside the request. */
export interface HttpEnv {
  readonly actor: Actor;
  /** Prefix below which the request came in: `/api/plugins/<id>` or an alias. The path in the request's address is the one below it. */
  readonly mount?: string;
}

/** Anything that answers requests; a Hono app fits as it is and finds the caller as `c.env.actor`. */
export interface FetchApp {
  fetch(request: Request, env: HttpEnv): Response | Promise<Response>;
}

/** What a caller must be allowed to do; `administer` when left out. */
export interface MountOptions {
  readonly action?: Action | "public";
}

/** A WebSocket as messages, so that it works in a worker. */
export interface PluginSocket {
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  onMessage(handler: (data: string | Uint8Array) => void): void;
  onClose(handler: (code: number) => void): void;
}

/** HTTP of a plugin, below `/api/plugins/<id>` and at the aliases of its manifest. */
export interface Http {
  /** Mounts the plugin's one app. @throws E_PERMISSION without `http`; E_HTTP_CONFLICT when one is mounted already. */
  mount(app: FetchApp, options?: MountOptions): void;
  /** Accepts sockets at a path (`/live`) below the mount. The actor may be used with `ctx.as` until the socket closes. */
  socket(
    path: string,
    accept: (socket: PluginSocket, request: Request, env: HttpEnv) => void,
    options?: MountOptions,
  ): void;
}
