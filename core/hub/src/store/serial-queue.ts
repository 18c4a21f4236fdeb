/** Runs pieces of work one after the other, in order. A failure is its caller's alone. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #size = 0;

  /** Pieces that wait or run. */
  get size(): number {
    return this.#size;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    this.#size++;
    const result = this.#tail.then(work).finally(() => this.#size--);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Settles when all that was queued until now is done. */
  async drained(): Promise<void> {
    await this.#tail;
  }
}
