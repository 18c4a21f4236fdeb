/** Listeners of one kind. What one of them throws reaches neither the others nor the caller. */
export class Listeners<T> {
  readonly #all = new Set<{ readonly listener: (value: T) => void }>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(listener: (value: T) => void): Disposable {
    const entry = { listener };
    this.#all.add(entry);
    return { [Symbol.dispose]: () => void this.#all.delete(entry) };
  }

  call(value: T): void {
    for (const { listener } of this.#all) {
      try {
        listener(value);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
