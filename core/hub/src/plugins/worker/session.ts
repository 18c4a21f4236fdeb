import { type ActorServices, type PluginContext, type PluginSocket, VatioError } from "@vatio/plugin-api";
import type { MessageInHand } from "../message-in-hand.js";
import type { PluginScope } from "../scope.js";
import type { Link } from "./link.js";

/** Subscriptions, timers, sockets and the like that one plugin may have open at once. */
const MOST_HANDLES = 20_000;

/** Something that a worker opened in the hub. */
export interface Opened {
  dispose(): void;
  /** Set when it is what `as` returned. */
  readonly services?: ActorServices;
  /** Set when it is a connection. */
  readonly writer?: WritableStreamDefaultWriter<Uint8Array>;
}

/** What the hub holds for one worker: its context, and all that it opened. */
export class WorkerSession {
  readonly scope: PluginScope;
  readonly context: PluginContext;
  readonly link: Link;
  /** Messages whose handlers run in the worker, by the number of the call. */
  readonly inHand = new Map<number, MessageInHand>();
  readonly #opened = new Map<number, Opened>();
  readonly #sockets = new Map<number, PluginSocket>();
  #lastSocket = 0;

  constructor(scope: PluginScope, context: PluginContext, link: Link) {
    this.scope = scope;
    this.context = context;
    this.link = link;
  }

  /**
   * Opens something under the number that the worker chose.
   * @throws E_WORKER_PROTOCOL when the number is taken; E_HANDLES_FULL when too much is open
   */
  open(handle: number, make: () => Disposable | Opened): void {
    if (this.#opened.has(handle)) throw new VatioError("E_WORKER_PROTOCOL", `The handle ${handle} is taken.`);
    if (this.#opened.size >= MOST_HANDLES) {
      throw new VatioError("E_HANDLES_FULL", `More than ${MOST_HANDLES} timers and subscriptions are open at once.`);
    }
    const made = make();
    this.#opened.set(handle, "dispose" in made ? made : { dispose: () => made[Symbol.dispose]() });
  }

  /** Closes what the worker no longer needs; what ended by itself is gone already. */
  close(handle: number): void {
    const opened = this.#opened.get(handle);
    this.#opened.delete(handle);
    opened?.dispose();
  }

  /** It ended by itself. */
  forget(handle: number): void {
    this.#opened.delete(handle);
  }

  get(handle: number): Opened | undefined {
    return this.#opened.get(handle);
  }

  /**
   * The plugin's own services, or those of an actor.
   * @throws E_PERMISSION when the hub did not agree to that actor
   */
  services(handle: number | undefined): ActorServices {
    if (handle === undefined) return this.context;
    const services = this.#opened.get(handle)?.services;
    if (services) return services;
    throw new VatioError("E_PERMISSION", `The plugin ${this.scope.id} may not act in the name of this actor.`);
  }

  /** Remembers a socket that is handed over. @returns the number by which the worker knows it */
  addSocket(socket: PluginSocket): number {
    this.#lastSocket += 1;
    this.#sockets.set(this.#lastSocket, socket);
    return this.#lastSocket;
  }

  dropSocket(number: number): void {
    this.#sockets.delete(number);
  }

  socket(number: number): PluginSocket | undefined {
    return this.#sockets.get(number);
  }
}
