import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { LogLine } from "../../../data/api.js";
import type { VatioClient } from "../../../data/client.js";
import { HubError, isAborted } from "../../../data/hub-error.js";
import { fits, type LogFilter, withNewer } from "./log-tail.js";

const GATHER_MS = 250;

/** Lines of the log that fit a filter: those of the past, then those that come, until following is paused. */
export class LogController implements ReactiveController {
  lines: readonly LogLine[] = [];
  error: HubError | undefined;
  /** Whether lines were asked for and none came yet. */
  loading = true;
  following = true;
  /** Lines that came while following was paused. */
  held = 0;
  readonly #host: ReactiveControllerHost;
  readonly #client: () => VatioClient;
  readonly #most: number;
  #filter: LogFilter | undefined;
  #waiting: LogLine[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #request: AbortController | undefined;
  #ends: (() => void)[] = [];

  constructor(host: ReactiveControllerHost, options: { readonly client: () => VatioClient; readonly most: number }) {
    this.#host = host;
    this.#client = options.client;
    this.#most = options.most;
    host.addController(this);
  }

  /** Says which lines are wanted; cheap when nothing changed. */
  show(filter: LogFilter): void {
    if (JSON.stringify(filter) === JSON.stringify(this.#filter)) return;
    this.#filter = filter;
    this.#close();
    this.#open();
  }

  /** Pauses, or goes on with all that came meanwhile. */
  follow(following: boolean): void {
    this.following = following;
    if (following) this.#flush();
    this.#host.requestUpdate();
  }

  readonly retry = (): void => void this.#load();

  hostConnected(): void {
    if (this.#filter) this.#open();
  }

  hostDisconnected(): void {
    this.#close();
  }

  #open(): void {
    const { live } = this.#client();
    const filter = this.#filter;
    if (!filter) return;
    this.#ends = [
      live.subscribe({ logs: filter.level }),
      live.logs.on((line) => this.#came(line, filter)),
      live.holes.on(() => void this.#load()),
    ];
    void this.#load();
  }

  #close(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
    this.#request?.abort();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
    this.held = 0;
  }

  async #load(): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.loading = true;
    this.#host.requestUpdate();
    try {
      const query = { ...this.#filter, limit: this.#most };
      const lines = await this.#client().http.get<readonly LogLine[]>("/logs", { query, signal: request.signal });
      if (this.#request !== request) return;
      this.lines = lines;
      this.error = undefined;
    } catch (error) {
      if (isAborted(error) || this.#request !== request) return;
      this.error = HubError.from(error);
    }
    this.loading = false;
    this.#host.requestUpdate();
  }

  #came(line: LogLine, filter: LogFilter): void {
    if (!fits(line, filter)) return;
    this.#waiting.push(line);
    if (this.#waiting.length > this.#most) this.#waiting.shift();
    // A flood is drawn a few times in a second, not with every line.
    this.#timer ??= setTimeout(() => this.#gathered(), GATHER_MS);
  }

  #gathered(): void {
    this.#timer = undefined;
    if (this.following) this.#flush();
    else this.held = this.#waiting.length;
    this.#host.requestUpdate();
  }

  #flush(): void {
    this.lines = withNewer(this.lines, this.#waiting, this.#most);
    this.#waiting = [];
    this.held = 0;
  }
}
