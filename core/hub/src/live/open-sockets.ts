import { type DurationMs, seconds, VatioError } from "@vatio/plugin-api";
import type { Accounts } from "../auth/types.js";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import { deferred } from "../deferred.js";
import type { Caller } from "../http/define-route.js";
import { stillValid } from "../http/security/identify.js";
import { CLOSE, type LiveTransport } from "./transport.js";

/** How many sockets may be open, and how long a silent one stays. Milliseconds. */
export const SOCKET_LIMITS = {
  all: 256,
  perActor: 32,
  pingMs: 25_000,
  /** Without a sign of life for this long, the peer is dead. */
  silentMs: 60_000,
  /** To answer a goodbye when the hub stops. */
  stopMs: seconds(2),
} as const;

export interface OpenSocketsOptions {
  readonly clock: HubClock;
  readonly accounts: Accounts;
  readonly counters: CounterTable;
}

interface Socket {
  readonly caller: Caller;
  readonly transport: LiveTransport;
  /** Called when the caller's rights should be looked at again. */
  readonly recheck: () => void;
  heardAt: number;
}

/** A socket among the open ones. */
export interface OpenSocket extends Disposable {
  /** The peer gave a sign of life. */
  heard(): void;
}

/** Every open socket, of the live stream and of plugins: limits, pings, and an end with the session that opened it. */
export class OpenSockets {
  readonly #options: OpenSocketsOptions;
  readonly #sockets = new Set<Socket>();
  #timer: Disposable | undefined;
  #onEmpty: () => void = () => undefined;

  constructor(options: OpenSocketsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#sockets.size;
  }

  /** @throws E_SOCKETS_FULL (retryable) when there are too many already */
  requireRoom(caller: Caller): void {
    const own = [...this.#sockets].filter(
      ({ caller: { actor } }) => actor.kind === caller.actor.kind && actor.id === caller.actor.id,
    ).length;
    if (this.#sockets.size < SOCKET_LIMITS.all && own < SOCKET_LIMITS.perActor) return;
    throw new VatioError("E_SOCKETS_FULL", "Too many live streams are open. Close some pages and try again.", {
      retryable: true,
    });
  }

  add(caller: Caller, transport: LiveTransport, recheck: () => void = () => undefined): OpenSocket {
    const socket: Socket = { caller, transport, recheck, heardAt: this.#options.clock.monotonic() };
    this.#sockets.add(socket);
    this.#arm();
    return {
      heard: () => {
        socket.heardAt = this.#options.clock.monotonic();
      },
      [Symbol.dispose]: () => this.#remove(socket),
    };
  }

  closeSession(session: string): void {
    for (const { caller, transport } of this.#sockets) {
      if (caller.via === "session" && caller.session.id === session) transport.close(CLOSE.policy, "signed out");
    }
  }

  /** Says goodbye to everybody; whoever does not leave within the span is cut off. */
  async closeAll(within: DurationMs): Promise<void> {
    const late = deferred();
    const timer = this.#options.clock.timer(within, late.resolve);
    for (const { transport } of this.#sockets) transport.close(CLOSE.goingAway, "the hub stops");
    await Promise.race([this.#emptied(), late.promise]);
    timer[Symbol.dispose]();
    for (const { transport } of this.#sockets) transport.terminate();
  }

  #emptied(): Promise<void> {
    const emptied = deferred();
    if (this.#sockets.size === 0) emptied.resolve();
    this.#onEmpty = emptied.resolve;
    return emptied.promise;
  }

  #remove(socket: Socket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.size > 0) return;
    this.#onEmpty();
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer ??= this.#options.clock.timer(SOCKET_LIMITS.pingMs as DurationMs, () => {
      this.#timer = undefined;
      for (const socket of this.#sockets) this.#look(socket);
      if (this.#sockets.size > 0) this.#arm();
    });
  }

  #look(socket: Socket): void {
    const { clock, counters } = this.#options;
    if (clock.monotonic() - socket.heardAt > SOCKET_LIMITS.silentMs) {
      counters.add("live", "closed", "dead-peer");
      socket.transport.terminate();
      return;
    }
    socket.transport.ping();
    socket.recheck();
    void this.#lookAtCaller(socket);
  }

  async #lookAtCaller({ caller, transport }: Socket): Promise<void> {
    const { accounts, counters } = this.#options;
    const valid = await stillValid(caller, accounts).catch(() => true);
    if (valid) return;
    counters.add("live", "closed", "session-over");
    transport.close(CLOSE.policy, "session over");
  }
}
