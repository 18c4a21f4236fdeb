/** Something that a plugin opened. */
interface Entry {
  readonly kind: string;
  readonly release: () => void | Promise<void>;
}

/** An entry of the stack: disposing it closes it early. */
export interface CleanupHandle extends Disposable {
  /** It closed by itself. */
  forget(): void;
}

/** What a plugin opened, to be closed newest first. Each entry is closed once, and every entry is, even if others fail. */
export class CleanupStack {
  readonly #entries = new Set<Entry>();
  readonly #busy = new Set<{ readonly kind: string }>();
  readonly #idle: (() => void)[] = [];

  push(kind: string, release: () => void | Promise<void>): CleanupHandle {
    const entry = { kind, release };
    this.#entries.add(entry);
    return {
      forget: () => void this.#entries.delete(entry),
      [Symbol.dispose]: () => {
        if (this.#entries.delete(entry)) void release();
      },
    };
  }

  /** Notes work that goes on until the handle is disposed: nothing can close it from outside. */
  hold(kind: string): Disposable {
    const busy = { kind };
    this.#busy.add(busy);
    return {
      [Symbol.dispose]: () => {
        this.#busy.delete(busy);
        if (this.#busy.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
      },
    };
  }

  /** Closes everything, newest first, one after the other, going on when one of them fails. */
  async unwind(onError: (error: unknown) => void): Promise<void> {
    for (let entry = this.#newest(); entry; entry = this.#newest()) {
      this.#entries.delete(entry);
      const closing = this.hold(entry.kind);
      try {
        await entry.release();
      } catch (error) {
        onError(error);
      }
      closing[Symbol.dispose]();
    }
  }

  /** Settles when no work goes on. */
  idle(): Promise<void> {
    return this.#busy.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Closes what is left, without waiting for any of it. */
  abandon(): void {
    for (let entry = this.#newest(); entry; entry = this.#newest()) {
      this.#entries.delete(entry);
      void Promise.resolve()
        .then(entry.release)
        .catch(() => undefined);
    }
  }

  /** What is still open, being closed, or going on, by kind: the leak report. */
  open(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { kind } of [...this.#entries, ...this.#busy]) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }

  #newest(): Entry | undefined {
    let newest: Entry | undefined;
    for (const entry of this.#entries) newest = entry;
    return newest;
  }
}
