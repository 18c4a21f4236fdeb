import { VatioError } from "@vatio/plugin-api";
import { type Deferred, deferred } from "../../deferred.js";
import { type Frame, fromWireError, toWireError } from "./frames.js";
import type { Packed } from "./packing.js";
import { IncomingStreams, OutgoingStreams } from "./streams.js";

/** What a handler knows of a message beside its arguments. */
export interface Incoming {
  /** Number of the call; undefined for a cast. */
  readonly id: number | undefined;
  /** Aborted when the caller gives up. Never for a cast. */
  readonly signal: AbortSignal;
  readonly hops: number | undefined;
  readonly cause: number | undefined;
}

/** How one side of a link is connected. */
export interface LinkOptions {
  post(frame: Frame, transfer: Packed): void;
  /** Handles a call, whose answer is what it returns, or a cast. */
  handle(method: string, args: unknown, incoming: Incoming): unknown;
  /** A cast was not handled. */
  castFailed(method: string, error: unknown): void;
  /** Where the messages that are sent now come from. */
  origin(): { readonly hops?: number; readonly cause?: number };
}

/** How something is sent. */
export interface SendOptions {
  readonly transfer?: Packed;
  readonly signal?: AbortSignal;
  /** Told the number of the call before it is sent. */
  readonly numbered?: (id: number) => void;
}

const NEVER = new AbortController().signal;

/** One end of the connection between the hub and a worker. Both ends are alike. */
export class Link {
  readonly #options: LinkOptions;
  readonly #pending = new Map<number, Deferred<unknown>>();
  readonly #handling = new Map<number, AbortController>();
  readonly #outgoing: OutgoingStreams;
  readonly #incoming: IncomingStreams;
  #lastId = 0;
  #closed: Error | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    const post = (frame: Frame, transfer: Packed = []): void => {
      if (!this.#closed) options.post(frame, transfer);
    };
    this.#outgoing = new OutgoingStreams(post);
    this.#incoming = new IncomingStreams(post);
  }

  /** Calls that wait for an answer, in either direction, and streams that are open. */
  get open(): number {
    return this.#pending.size + this.#handling.size + this.#outgoing.size + this.#incoming.size;
  }

  /** Calls of the other side that are being handled. */
  get handling(): number {
    return this.#handling.size;
  }

  async call(method: string, args: unknown, { transfer = [], signal, numbered }: SendOptions = {}): Promise<unknown> {
    if (this.#closed) throw this.#closed;
    if (signal?.aborted) throw aborted(method);
    const id = ++this.#lastId;
    const answer = deferred<unknown>();
    this.#pending.set(id, answer);
    const abort = (): void => {
      this.#post({ kind: "abort", id });
      answer.reject(aborted(method));
    };
    signal?.addEventListener("abort", abort, { once: true });
    try {
      numbered?.(id);
      this.#options.post({ kind: "call", id, method, args, ...this.#options.origin() }, transfer);
      return await answer.promise;
    } finally {
      this.#pending.delete(id);
      signal?.removeEventListener("abort", abort);
    }
  }

  cast(method: string, args: unknown, transfer: Packed = []): void {
    if (!this.#closed) this.#options.post({ kind: "cast", method, args, ...this.#options.origin() }, transfer);
  }

  /** Offers parts to the other side. @returns the number under which it reads them */
  send(parts: AsyncIterable<unknown>): number {
    return this.#outgoing.add(parts);
  }

  /** Reads what the other side offers. Ending early, or the signal, tells the other side. */
  read(stream: number, signal?: AbortSignal): AsyncGenerator<unknown> {
    return this.#incoming.read(stream, signal);
  }

  receive(frame: Frame): void {
    if (this.#closed) return;
    switch (frame.kind) {
      case "call":
        void this.#answer(frame);
        break;
      case "cast":
        this.#told(frame);
        break;
      case "reply":
        this.#pending.get(frame.id)?.resolve(frame.value);
        break;
      case "error":
        this.#pending.get(frame.id)?.reject(fromWireError(frame.error));
        break;
      case "abort":
        this.#handling.get(frame.id)?.abort(aborted("the call"));
        break;
      case "pull":
      case "cancel":
        this.#outgoing.receive(frame);
        break;
      case "chunk":
      case "end":
        this.#incoming.receive(frame);
        break;
    }
  }

  /** Ends everything: what still waits for the other side fails with the error. */
  close(error: Error): void {
    if (this.#closed) return;
    this.#closed = error;
    for (const answer of this.#pending.values()) answer.reject(error);
    for (const handling of this.#handling.values()) handling.abort(error);
    this.#outgoing.close();
    this.#incoming.close(error);
  }

  async #answer({ id, method, args, hops, cause }: Extract<Frame, { kind: "call" }>): Promise<void> {
    const controller = new AbortController();
    this.#handling.set(id, controller);
    try {
      const value = await this.#options.handle(method, args, { id, signal: controller.signal, hops, cause });
      this.#handling.delete(id);
      this.#reply(id, value);
    } catch (error) {
      this.#handling.delete(id);
      this.#post({ kind: "error", id, error: toWireError(error) });
    }
  }

  #reply(id: number, value: unknown): void {
    const { value: plain, transfer } = value instanceof Transfer ? value : { value, transfer: [] };
    if (!this.#closed) this.#options.post({ kind: "reply", id, value: plain }, transfer);
  }

  #told({ method, args, hops, cause }: Extract<Frame, { kind: "cast" }>): void {
    try {
      const done = this.#options.handle(method, args, { id: undefined, signal: NEVER, hops, cause });
      if (done instanceof Promise) done.catch((error: unknown) => this.#options.castFailed(method, error));
    } catch (error) {
      this.#options.castFailed(method, error);
    }
  }

  #post(frame: Frame): void {
    if (!this.#closed) this.#options.post(frame, []);
  }
}

/** An answer whose buffers are handed over instead of being copied. */
export class Transfer {
  readonly value: unknown;
  readonly transfer: Packed;

  constructor(value: unknown, transfer: Packed) {
    this.value = value;
    this.transfer = transfer;
  }
}

const aborted = (method: string): VatioError => new VatioError("E_ABORTED", `${method} was given up.`);
