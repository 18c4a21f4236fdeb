import {
  type AnnouncedDevice,
  type Batch,
  type ChannelId,
  channelId,
  type DeviceDescription,
  type DeviceId,
  type DeviceState,
  deviceId,
  type Instant,
  instant,
  type KnownDevice,
  type LastValues,
  type MqttMessage,
  type PluginContext,
  type Text,
  type VatioError,
  type Written,
} from "@vatio/plugin-api";
import type { Esp32MeterConfig } from "../../src/config.js";
import plugin from "../../src/index.js";
import type { ManualTime } from "./manual-time.js";

type Handler = (message: MqttMessage) => void | Promise<void>;

/** What the settings are when nobody changed them. */
export const DEFAULTS: Esp32MeterConfig = {
  baseTopic: "enertrack",
  plainTopics: [{ topic: "energy/consumption", unit: "kW", metric: "power_w", name: "" }],
  activeMinutes: 30,
  noDataHours: 24,
};

const fits = (filter: string, topic: string): boolean =>
  filter.endsWith("/#") ? topic.startsWith(filter.slice(0, -1)) : filter === topic;

/** The edges of a hub, recorded: what the plugin announces, stores and rejects. Rows of one channel and instant merge as in the store. */
export class RecordingHub {
  /** Values by `<channel>@<instant>`. */
  readonly rows = new Map<string, Record<string, number>>();
  readonly conflicts: string[] = [];
  readonly descriptions = new Map<string, DeviceDescription>();
  readonly availability: { device: string; online: boolean; reason: string | undefined }[] = [];
  readonly rejected: { topic: string; reason: Text; device: string | undefined }[] = [];
  readonly counters = new Map<string, number>();
  readonly filters: string[] = [];
  health: Text | "ok" | undefined;
  /** What becomes of announced devices. */
  state: DeviceState = "pending";
  /** Thrown by the store while it is set. */
  storeFails: VatioError | undefined;
  /** Rejected by the store while they are set. */
  refusedRows: Written["rejected"] = [];
  time: ManualTime;
  readonly #devices = new Map<DeviceId, KnownDevice>();
  #handlers: { filter: string; handler: Handler }[] = [];

  constructor(time: ManualTime) {
    this.time = time;
  }

  /** Starts the plugin, again after an earlier run: what the hub knows stays. */
  async run(config: Partial<Esp32MeterConfig> = {}): Promise<this> {
    this.#handlers = [];
    await plugin.setup(this.#context({ ...DEFAULTS, ...config }));
    return this;
  }

  /** Hands a message to the plugin; settles when it is stored or refused. */
  async deliver(topic: string, payload: string | Uint8Array, how: Partial<MqttMessage> = {}): Promise<void> {
    const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
    const message: MqttMessage = { topic, payload: bytes, qos: 0, retained: false, at: this.time.now(), ...how };
    const matching = this.#handlers.filter(({ filter }) => fits(filter, topic));
    await Promise.all(matching.map(({ handler }) => handler(message)));
  }

  /** Rows of a device in order of their instants. */
  rowsOf(hardwareId: string): Record<string, number>[] {
    const prefix = `${this.channelOf(hardwareId)}@`;
    const rows = [...this.rows].filter(([key]) => key.startsWith(prefix));
    const instantOf = (key: string): number => Number(key.slice(prefix.length));
    return rows.sort(([a], [b]) => instantOf(a) - instantOf(b)).map(([, values]) => values);
  }

  channelOf(hardwareId: string): ChannelId {
    return channelId(deviceId("esp32-meter", hardwareId), "main");
  }

  get reasons(): string[] {
    return this.rejected.map(({ reason }) => reason.key);
  }

  #context(config: Esp32MeterConfig): PluginContext<Esp32MeterConfig> {
    const context = {
      id: "esp32-meter",
      config,
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      health: { ok: () => this.#setHealth("ok"), degraded: (why: Text) => this.#setHealth(why) },
      counters: { add: (name: string, reason: string) => this.#count(`${name} ${reason}`) },
      clock: this.time,
      scheduler: this.time,
      devices: this.#deviceService(),
      telemetry: {
        write: async (batch: Batch) => this.#write(batch),
        last: async (channel: ChannelId) => this.#last(channel),
      },
      mqtt: {
        subscribe: (filter: string, handler: Handler) => {
          this.filters.push(filter);
          this.#handlers.push({ filter, handler });
        },
      },
    };
    return context as unknown as PluginContext<Esp32MeterConfig>;
  }

  #write({ channel, at, columns }: Batch): Written {
    if (this.storeFails) throw this.storeFails;
    if (this.refusedRows.length > 0) return { accepted: 0, duplicate: 0, rejected: this.refusedRows };
    const key = `${channel}@${at[0]}`;
    const row = this.rows.get(key) ?? {};
    for (const [metric, [value = Number.NaN]] of Object.entries(columns)) {
      if (row[metric] !== undefined && row[metric] !== value) this.conflicts.push(`${key} ${metric}`);
      row[metric] ??= value;
    }
    this.rows.set(key, row);
    return { accepted: 1, duplicate: 0, rejected: [] };
  }

  #last(channel: ChannelId): LastValues {
    const newest: Record<string, { at: Instant; value: number }> = {};
    for (const [key, values] of this.rows) {
      if (!key.startsWith(`${channel}@`)) continue;
      const at = instant(Number(key.slice(key.lastIndexOf("@") + 1)));
      for (const [metric, value] of Object.entries(values)) {
        if (at >= (newest[metric]?.at ?? 0)) newest[metric] = { at, value };
      }
    }
    return newest;
  }

  #deviceService() {
    return {
      announce: async (description: DeviceDescription) => this.#announce(description),
      available: (device: DeviceId, online: boolean, reason?: Text) => {
        const known = this.#devices.get(device);
        if (known) this.#devices.set(device, { ...known, online });
        this.availability.push({ device, online, reason: reason?.key });
      },
      rejected: ({ topic }: MqttMessage, reason: Text, device?: DeviceId) => {
        this.rejected.push({ topic, reason, device });
        this.#count(`rejected ${reason.key}`);
      },
      list: async () => [...this.#devices.values()],
    };
  }

  #announce(description: DeviceDescription): AnnouncedDevice {
    const { hardwareId } = description;
    const id = deviceId("esp32-meter", hardwareId);
    const announced = { id, state: this.state, channels: { main: channelId(id, "main") } };
    if (this.state === "refused") return { ...announced, channels: {} };
    this.descriptions.set(hardwareId, description);
    const online = this.#devices.get(id)?.online ?? false;
    this.#devices.set(id, { ...announced, hardwareId, name: hardwareId, online });
    return announced;
  }

  #setHealth(health: Text | "ok"): void {
    this.health = health;
  }

  #count(name: string): void {
    this.counters.set(name, (this.counters.get(name) ?? 0) + 1);
  }
}

const ignore = (): void => undefined;
