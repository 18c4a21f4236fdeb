/** What happens when more items would wait than may. */
export type Overflow = "drop-oldest" | "latest-per-key" | "fail-plugin";

/** How a mailbox treats its items. */
export interface MailboxOptions<T> {
  /** Items that may wait. */
  readonly capacity: number;
  readonly overflow: Overflow;
  /** Items of one key: under `latest-per-key` a newer one replaces an older one. */
  keyOf(item: T): string;
  /** Handles one item and never throws; the next one waits for the promise. */
  deliver(item: T): void | Promise<void>;
  /** So many items were dropped, or replaced by newer ones of their key. */
  onDropped(count: number): void;
  /** An item did not fit under `fail-plugin`; the mailbox is closed. */
  onOverflow(): void;
}

/** Space before the first waiting item that is worth giving back. */
const COMPACT_AT = 1024;

/** Bounded first-in-first-out queue of one subscriber, drained in microtasks, one item at a time. */
export class Mailbox<T> {
  readonly #options: MailboxOptions<T>;
  readonly #keys = new Map<string, number>();
  #items: (T | undefined)[] = [];
  #head = 0;
  #draining = false;
  #closed = false;

  constructor(options: MailboxOptions<T>) {
    this.#options = options;
  }

  /** Items that wait. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  /** Adds items without regard to the capacity: what is replayed is bounded by its source and must not be lost. */
  replay(items: readonly T[]): void {
    for (const item of items) this.#append(item);
    this.#schedule();
  }

  push(item: T): void {
    if (this.#closed) return;
    if (this.size >= this.#options.capacity && !this.#makeRoom(item)) return;
    this.#append(item);
    this.#schedule();
  }

  /** Forgets what waits; nothing more is delivered. */
  close(): void {
    this.#closed = true;
    this.#items = [];
    this.#head = 0;
    this.#keys.clear();
  }

  /** @returns false when the mailbox closed instead */
  #makeRoom(item: T): boolean {
    if (this.#options.overflow === "fail-plugin") {
      this.close();
      this.#options.onOverflow();
      return false;
    }
    if (this.#options.overflow === "drop-oldest" || !this.#merge(this.#options.keyOf(item))) {
      this.#take();
      this.#options.onDropped(1);
    }
    return true;
  }

  /** Drops every item that has a newer one of its key, the item that is about to be added included. */
  #merge(nextKey: string): boolean {
    const before = this.size;
    const superseded = this.#keys.size < before || this.#keys.has(nextKey);
    if (!superseded) return false;
    const seen = new Set([nextKey]);
    const kept: T[] = [];
    for (let index = this.#items.length - 1; index >= this.#head; index--) {
      const item = this.#items[index] as T;
      const key = this.#options.keyOf(item);
      if (!seen.has(key)) kept.push(item);
      seen.add(key);
    }
    this.#replace(kept.reverse());
    this.#options.onDropped(before - kept.length);
    return true;
  }

  #replace(items: T[]): void {
    this.#items = [];
    this.#head = 0;
    this.#keys.clear();
    for (const item of items) this.#append(item);
  }

  #append(item: T): void {
    this.#items.push(item);
    if (this.#options.overflow !== "latest-per-key") return;
    const key = this.#options.keyOf(item);
    this.#keys.set(key, (this.#keys.get(key) ?? 0) + 1);
  }

  #take(): T {
    const item = this.#items[this.#head] as T;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    if (this.#options.overflow === "latest-per-key") this.#forgetKey(this.#options.keyOf(item));
    return item;
  }

  #forgetKey(key: string): void {
    const count = this.#keys.get(key) ?? 0;
    if (count > 1) this.#keys.set(key, count - 1);
    else this.#keys.delete(key);
  }

  #schedule(): void {
    if (this.#draining || this.#closed || this.size === 0) return;
    this.#draining = true;
    queueMicrotask(() => this.#drain());
  }

  #drain(): void {
    while (this.size > 0) {
      const done = this.#options.deliver(this.#take());
      if (done) {
        void done.then(() => this.#drain());
        return;
      }
    }
    this.#draining = false;
  }
}
