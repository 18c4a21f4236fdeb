import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Collection } from "../data/collection.js";
import type { HubError } from "../data/hub-error.js";

/** Shows a shared list of the hub in an element for as long as the element is on the page. */
export class CollectionController<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #pick: () => Collection<T>;
  #end: (() => void) | undefined;

  constructor(host: ReactiveControllerHost, pick: () => Collection<T>) {
    this.#host = host;
    this.#pick = pick;
    host.addController(this);
  }

  /** The last good answer; undefined before the first one. */
  get value(): T | undefined {
    return this.#pick().state.value;
  }

  /** Why the newest attempt failed. */
  get error(): HubError | undefined {
    return this.#pick().state.error;
  }

  /** Tries again. */
  readonly retry = (): void => void this.#pick().refresh();

  hostConnected(): void {
    this.#end = this.#pick().subscribe(() => this.#host.requestUpdate());
  }

  hostDisconnected(): void {
    this.#end?.();
  }
}
