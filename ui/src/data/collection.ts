import { HubError, isAborted } from "./hub-error.js";

/** What a page can know of a list: nothing yet, the last good answer, and why the newest attempt failed. */
export interface CollectionState<T> {
  readonly value: T | undefined;
  readonly error: HubError | undefined;
  readonly loading: boolean;
}

/** How a collection is filled and kept true. */
export interface CollectionOptions<T> {
  load(signal: AbortSignal): Promise<T>;
  /** Opens what tells of changes; called with the first subscriber. Calls back to load again. */
  watch?(changed: () => void): () => void;
  /** How long it stays open after the last subscriber. */
  keepMs?: number;
}

const KEEP_MS = 5_000;

/**
 * Something of the hub that several parts of the page share: loaded with the first subscriber, loaded again when the
 * hub says that it changed, closed a while after the last one left.
 */
export class Collection<T> {
  readonly #options: CollectionOptions<T>;
  readonly #listeners = new Set<() => void>();
  #state: CollectionState<T> = { value: undefined, error: undefined, loading: false };
  #close: (() => void) | undefined;
  #closing: ReturnType<typeof setTimeout> | undefined;
  #request: AbortController | undefined;
  #again = false;

  constructor(options: CollectionOptions<T>) {
    this.#options = options;
  }

  get state(): CollectionState<T> {
    return this.#state;
  }

  get value(): T | undefined {
    return this.#state.value;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    clearTimeout(this.#closing);
    if (!this.#close) this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#closing = setTimeout(() => this.#shut(), this.#options.keepMs ?? KEEP_MS);
    };
  }

  /** Loads again; while an answer is awaited, once more after it. */
  async refresh(): Promise<void> {
    if (this.#request) {
      this.#again = true;
      return;
    }
    const request = new AbortController();
    this.#request = request;
    this.#set({ ...this.#state, loading: true });
    try {
      const value = await this.#options.load(request.signal);
      if (!request.signal.aborted) this.#set({ value, error: undefined, loading: false });
    } catch (error) {
      if (!isAborted(error)) this.#set({ ...this.#state, error: HubError.from(error), loading: false });
    } finally {
      if (this.#request === request) this.#request = undefined;
    }
    if (!this.#again) return;
    this.#again = false;
    await this.refresh();
  }

  /** Resolves with the first answer, good or bad, while somebody is subscribed. */
  settled(): Promise<void> {
    const isSettled = (): boolean => this.#state.value !== undefined || this.#state.error !== undefined;
    if (isSettled()) return Promise.resolve();
    return new Promise((resolve) => {
      const end = this.subscribe(() => {
        if (!isSettled()) return;
        end();
        resolve();
      });
    });
  }

  /** Shows a change at once that the hub has just confirmed, without waiting for the next load. */
  patch(change: (value: T) => T): void {
    if (this.#state.value !== undefined) this.#set({ ...this.#state, value: change(this.#state.value) });
  }

  /** Forgets everything: another person signs in. */
  reset(): void {
    this.#request?.abort();
    this.#request = undefined;
    this.#set({ value: undefined, error: undefined, loading: false });
    if (this.#close) void this.refresh();
  }

  #open(): void {
    this.#close = this.#options.watch?.(() => void this.refresh()) ?? (() => {});
    void this.refresh();
  }

  #shut(): void {
    this.#close?.();
    this.#close = undefined;
  }

  #set(state: CollectionState<T>): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}
