import type { ChannelId, CounterEvent, DeviceId, Instant, PluginId, PointId, Text } from "@vatio/model";
import type { PluginState } from "./plugin.js";

/**
 * Plane 2: events. Facts in the past tense, for any number of subscribers. A plugin adds its own by declaration merging and lists their
 * schemas in its manifest.
 */
export interface VatioEvents {
  "device.added": { device: DeviceId };
  "device.changed": { device: DeviceId };
  "device.accepted": { device: DeviceId };
  "device.removed": { device: DeviceId };
  "device.availability": { device: DeviceId; online: boolean; reason?: Text };
  "point.changed": { point: PointId };
  "telemetry.updated": { channels: readonly ChannelId[] };
  "energy.updated": { channels: readonly ChannelId[] };
  "energy.counter-event": {
    id: string;
    channel: ChannelId;
    point?: PointId;
    direction: CounterEvent["direction"];
    at: Instant;
    reason: CounterEvent["reason"];
    before: number;
    after: number;
    wh: number;
    since?: Instant;
  };
  "plugin.state": { plugin: PluginId; from: PluginState; to: PluginState; reason?: Text };
  "hub.health": { status: "ok" | "degraded" | "failed" };
  "settings.changed": { key: string };
  "backfill.progress": {
    device: DeviceId;
    state: "running" | "queued" | "waiting" | "paused" | "done";
    doneMinutes: number;
    totalMinutes: number;
  };
}

/** Name of an event. */
export type EventType = keyof VatioEvents & string;

type Prefix<S extends string> = S extends `${infer A}.${infer R}` ? A | `${A}.${Prefix<R>}` : never;

/** An exact name, a prefix (`device.*`) or everything (`*`). */
export type EventPattern = EventType | `${Prefix<EventType>}.*` | "*";

/** The names that a pattern matches. */
export type Matching<P extends string> = P extends "*"
  ? EventType
  : P extends `${infer H}.*`
    ? Extract<EventType, `${H}.${string}`>
    : Extract<EventType, P>;

/** An event as a subscriber gets it. */
export type VatioEvent<T extends EventType = EventType> = T extends EventType
  ? {
      readonly type: T;
      readonly payload: Readonly<VatioEvents[T]>;
      /** Rises by one with each event of the hub. */
      readonly seq: number;
      readonly at: Instant;
      readonly source: PluginId | "hub";
    }
  : never;

/** How a subscriber wants its events. */
export interface SubscribeOptions {
  /** `last`: first the retained event of each key, then the live ones, without a gap. */
  readonly replay?: "none" | "last";
  /** Events that may wait; 1024 when left out. */
  readonly capacity?: number;
  /** What happens when more would wait: counted, merged by key, or the plugin fails because it must not miss any. */
  readonly overflow?: "drop-oldest" | "latest-per-key" | "fail-plugin";
}

/** Gets one event at a time, in order of `seq`; the next one waits for its promise. */
export type EventHandler<P extends EventPattern> = (
  event: VatioEvent<Matching<P>>,
  signal: AbortSignal,
) => void | Promise<void>;

/** The event plane. */
export interface EventBus {
  /** Numbers, retains and enqueues the event; handlers run afterwards. @throws E_PERMISSION for a foreign namespace, E_EVENT_UNKNOWN for one that no manifest lists, E_EVENT_LOOP after 32 hops. */
  publish<T extends EventType>(type: T, payload: VatioEvents[T]): void;
  subscribe<P extends EventPattern>(pattern: P, handler: EventHandler<P>, options?: SubscribeOptions): Disposable;
}
