import { readFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { seconds, VatioError } from "@vatio/plugin-api";
import type { EmbeddedBrokerConfig } from "../config/types.js";
import type { CounterTable } from "../counters.js";
import type { Admission, ConnectionGate } from "./connection-gate.js";

/** Where the embedded broker can be reached. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly tlsPort?: number;
}

export interface BrokerListenersOptions {
  readonly config: EmbeddedBrokerConfig;
  /** Address to bind. */
  readonly bind: string;
  readonly maxConnections: number;
  readonly gate: ConnectionGate;
  readonly counters: CounterTable;
  readonly onSocket: (socket: Socket, admission: Admission) => void;
}

const HANDSHAKE_TIMEOUT = seconds(10);
/** Bytes that one read of a socket may bring: a client gets its acknowledgements for all of them with one commit. */
const READ_AHEAD = 64 * 1024;

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? "unknown";

/** The TCP and TLS ports of the embedded broker. */
export class BrokerListeners {
  readonly #options: BrokerListenersOptions;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #admissions = new Map<string, Admission>();

  constructor(options: BrokerListenersOptions) {
    this.#options = options;
  }

  /**
   * Opens the ports.
   * @throws E_PORT_BUSY, E_PORT_DENIED, E_CONFIG_INVALID; nothing is left open then
   */
  async open(): Promise<BrokerAddress> {
    const { config, bind } = this.#options;
    try {
      const port = await this.#listen(
        createServer({ highWaterMark: READ_AHEAD }, (socket) => this.#come(socket)),
        config.port,
        "mqtt.port",
      );
      if (!config.tls) return { host: bind, port };
      const tlsPort = await this.#listen(await this.#tlsServer(config.tls), config.tls.port, "mqtt.tls.port");
      return { host: bind, port, tlsPort };
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Closes the ports and every connection. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closing = this.#servers
      .splice(0)
      .map((server) => new Promise<void>((done) => void server.close(() => done())));
    await Promise.all(closing);
  }

  async #tlsServer({ cert, key, ca }: NonNullable<EmbeddedBrokerConfig["tls"]>): Promise<Server> {
    const files = {
      cert: await readSetting(cert, "mqtt.tls.cert"),
      key: await readSetting(key, "mqtt.tls.key"),
      ...(ca !== undefined && {
        ca: await readSetting(ca, "mqtt.tls.ca"),
        requestCert: true,
        rejectUnauthorized: true,
      }),
    };
    try {
      const server = createTlsServer({ ...files, minVersion: "TLSv1.2", handshakeTimeout: HANDSHAKE_TIMEOUT });
      server.on("secureConnection", (socket: TLSSocket) => this.#come(socket));
      server.on("tlsClientError", (error) => this.#options.counters.add("mqtt", "tls-refused", codeOf(error)));
      return server;
    } catch (cause) {
      const message = `The broker's certificate cannot be used (${String(cause)}). Check mqtt.tls.cert and mqtt.tls.key.`;
      throw new VatioError("E_CONFIG_INVALID", message, { cause, details: { path: "mqtt.tls" } });
    }
  }

  async #listen(server: Server, port: number, setting: string): Promise<number> {
    server.maxConnections = this.#options.maxConnections;
    server.on("drop", () => this.#options.counters.add("mqtt", "connection-refused", "too-many"));
    // First: it decides before the listener that handles the connection sees it.
    server.prependListener("connection", (socket: Socket) => this.#admit(socket));
    await new Promise<void>((done, failed) => {
      server.once("error", (cause) => failed(listenError(cause, { port, setting })));
      server.listen({ port, host: this.#options.bind }, done);
    });
    server.removeAllListeners("error");
    server.on("error", (error) => this.#options.counters.add("mqtt", "listener-failed", codeOf(error)));
    this.#servers.push(server);
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  }

  /** A TLS connection appears twice: as it is accepted, and with its own socket after the handshake. The remote end ties the two. */
  #admit(socket: Socket): void {
    const admission = this.#options.gate.admit(socket.remoteAddress ?? "unknown");
    if (!admission) {
      this.#options.counters.add("mqtt", "connection-refused", "address-rate");
      socket.destroy();
      return;
    }
    const end = remoteEnd(socket);
    this.#sockets.add(socket);
    this.#admissions.set(end, admission);
    socket.on("error", () => undefined);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#admissions.delete(end);
      admission.settle();
    });
  }

  #come(socket: Socket): void {
    const admission = this.#admissions.get(remoteEnd(socket));
    if (!admission || socket.destroyed) {
      socket.destroy();
      return;
    }
    this.#options.onSocket(socket, admission);
  }
}

const remoteEnd = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort} ${socket.localPort}`;

async function readSetting(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new VatioError("E_CONFIG_INVALID", `${setting}: the file ${path} cannot be read (${codeOf(cause)}).`, {
      cause,
      details: { path: setting },
    });
  }
}

function listenError(cause: NodeJS.ErrnoException, { port, setting }: { port: number; setting: string }): VatioError {
  const details = { port, setting };
  const variable = `VATIO_${setting.toUpperCase().replaceAll(".", "_")}`;
  const choose = `choose another port with ${setting} in vatio.yaml or the environment variable ${variable}`;
  switch (cause.code) {
    case "EADDRINUSE": {
      const message = `Port ${port} is in use by another program, often an installed Mosquitto. Stop that program, or ${choose}.`;
      return new VatioError("E_PORT_BUSY", message, { cause, details });
    }
    case "EACCES":
      return new VatioError("E_PORT_DENIED", `The system does not let this user listen on port ${port}; ${choose}.`, {
        cause,
        details,
      });
    case "EADDRNOTAVAIL":
      return new VatioError("E_CONFIG_INVALID", `This machine does not have the address that \`bind\` names.`, {
        cause,
        details: { path: "bind" },
      });
    default:
      return new VatioError(
        "E_PORT_FAILED",
        `Port ${port} cannot be opened (${cause.code ?? cause.message}); ${choose}.`,
        { cause, details },
      );
  }
}
