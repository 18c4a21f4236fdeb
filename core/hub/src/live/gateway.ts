import type { Actor, Batch, ChannelId, PointId } from "@vatio/plugin-api";
import type { Caller } from "../http/define-route.js";
import type { LastDto } from "../http/dto.js";
import { targetExists, targetResource } from "../http/routes/targets.js";
import type { HttpServices } from "../http/services.js";
import { type ConnectionHub, LiveConnection } from "./connection.js";
import { type OpenSocket, OpenSockets, SOCKET_LIMITS } from "./open-sockets.js";
import { rowsOf } from "./rows.js";
import type { LiveTransport } from "./transport.js";

type GatewayServices = Pick<
  HttpServices,
  "hub" | "accounts" | "authorizer" | "clock" | "counters" | "store" | "points" | "devices" | "events" | "log"
>;

/** A client of the live stream, as whoever carries its bytes sees it. */
export interface LiveClient {
  receive(text: string): void;
  receiveBinary(): void;
  /** The peer answered a ping. */
  heard(): void;
  closed(): void;
}

/** The live stream: hands readings, events and log lines to the clients that want and may see them. */
export class LiveGateway {
  /** Every open socket of the hub, those of plugins included. */
  readonly sockets: OpenSockets;
  readonly #services: GatewayServices;
  readonly #connections = new Set<LiveConnection>();
  readonly #watchers = new Map<string, Set<LiveConnection>>();
  readonly #sources: Disposable[] = [];
  readonly #connectionHub: ConnectionHub;

  constructor(services: GatewayServices) {
    this.#services = services;
    this.sockets = new OpenSockets(services);
    this.#connectionHub = {
      clock: services.clock,
      authorizer: services.authorizer,
      counters: services.counters,
      version: services.hub.version,
      mayRead: (actor, target) => this.#mayRead(actor, target),
      last: (targets) => this.#last(targets),
      watch: (connection, target, on) => this.#watch(connection, target, on),
    };
  }

  /** Open live streams. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Begins to listen to the hub. */
  start(): void {
    const { store, events, log } = this.#services;
    this.#sources.push(
      store.onBatch((batch) => this.#batch(batch)),
      events.subscribe("*", (event) => this.#each((connection) => connection.event(event)), {
        capacity: 4096,
        overflow: "drop-oldest",
      }),
      log.onLine((line) => this.#each((connection) => connection.log(line))),
    );
  }

  /** Listens no longer and ends every socket. */
  stop(): Promise<void> {
    for (const source of this.#sources.splice(0)) source[Symbol.dispose]();
    return this.sockets.closeAll(SOCKET_LIMITS.stopMs);
  }

  closeSession(session: string): void {
    this.sockets.closeSession(session);
  }

  /** Takes a client in. Its right to come in at all was checked before. */
  open(caller: Caller, transport: LiveTransport): LiveClient {
    const connection = new LiveConnection({ actor: caller.actor, transport, hub: this.#connectionHub });
    this.#connections.add(connection);
    const socket: OpenSocket = this.sockets.add(caller, transport, () => connection.recheck());
    return {
      receive: (text) => {
        socket.heard();
        connection.receive(text);
      },
      receiveBinary: () => connection.receiveBinary(),
      heard: () => socket.heard(),
      closed: () => {
        socket[Symbol.dispose]();
        connection[Symbol.dispose]();
        this.#connections.delete(connection);
      },
    };
  }

  #each(act: (connection: LiveConnection) => void): void {
    for (const connection of this.#connections) act(connection);
  }

  /** What a device remembered or a file held is history, not live; charts learn of it through `telemetry.updated`. */
  #batch(batch: Batch): void {
    if (batch.origin !== "live" || batch.timebase === "since-boot" || batch.at.length === 0) return;
    const names: readonly (string | undefined)[] = [batch.channel, this.#services.points.pointOf(batch.channel)];
    const targets = names.filter((target) => target !== undefined).filter((target) => this.#watchers.has(target));
    if (targets.length === 0) return;
    const rows = rowsOf(batch);
    for (const target of targets)
      for (const connection of this.#watchers.get(target) ?? []) connection.readings(target, rows);
  }

  #mayRead(actor: Actor, target: string): boolean {
    return targetExists(target, this.#services) && this.#services.authorizer.can(actor, "read", targetResource(target));
  }

  #last(targets: Iterable<string>): LastDto {
    return Object.fromEntries(
      [...targets].map((target) => [target, this.#services.store.last(target as PointId | ChannelId)]),
    );
  }

  #watch(connection: LiveConnection, target: string, on: boolean): void {
    const watchers = this.#watchers.get(target) ?? new Set();
    if (on) this.#watchers.set(target, watchers.add(connection));
    else if (watchers.delete(connection) && watchers.size === 0) this.#watchers.delete(target);
  }
}
