import { readFileSync } from "node:fs";
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext } from "node:tls";
import { createAdaptorServer, type WebSocketServerLike } from "@hono/node-server";
import { type ErrorCode, seconds, VatioError } from "@vatio/plugin-api";
import type { Hono } from "hono";
import { WebSocketServer } from "ws";
import type { HubClock } from "../clock.js";
import type { BootConfig } from "../config/types.js";
import { deferred } from "../deferred.js";
import type { AppEnv } from "./app-env.js";
import { publicError } from "./errors.js";
import { RequestsUnderWay } from "./requests-under-way.js";

/** What a client may cost before it is cut off. Milliseconds, bytes and counts. */
export const SERVER_LIMITS = {
  headersMs: 10_000,
  requestMs: 60_000,
  keepAliveMs: 15_000,
  /** Without a byte in either direction: clients that never read what they asked for. */
  idleMs: 120_000,
  upgradeMs: 10_000,
  checkEveryMs: 5_000,
  headerBytes: 16 * 1024,
  headers: 100,
  connections: 1_000,
  socketMessageBytes: 1024 * 1024,
  /** For requests that are under way when the hub stops. */
  stopMs: seconds(5),
} as const;

export interface ListenerOptions {
  readonly config: Pick<BootConfig, "bind" | "http">;
  readonly app: Hono<AppEnv>;
  readonly clock: HubClock;
  /** Called for what the transport itself refuses. */
  readonly onRefused: (code: ErrorCode) => void;
}

/** The listening socket of the hub. */
export interface Listener {
  start(): Promise<{ readonly port: number }>;
  stop(): Promise<void>;
}

/** Makes the listener; nothing is bound before `start`. */
export function createListener(options: ListenerOptions): Listener {
  let running: Running | undefined;
  return {
    async start() {
      const server = createServer(options);
      await listen(server, options.config);
      running = { server, underWay: new RequestsUnderWay(server) };
      return { port: (server.address() as AddressInfo).port };
    },
    async stop() {
      const last = running;
      running = undefined;
      if (last) await close(last, options.clock);
    },
  };
}

function createServer({ config, app, onRefused }: ListenerOptions): Server {
  // No compression: it would keep a window in memory for each client, and frames are small.
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: SERVER_LIMITS.socketMessageBytes,
    perMessageDeflate: false,
  });
  const server = createAdaptorServer({
    fetch: app.fetch,
    websocket: { server: sockets as unknown as WebSocketServerLike },
    // The hub shares its process with plugins, whose Request and Response must stay Node's own.
    overrideGlobalObjects: false,
    ...transport(config.http.tls),
  }) as Server;
  limit(server);
  refuseRequests(server, onRefused);
  refuseUpgrades(server, onRefused);
  refuseOddities(server, onRefused);
  refuseMalformed(server, onRefused);
  return server;
}

const OPTIONS: ServerOptions = {
  maxHeaderSize: SERVER_LIMITS.headerBytes,
  // A request without one is refused here all the same, but Node would not say so.
  requireHostHeader: false,
  connectionsCheckingInterval: SERVER_LIMITS.checkEveryMs,
  headersTimeout: SERVER_LIMITS.headersMs,
  requestTimeout: SERVER_LIMITS.requestMs,
  keepAliveTimeout: SERVER_LIMITS.keepAliveMs,
};

function transport(tls: BootConfig["http"]["tls"]) {
  if (!tls) return { createServer: createPlainServer, serverOptions: OPTIONS };
  const files = { cert: readTlsFile(tls.cert, "cert"), key: readTlsFile(tls.key, "key") };
  return {
    createServer: createTlsServer,
    serverOptions: { ...OPTIONS, ...requireTls(files), minVersion: "TLSv1.2" } as const,
  };
}

type TlsMaterial = Readonly<Record<"cert" | "key", Buffer>>;

/** Certificate and key that belong together. */
function requireTls(files: TlsMaterial): TlsMaterial {
  try {
    createSecureContext(files);
    return files;
  } catch (cause) {
    throw new VatioError(
      "E_TLS_INVALID",
      "The files of http.tls.cert and http.tls.key are no PEM certificate with its key. Name the right ones, or leave http.tls out.",
      { cause },
    );
  }
}

function readTlsFile(file: string, name: "cert" | "key"): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new VatioError(
      "E_TLS_INVALID",
      `The file ${file} of http.tls.${name} cannot be read. Name a PEM file that the hub may read, or leave http.tls out.`,
      { cause },
    );
  }
}

function limit(server: Server): void {
  server.maxConnections = SERVER_LIMITS.connections;
  server.maxHeadersCount = SERVER_LIMITS.headers;
  server.timeout = SERVER_LIMITS.idleMs;
}

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;
type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Puts a look at each request before the listener that the adapter set. */
function refuseRequests(server: Server, onRefused: (code: ErrorCode) => void): void {
  const [adapter] = server.listeners("request") as RequestListener[];
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    if (hasAddress(request)) return adapter?.(request, response);
    onRefused("E_REQUEST_INVALID");
    const { status, body } = publicError(NO_ADDRESS, "");
    response.writeHead(status, { connection: "close", "content-type": "application/json" }).end(body);
  });
}

const NO_ADDRESS = new VatioError(
  "E_REQUEST_INVALID",
  "Host and path of the request are no address. Send the name of the hub as the host, and a path without backslashes.",
);

/** Whether host and path make an address: clients send what they like, and the adapter would refuse it without a word. */
function hasAddress({ url = "", headers: { host = "" } }: IncomingMessage): boolean {
  const target = url.startsWith("/") ? `http://${host}${url}` : url;
  return /^https?:\/\/[^/]/.test(target) && !/^[^?]*\\/.test(target) && URL.canParse(target) && isHost(host);
}

/** A host is a name or an address and perhaps a port: no user, no other spelling of it. */
function isHost(host: string): boolean {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return URL.canParse(`http://${host}/`) && new URL(`http://${host}/`).hostname === name;
}

/**
 * Node hands over every request with an `Upgrade` header and no longer watches its socket; the adapter answers those
 * for a WebSocket and would leave the others open for ever. It must stay the only listener, or it answers no refusals.
 */
function refuseUpgrades(server: Server, onRefused: (code: ErrorCode) => void): void {
  const [adapter] = server.listeners("upgrade") as UpgradeListener[];
  server.removeAllListeners("upgrade");
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    // Switched off again by the WebSocket once it is open.
    socket.setTimeout(SERVER_LIMITS.upgradeMs, () => socket.destroy());
    const wanted = request.headers.upgrade?.toLowerCase() === "websocket";
    if (wanted && hasAddress(request)) return adapter?.(request, socket, head);
    onRefused(wanted ? "E_REQUEST_INVALID" : "E_UPGRADE_REQUIRED");
    endWith(socket, wanted ? "400 Bad Request" : "426 Upgrade Required");
  });
}

/** What Node answers by itself, or drops, without saying so: a tunnel, and the wish for something that is not `100-continue`. */
function refuseOddities(server: Server, onRefused: (code: ErrorCode) => void): void {
  server.on("connect", (_request: IncomingMessage, socket: Duplex) => {
    socket.on("error", () => socket.destroy());
    onRefused("E_METHOD_UNKNOWN");
    endWith(socket, "405 Method Not Allowed");
  });
  server.on("checkExpectation", (_request: IncomingMessage, response: ServerResponse) => {
    onRefused("E_REQUEST_INVALID");
    response.writeHead(417, { connection: "close" }).end();
  });
}

/** Answers what is no HTTP, or came too slowly. */
function refuseMalformed(server: Server, onRefused: (code: ErrorCode) => void): void {
  server.on("clientError", (error: Error & { readonly code?: string }, socket) => {
    const tooLarge = error.code === "HPE_HEADER_OVERFLOW";
    const tooSlow = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    onRefused(tooSlow ? "E_REQUEST_TIMEOUT" : "E_REQUEST_INVALID");
    const status = tooLarge ? "431 Request Header Fields Too Large" : "400 Bad Request";
    endWith(socket, tooSlow ? "408 Request Timeout" : status);
  });
}

function endWith(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

async function listen(server: Server, { bind, http }: ListenerOptions["config"]): Promise<void> {
  const listening = deferred();
  server.once("error", listening.reject);
  server.listen({ port: http.port, host: bind }, listening.resolve);
  try {
    await listening.promise;
  } catch (cause) {
    throw listenError(cause as NodeJS.ErrnoException, bind, http.port);
  } finally {
    server.off("error", listening.reject);
  }
}

function listenError(cause: NodeJS.ErrnoException, bind: string, port: number): VatioError {
  if (cause.code === "EADDRINUSE") {
    return new VatioError(
      "E_PORT_BUSY",
      `Another program listens on port ${port} already. End it, or set http.port in vatio.yaml or VATIO_HTTP_PORT to a free port.`,
      { cause, details: { port } },
    );
  }
  if (cause.code === "EACCES") {
    return new VatioError(
      "E_PORT_DENIED",
      `This account may not listen on port ${port}. Set http.port in vatio.yaml or VATIO_HTTP_PORT to a port above 1023.`,
      { cause, details: { port } },
    );
  }
  return new VatioError(
    "E_BIND_INVALID",
    `The hub cannot listen on ${bind}:${port} (${cause.code ?? cause.message}). Set bind in vatio.yaml to an address of this machine.`,
    { cause, details: { bind, port } },
  );
}

interface Running {
  readonly server: Server;
  readonly underWay: RequestsUnderWay;
}

/** Lets requests under way finish, but not for ever; connections without one end at once. */
async function close({ server, underWay }: Running, clock: HubClock): Promise<void> {
  const closed = deferred();
  const late = deferred();
  const timer = clock.timer(SERVER_LIMITS.stopMs, late.resolve);
  server.close(() => closed.resolve());
  await Promise.race([underWay.none(), late.promise]);
  timer[Symbol.dispose]();
  server.closeAllConnections();
  await closed.promise;
}
