import { upgradeWebSocket, type WebSocketLike } from "@hono/node-server";
import { type PluginSocket, VatioError } from "@vatio/plugin-api";
import type { WSContext, WSEvents } from "hono/ws";
import type { WebSocket } from "ws";
import type { LiveGateway } from "../live/gateway.js";
import { CLOSE } from "../live/transport.js";
import { wsTransport } from "../live/ws-transport.js";
import type { AppContext } from "./app-env.js";
import type { Caller } from "./define-route.js";
import { admitToMount } from "./plugin-dispatch.js";
import { forwardHeaders } from "./plugin-headers.js";
import type { RouteContext } from "./route-context.js";
import { identify, requireSomebody, requireWideToken } from "./security/identify.js";
import { requireSameOrigin } from "./security/same-origin.js";

/** Whether a request asks for a WebSocket. */
export const wantsSocket = (c: AppContext): boolean => c.req.header("upgrade")?.toLowerCase() === "websocket";

export interface SocketOptions {
  readonly hub: RouteContext;
  readonly gateway: LiveGateway;
}

/** Opens the live stream. @throws E_UPGRADE_REQUIRED, E_AUTH_REQUIRED, E_ORIGIN_REFUSED, E_SOCKETS_FULL */
export async function openLive(c: AppContext, { hub, gateway }: SocketOptions): Promise<Response> {
  c.set("route", "/live");
  const facts = c.get("facts");
  const caller = await identify(facts, hub.accounts);
  // A WebSocket is not bound by the same-origin policy: any page could open it with the person's cookie.
  if (caller.via !== "token") requireSameOrigin(facts, hub.config.http.publicUrl);
  requireSomebody(caller);
  requireWideToken(caller);
  if (!wantsSocket(c)) throw new VatioError("E_UPGRADE_REQUIRED", "This address is a WebSocket. Open it as one.");
  gateway.sockets.requireRoom(caller);
  let client: ReturnType<LiveGateway["open"]> | undefined;
  const events = {
    onOpen: (_event, ws) => {
      const socket = rawSocket(ws);
      client = gateway.open(caller, wsTransport(socket));
      socket.on("pong", () => client?.heard());
      socket.on("error", (error) => hub.counters.add("live", "refused", brokenRule(error)));
    },
    onMessage: ({ data }) => (typeof data === "string" ? client?.receive(data) : client?.receiveBinary()),
    onClose: () => client?.closed(),
  } satisfies WSEvents<WebSocketLike>;
  return upgradeWebSocket(c, events, reportTo(hub));
}

/** The rule of RFC 6455 that a frame broke: the library ends the connection by itself. `WS_ERR_INVALID_UTF8` is `invalid-utf8`. */
const brokenRule = (error: Error & { readonly code?: string }): string =>
  error.code
    ?.replace(/^WS_ERR_/, "")
    .replaceAll("_", "-")
    .toLowerCase() ?? "transport";

/** Without it the adapter writes to the console. */
const reportTo = ({ log }: RouteContext) => ({
  onError: (error: unknown) => log.source("http").error("A socket failed", { error: stackOf(error) }),
});

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

const rawSocket = (ws: WSContext<unknown>): WebSocket => ws.raw as WebSocket;

/** Opens the socket that a plugin offers at the request's path; undefined when none does. */
export async function openPluginSocket(c: AppContext, { hub, gateway }: SocketOptions): Promise<Response | undefined> {
  const facts = c.get("facts");
  const offered = wantsSocket(c) ? hub.plugins.socketAt(facts.path) : undefined;
  if (!offered) return undefined;
  const { plugin, mount } = offered;
  c.set("route", `plugin:${plugin}`);
  const caller = await admitToMount(facts, offered, hub);
  gateway.sockets.requireRoom(caller);
  const request = new Request(c.req.url, { headers: forwardHeaders(facts, caller) });
  const peer = new PluginPeer((error) => reportSocketError(plugin, error, hub));
  const events = {
    onOpen: (_event, ws) => {
      peer.open(rawSocket(ws), { caller, gateway });
      rawSocket(ws).on("error", (error) => hub.counters.add(`plugin:${plugin}`, "socket-refused", brokenRule(error)));
      peer.guard(() => mount.accept(peer, request, { actor: caller.actor }));
    },
    onMessage: ({ data }) => peer.message(typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer)),
    onClose: ({ code }) => peer.closed(code),
  } satisfies WSEvents<WebSocketLike>;
  return upgradeWebSocket(c, events, reportTo(hub));
}

function reportSocketError(plugin: string, error: unknown, hub: RouteContext): void {
  hub.counters.add(`plugin:${plugin}`, "socket-failed", VatioError.is(error) ? error.code : "threw");
  hub.log.source(`plugin:${plugin}`).error("Its socket failed", { error: stackOf(error) });
}

/** Most bytes that a plugin may have waiting for a slow peer. */
const MOST_BUFFERED = 2 * 1024 * 1024;
const NORMAL = 1000;
/** The server met a condition that it did not expect (RFC 6455). */
const INTERNAL_ERROR = 1011;

/** A WebSocket as a plugin sees it. */
class PluginPeer implements PluginSocket {
  readonly #report: (error: unknown) => void;
  readonly #onMessage: ((data: string | Uint8Array) => void)[] = [];
  readonly #onClose: ((code: number) => void)[] = [];
  #socket: WebSocket | undefined;
  #entry: Disposable | undefined;

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  open(socket: WebSocket, { caller, gateway }: { readonly caller: Caller; readonly gateway: LiveGateway }): void {
    this.#socket = socket;
    const entry = gateway.sockets.add(caller, wsTransport(socket));
    this.#entry = entry;
    socket.on("pong", () => entry.heard());
    socket.on("message", () => entry.heard());
  }

  send(data: string | Uint8Array): void {
    if (!this.#socket) return;
    this.#socket.send(data);
    if (this.#socket.bufferedAmount > MOST_BUFFERED) this.close(CLOSE.tryLater, "reads too slowly");
  }

  close(code = NORMAL, reason = ""): void {
    // Other codes are not for applications to send; a reason is at most 123 bytes.
    const allowed =
      code === NORMAL || code === INTERNAL_ERROR || code === CLOSE.tryLater || (code >= 3000 && code <= 4999);
    this.#socket?.close(allowed ? code : NORMAL, reason.slice(0, 40));
  }

  onMessage(handler: (data: string | Uint8Array) => void): void {
    this.#onMessage.push(handler);
  }

  onClose(handler: (code: number) => void): void {
    this.#onClose.push(handler);
  }

  message(data: string | Uint8Array): void {
    for (const handler of this.#onMessage) this.guard(() => handler(data));
  }

  closed(code: number): void {
    this.#entry?.[Symbol.dispose]();
    for (const handler of this.#onClose) this.guard(() => handler(code));
  }

  /** Whatever the plugin throws ends its socket, not the hub. */
  guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#report(error);
      this.close(INTERNAL_ERROR, "the plugin failed");
    }
  }
}
