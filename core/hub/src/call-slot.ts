import { AsyncLocalStorage } from "node:async_hooks";

/** The values of all slots. One storage for all: Node.js before 24 pays for each of them with every promise that is made. */
const current = new AsyncLocalStorage<readonly unknown[]>();
let slots = 0;

/** One value that follows a call through all that it starts: promises, timers, sockets. */
export class CallSlot<T> {
  readonly #index = slots++;

  /** The value of the innermost {@link run} that led here. */
  get(): T | undefined {
    return current.getStore()?.[this.#index] as T | undefined;
  }

  /** Runs a call, and all that it starts, with a value; undefined hides an outer one. */
  run<R>(value: T | undefined, call: () => R): R {
    const outer = current.getStore();
    if (outer?.[this.#index] === value) return call();
    const inner = outer === undefined ? [] : outer.slice();
    inner[this.#index] = value;
    return current.run(inner, call);
  }
}
