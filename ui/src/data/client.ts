import type { Device, EnergyBucket, Metric, Plugin, Point, Series, Session, Site, Usage } from "./api.js";
import { Collection } from "./collection.js";
import { perFrame, type Schedule } from "./frame-scheduler.js";
import { HttpApi } from "./http.js";
import { LiveConnection, type SocketLike } from "./live-connection.js";
import { ReadingsStore } from "./readings-store.js";
import { Switches } from "./switches.js";

export interface ClientOptions {
  readonly fetch?: typeof fetch;
  readonly connect?: () => SocketLike;
  readonly schedule?: Schedule;
}

/** Which part of the history is wanted. */
export interface SeriesQuery {
  /** Id of a point or channel. */
  readonly target: string;
  readonly metrics: readonly string[];
  readonly from: number;
  readonly to: number;
  /** At most so many: the width of the chart in pixels. */
  readonly buckets: number;
}

/** Which energy is wanted. */
export interface UsageQuery {
  readonly site: string;
  readonly from: number;
  readonly to: number;
  readonly bucket: EnergyBucket;
  /** Every point of the site when left out. */
  readonly points?: readonly string[];
}

/** The hub as the page sees it: requests, one live stream, newest values, and the lists that pages share. */
export class VatioClient {
  readonly http: HttpApi;
  readonly live: LiveConnection;
  readonly readings: ReadingsStore;
  readonly switches: Switches;
  readonly sites: Collection<readonly Site[]>;
  readonly points: Collection<readonly Point[]>;
  readonly devices: Collection<readonly Device[]>;
  readonly plugins: Collection<readonly Plugin[]>;
  readonly metrics: Collection<readonly Metric[]>;

  constructor(options: ClientOptions = {}) {
    this.http = new HttpApi(options.fetch ? { fetch: options.fetch } : {});
    this.live = new LiveConnection({ connect: options.connect ?? liveSocket });
    this.readings = new ReadingsStore({ schedule: options.schedule ?? perFrame, now: () => this.live.now() });
    this.switches = new Switches({ http: this.http, readings: this.readings, now: () => this.live.now() });
    this.live.readings.on((frame) => this.readings.putFrame(frame));
    this.live.snapshots.on((last) => this.readings.putLast(last));
    this.sites = this.#list<Site>("/sites", ["settings.changed"]);
    this.points = this.#list<Point>("/points", ["point.changed", "device.*"]);
    this.devices = this.#list<Device>("/devices", ["device.*", "point.changed"]);
    this.plugins = this.#list<Plugin>("/plugins", ["plugin.state"]);
    this.metrics = this.#list<Metric>("/metrics", ["plugin.state"]);
  }

  /** Takes a session over: from now on changes are allowed and the stream runs. */
  signedIn(session: Session): void {
    this.http.csrf = session.csrf;
    this.live.start();
  }

  /** Forgets the session and everything that it showed. */
  signedOut(): void {
    this.http.csrf = "";
    this.live.stop();
  }

  /** Metrics of a point or channel over a range, as columns. */
  series({ target, metrics, from, to, buckets }: SeriesQuery, signal?: AbortSignal): Promise<Series> {
    const query = {
      target,
      metrics: metrics.join(","),
      from: Math.round(from),
      to: Math.round(to),
      buckets: clamp(buckets),
    };
    return this.http.get<Series>("/series", { query, ...(signal ? { signal } : {}) });
  }

  /** Energy of a site and its points, in buckets of its calendar. */
  usage({ points, ...range }: UsageQuery, signal?: AbortSignal): Promise<Usage> {
    const query = { ...range, ...(points ? { points: points.join(",") } : {}) };
    return this.http.get<Usage>("/energy", { query, ...(signal ? { signal } : {}) });
  }

  /** Calls back when one of the events happens, and when any may have been missed. */
  watchEvents(events: readonly string[], callback: () => void): () => void {
    const ends = [
      this.live.subscribe({ events }),
      this.live.holes.on(callback),
      this.live.events.on(({ type }) => {
        if (events.some((pattern) => matches(pattern, type))) callback();
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  #list<T>(path: string, events: readonly string[]): Collection<readonly T[]> {
    return new Collection<readonly T[]>({
      load: (signal) => this.http.get<readonly T[]>(path, { signal }),
      watch: (changed) => this.watchEvents(events, changed),
    });
  }
}

const clamp = (buckets: number): number => Math.max(1, Math.min(2_000, Math.round(buckets)));

const matches = (pattern: string, type: string): boolean =>
  pattern === type || (pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1)));

function liveSocket(): SocketLike {
  const { protocol, host } = location;
  return new WebSocket(`${protocol === "https:" ? "wss" : "ws"}://${host}/api/v1/live`);
}
