import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Reading } from "../data/api.js";
import type { VatioClient } from "../data/client.js";

/** Keeps newest values coming for the points or channels that an element shows, and draws it again when one changes. */
export class ReadingsController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #client: () => VatioClient;
  #targets: readonly string[] = [];
  #ends: (() => void)[] = [];
  #connected = false;

  constructor(host: ReactiveControllerHost, client: () => VatioClient) {
    this.#host = host;
    this.#client = client;
    host.addController(this);
  }

  /** Says what is shown; cheap when nothing changed, so it may be called on every update. */
  watch(targets: Iterable<string>): void {
    const next = [...new Set(targets)].sort();
    if (next.length === this.#targets.length && next.every((id, index) => id === this.#targets[index])) return;
    this.#targets = next;
    if (this.#connected) this.#open();
  }

  get(target: string, metric: string): Reading | undefined {
    return this.#client().readings.get(target, metric);
  }

  value(target: string, metric: string): number | undefined {
    return this.get(target, metric)?.value;
  }

  hostConnected(): void {
    this.#connected = true;
    this.#open();
  }

  hostDisconnected(): void {
    this.#connected = false;
    this.#close();
  }

  #open(): void {
    const former = this.#ends;
    const client = this.#client();
    this.#ends =
      this.#targets.length === 0
        ? []
        : [
            client.live.subscribe({ targets: this.#targets }),
            client.readings.subscribe(this.#targets, () => this.#host.requestUpdate()),
          ];
    // The new wish goes first, so that the stream of what both share does not stop in between.
    for (const end of former) end();
  }

  #close(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
  }
}
