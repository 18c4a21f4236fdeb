import type { Actor } from "@vatio/plugin-api";

const keyOf = ({ kind, id, via }: Actor): string => JSON.stringify([kind, id, via ?? null]);

/** The actors that the hub has handed to a plugin in requests, sockets and commands that are still going on. */
export class LiveActors {
  readonly #counts = new Map<string, number>();

  /** Remembers an actor until the handle is disposed. */
  hand(actor: Actor): Disposable {
    const key = keyOf(actor);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    let over = false;
    return {
      [Symbol.dispose]: () => {
        if (over) return;
        over = true;
        const left = (this.#counts.get(key) ?? 1) - 1;
        if (left > 0) this.#counts.set(key, left);
        else this.#counts.delete(key);
      },
    };
  }

  has(actor: Actor): boolean {
    return this.#counts.has(keyOf(actor));
  }
}
