import type { ReactiveController, ReactiveControllerHost } from "lit";
import { HubError, isAborted } from "../data/hub-error.js";

/** Loads something that one element shows; a newer run replaces an older one. */
export class TaskController<T> implements ReactiveController {
  value: T | undefined;
  error: HubError | undefined;
  loading = false;
  readonly #host: ReactiveControllerHost;
  #run: AbortController | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** The last value stays visible while the next one loads. */
  async run(task: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.#run?.abort();
    const run = new AbortController();
    this.#run = run;
    this.loading = true;
    this.#host.requestUpdate();
    try {
      const value = await task(run.signal);
      if (this.#run === run) this.#settle(value, undefined);
    } catch (error) {
      if (this.#run === run && !isAborted(error)) this.#settle(this.value, HubError.from(error));
    }
  }

  hostDisconnected(): void {
    this.#run?.abort();
    this.#run = undefined;
  }

  #settle(value: T | undefined, error: HubError | undefined): void {
    this.value = value;
    this.error = error;
    this.loading = false;
    this.#host.requestUpdate();
  }
}
