import type { Text } from "@vatio/model";
import type { Device, Point, Reading, Series, Site } from "../data/api.js";
import type { SeriesQuery, VatioClient } from "../data/client.js";
import { i18n } from "../i18n/i18n.js";
import type { UiFormat } from "../i18n/ui-format.js";

/** What a panel or card of a plugin gets as its property `hub`: what the reader may see, and the plugin's own HTTP. */
export interface PanelHub {
  /** Id of the plugin. */
  readonly plugin: string;
  readonly language: "es" | "en";
  /** Numbers, units and times as the reader wants them, in the zone of the site. */
  readonly format: UiFormat;
  /** Words of the plugin's manifest: `text({ key: "forecast.title" })`. */
  text(text: Text): string;
  /** The time of the hub in milliseconds since the Unix epoch. */
  now(): number;
  sites(): Promise<readonly Site[]>;
  devices(): Promise<readonly Device[]>;
  points(): Promise<readonly Point[]>;
  series(query: SeriesQuery, signal?: AbortSignal): Promise<Series>;
  /** Newest value that the page knows; ask for it with `watch`. */
  last(target: string, metric: string): Reading | undefined;
  /** Calls back, once per frame, when a reading of one of the points or channels arrives, until the returned function is called. */
  watch(targets: readonly string[], changed: () => void): () => void;
  /** Calls back when language, region or zone change, until the returned function is called. */
  onWords(changed: () => void): () => void;
  /** A request to the plugin itself: `/forecast` reaches `/api/plugins/<id>/forecast`. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Opens a page of the interface. */
  go(href: string): void;
}

interface PanelHubOptions {
  readonly plugin: string;
  readonly client: VatioClient;
  readonly go: (href: string) => void;
}

/** The facade for one plugin. Its methods cannot reach the API of others or change anything but through the plugin. */
export function createPanelHub({ plugin, client, go }: PanelHubOptions): PanelHub {
  return Object.freeze({
    plugin,
    get language() {
      return i18n.language;
    },
    get format() {
      return i18n.format;
    },
    text: (text: Text) => i18n.text(text),
    now: () => client.live.now(),
    sites: () => client.http.get<readonly Site[]>("/sites"),
    devices: () => client.http.get<readonly Device[]>("/devices"),
    points: () => client.http.get<readonly Point[]>("/points"),
    series: (query: SeriesQuery, signal?: AbortSignal) => client.series(query, signal),
    last: (target: string, metric: string) => client.readings.get(target, metric),
    watch: (targets: readonly string[], changed: () => void) => {
      const ends = [client.live.subscribe({ targets }), client.readings.subscribe(targets, changed)];
      return () => {
        for (const end of ends) end();
      };
    },
    onWords: (changed: () => void) => i18n.subscribe(changed),
    fetch: (path: string, init: RequestInit = {}) => fetch(pluginUrl(plugin, path), withCsrf(init, client.http.csrf)),
    go,
  });
}

/** A path below the plugin's own; `..` cannot lead out of it. */
export function pluginUrl(plugin: string, path: string): string {
  const root = `/api/plugins/${encodeURIComponent(plugin)}/`;
  const url = new URL(path.replace(/^\/+/, ""), `http://hub${root}`);
  if (url.host !== "hub" || !url.pathname.startsWith(root)) throw new RangeError(`${path} lies outside of the plugin.`);
  return url.pathname + url.search;
}

function withCsrf(init: RequestInit, csrf: string): RequestInit {
  const headers = new Headers(init.headers);
  if (init.method && init.method.toUpperCase() !== "GET") headers.set("x-csrf-token", csrf);
  return { ...init, headers, credentials: "same-origin" };
}
