import {
  type AnnouncedDevice,
  type Batch,
  type CommandCall,
  channelId,
  type DeviceDescription,
  type DeviceId,
  type DeviceState,
  deviceId,
  type FetchApp,
  type Json,
  type MqttMessage,
  type PluginContext,
  type SwitchSet,
  type SwitchSetResult,
  type Text,
  VatioError,
  type Written,
} from "@vatio/plugin-api";
import type { ShellyConfig } from "../../src/config.js";
import type { ManualTime } from "./manual-time.js";

type Handler = (message: MqttMessage) => void | Promise<void>;
type ReadHistory = Parameters<PluginContext["devices"]["provideHistory"]>[0];
type SwitchHandler = (input: SwitchSet, call: CommandCall) => Promise<SwitchSetResult>;

/** A stored value: channel, instant, metric. */
export interface StoredRow {
  readonly channel: string;
  readonly at: number;
  readonly values: Readonly<Record<string, number>>;
}

/** Whether a topic fits a filter. */
function fits(filter: string, topic: string): boolean {
  const levels = topic.split("/");
  const parts = filter.split("/");
  if (parts.at(-1) === "#") return parts.slice(0, -1).every((part, i) => part === "+" || part === levels[i]);
  return parts.length === levels.length && parts.every((part, i) => part === "+" || part === levels[i]);
}

/** The edges of a hub, recorded: what a plugin announces, stores, rejects and publishes. The whole way is tested on the real hub. */
export class RecordingHub implements Disposable {
  readonly rows: StoredRow[] = [];
  readonly devices = new Map<string, DeviceDescription>();
  readonly availability: { device: DeviceId; online: boolean; reason?: string }[] = [];
  readonly rejected: { topic: string; reason: Text; device?: DeviceId }[] = [];
  readonly observed: { topic: string; device: DeviceId }[] = [];
  readonly counters = new Map<string, number>();
  readonly documents = new Map<string, Json>();
  readonly published: { topic: string; payload: string }[] = [];
  /** What becomes of announced devices. */
  state: DeviceState = "active";
  /** Thrown by the store while it is set. */
  storeFails: VatioError | undefined;
  /** Thrown by the documents while it is set. */
  documentsFail: VatioError | undefined;
  written: Written = { accepted: 1, duplicate: 0, rejected: [] };
  app: FetchApp | undefined;
  history: ReadHistory | undefined;
  /** What answers on the network, by host. */
  readonly hosts = new Map<string, { fetch(request: Request): Response | Promise<Response> }>();
  password: string | undefined;
  switchSet: SwitchHandler | undefined;
  readonly #time: ManualTime;
  readonly #handlers: { filter: string; handler: Handler }[] = [];
  readonly #stop = new AbortController();

  constructor(time: ManualTime) {
    this.#time = time;
  }

  /** Hands a message to every handler that it matches; settles when all of them have. */
  async deliver(message: MqttMessage): Promise<void> {
    const matching = this.#handlers.filter(({ filter }) => fits(filter, message.topic));
    await Promise.all(matching.map(({ handler }) => handler(message)));
  }

  /** The context of the plugin. */
  context(config: ShellyConfig): PluginContext<ShellyConfig> {
    const context = {
      id: "shelly",
      config,
      signal: this.#stop.signal,
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      health: { ok: ignore, degraded: ignore },
      counters: { add: (name: string, reason: string, by = 1) => this.#count(`${name} ${reason}`, by) },
      clock: this.#time,
      scheduler: this.#time,
      kv: this.#kv(),
      devices: this.#devices(),
      telemetry: { write: (batches: Batch | readonly Batch[]) => this.#write(batches) },
      secrets: { get: async () => this.password },
      net: {
        fetch: (url: string, init: RequestInit) => this.#fetch(new Request(url, { ...init, redirect: "follow" })),
      },
      mqtt: {
        subscribe: (filter: string, handler: Handler) => void this.#handlers.push({ filter, handler }),
        publish: async (topic: string, payload: string) => void this.published.push({ topic, payload }),
      },
      events: { subscribe: ignore },
      commands: {
        handle: (_name: string, handler: SwitchHandler) => {
          this.switchSet = handler;
        },
      },
      http: {
        mount: (app: FetchApp) => {
          this.app = app;
        },
      },
    };
    return context as unknown as PluginContext<ShellyConfig>;
  }

  /** What the plugin has subscribed to. */
  get filters(): readonly string[] {
    return this.#handlers.map(({ filter }) => filter);
  }

  /** The plugin is told to stop. */
  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  async #fetch(request: Request): Promise<Response> {
    const host = this.hosts.get(new URL(request.url).hostname);
    if (host) return host.fetch(request);
    throw new VatioError("E_NET_UNREACHABLE", `Nobody answers at ${request.url}.`, { retryable: true });
  }

  async #write(batches: Batch | readonly Batch[]): Promise<Written> {
    if (this.storeFails) throw this.storeFails;
    for (const { channel, at, columns } of [batches].flat() as readonly Batch[]) {
      for (const [i, instant] of at.entries()) {
        const values = Object.entries(columns).map(([metric, column]) => [metric, column[i] ?? Number.NaN]);
        this.rows.push({ channel, at: instant, values: Object.fromEntries(values) });
      }
    }
    return this.written;
  }

  #count(name: string, by: number): void {
    this.counters.set(name, (this.counters.get(name) ?? 0) + by);
  }

  #devices() {
    return {
      announce: async (description: DeviceDescription): Promise<AnnouncedDevice> => {
        const id = deviceId("shelly", description.hardwareId);
        if (this.state !== "refused") this.devices.set(description.hardwareId, structuredClone(description));
        const channels = description.channels.map(({ key }) => [key, channelId(id, key)]);
        return { id, state: this.state, channels: Object.fromEntries(channels) };
      },
      provideHistory: (read: ReadHistory) => {
        this.history = read;
      },
      available: (device: DeviceId, online: boolean, reason?: Text) =>
        void this.availability.push({ device, online, ...(reason ? { reason: reason.key } : {}) }),
      observed: (device: DeviceId, { topic }: MqttMessage) => void this.observed.push({ topic, device }),
      rejected: ({ topic }: MqttMessage, reason: Text, device?: DeviceId) => {
        this.rejected.push({ topic, reason, ...(device === undefined ? {} : { device }) });
        this.#count(`rejected ${reason.key}`, 1);
      },
    };
  }

  #kv() {
    const { documents } = this;
    return {
      set: async (key: string, value: Json) => {
        if (this.documentsFail) throw this.documentsFail;
        documents.set(key, structuredClone(value));
      },
      delete: async (key: string) => documents.delete(key),
      list: async (prefix: string) =>
        [...documents].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => ({ key, value, version: 1 })),
    };
  }
}

const ignore = (): void => undefined;
