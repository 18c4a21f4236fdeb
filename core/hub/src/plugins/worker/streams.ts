import { VatioError } from "@vatio/plugin-api";
import { type Deferred, deferred } from "../../deferred.js";
import { type Frame, fromWireError, toWireError } from "./frames.js";
import { buffersOf, ownBytes, type Packed } from "./packing.js";

type Post = (frame: Frame, transfer?: Packed) => void;

/** Streams that one side may have open at once. */
const MOST_STREAMS = 1_000;

/** What this side offers to the other: a part is read when the other side asks for it. */
export class OutgoingStreams {
  readonly #post: Post;
  readonly #iterators = new Map<number, AsyncIterator<unknown>>();
  #lastId = 0;

  constructor(post: Post) {
    this.#post = post;
  }

  get size(): number {
    return this.#iterators.size;
  }

  /** @throws E_STREAMS_FULL (retryable) */
  add(parts: AsyncIterable<unknown>): number {
    if (this.#iterators.size >= MOST_STREAMS) {
      throw new VatioError("E_STREAMS_FULL", "Too many streams are open at once.", { retryable: true });
    }
    const id = ++this.#lastId;
    this.#iterators.set(id, parts[Symbol.asyncIterator]());
    return id;
  }

  receive({ kind, stream }: Extract<Frame, { kind: "pull" | "cancel" }>): void {
    const iterator = this.#iterators.get(stream);
    if (!iterator) return;
    if (kind === "pull") void this.#next(stream, iterator);
    else this.#drop(stream, iterator);
  }

  close(): void {
    for (const [stream, iterator] of this.#iterators) this.#drop(stream, iterator);
  }

  async #next(stream: number, iterator: AsyncIterator<unknown>): Promise<void> {
    try {
      const { done, value } = await iterator.next();
      if (done) this.#end(stream);
      else this.#part(stream, value);
    } catch (error) {
      this.#iterators.delete(stream);
      this.#post({ kind: "end", stream, error: toWireError(error) });
    }
  }

  #part(stream: number, value: unknown): void {
    const own = value instanceof Uint8Array ? ownBytes(value) : value;
    this.#post({ kind: "chunk", stream, value: own }, own instanceof Uint8Array ? buffersOf([own]) : []);
  }

  #end(stream: number): void {
    this.#iterators.delete(stream);
    this.#post({ kind: "end", stream });
  }

  #drop(stream: number, iterator: AsyncIterator<unknown>): void {
    this.#iterators.delete(stream);
    // The reader has gone: whatever still goes wrong here interests nobody.
    void Promise.resolve()
      .then(() => iterator.return?.())
      .catch(() => undefined);
  }
}

type Part = { readonly done: true } | { readonly done: false; readonly value: unknown };

/** What the other side offers to this one. */
export class IncomingStreams {
  readonly #post: Post;
  readonly #waiting = new Map<number, Deferred<Part>>();
  #closed: Error | undefined;

  constructor(post: Post) {
    this.#post = post;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** @param signal ends the stream, also while a part of it is being waited for */
  async *read(stream: number, signal?: AbortSignal): AsyncGenerator<unknown> {
    let ended = false;
    const abort = (): void => this.#giveUp(stream);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      for (;;) {
        if (signal?.aborted) throw givenUp();
        const part = await this.#pull(stream);
        if (part.done) {
          ended = true;
          return;
        }
        yield part.value;
      }
    } catch (error) {
      // The other side ended it, unless it was given up here.
      ended = signal?.aborted !== true;
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
      if (!ended) this.#post({ kind: "cancel", stream });
    }
  }

  receive(frame: Extract<Frame, { kind: "chunk" | "end" }>): void {
    const waiting = this.#waiting.get(frame.stream);
    this.#waiting.delete(frame.stream);
    if (frame.kind === "chunk") waiting?.resolve({ done: false, value: frame.value });
    else if (frame.error) waiting?.reject(fromWireError(frame.error));
    else waiting?.resolve({ done: true });
  }

  close(error: Error): void {
    this.#closed = error;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  #giveUp(stream: number): void {
    this.#waiting.get(stream)?.reject(givenUp());
    this.#waiting.delete(stream);
  }

  #pull(stream: number): Promise<Part> {
    if (this.#closed) return Promise.reject(this.#closed);
    const part = deferred<Part>();
    this.#waiting.set(stream, part);
    this.#post({ kind: "pull", stream });
    return part.promise;
  }
}

const givenUp = (): VatioError => new VatioError("E_ABORTED", "The stream was given up.");
