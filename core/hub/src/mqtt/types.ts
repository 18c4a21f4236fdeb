import type {
  DeviceId,
  Instant,
  MqttMessage,
  MqttPublishOptions,
  MqttSubscribeOptions,
  PluginId,
  Text,
} from "@vatio/plugin-api";

/**
 * Who may connect to the embedded broker. `device`: topics of its driver. `integration`: lists of filters. `onboarding`: shared by devices
 * that have no credential of their own yet.
 */
export type CredentialKind = "device" | "integration" | "onboarding";

/** A credential without its secret. */
export interface MqttCredential {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly username: string;
  /** Device that it belongs to, for the kind `device`. */
  readonly device?: DeviceId;
  /** The device's id on the wire: what `{device}` stands for in its driver's topics. */
  readonly wireId?: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  readonly createdAt: Instant;
  readonly lastUsedAt?: Instant;
}

/** Called for each message; fulfilled: acknowledge, rejected: do not. `own`: the hub published it itself, for devices, so that no plugin need take it. */
export type MessageSink = (message: MqttMessage, options?: { readonly own?: boolean }) => Promise<void>;

/** How the connection to devices is. */
export interface TransportStatus {
  /** The embedded broker listens, or the external one has accepted the hub. */
  readonly connected: boolean;
  /** Clients of the embedded broker. */
  readonly clients: number;
  /** Why it is not connected, or works only in part. */
  readonly why?: Text;
}

/** The embedded broker, or an external one to which the hub is a client. */
export interface MqttTransport {
  readonly kind: "embedded" | "external";
  /**
   * Listens, or begins to connect; an external broker that cannot be reached is no error.
   * @throws E_PORT_BUSY, E_PORT_DENIED, E_CONFIG_INVALID
   */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Settles when the broker has it. @throws E_MQTT_OFFLINE (retryable), E_TOPIC_INVALID */
  publish(topic: string, payload: Uint8Array | string, options?: MqttPublishOptions): Promise<void>;
  /** What plugins want: an external broker is subscribed to these, without those that another one covers. */
  setFilters(filters: readonly string[]): void;
  /**
   * Retained messages that match a filter, for a plugin that subscribes late. An external broker gives none here: it is asked to send
   * them again, and they arrive through the sink.
   */
  retained(filter: string): readonly MqttMessage[];
  status(): TransportStatus;
}

/** A filter and the plugin that listens to it. */
export interface PluginSubscription {
  readonly plugin: PluginId;
  readonly filter: string;
  /** Only looks on: nothing is kept for it while the plugin is away. */
  readonly observe: boolean;
}

/** Brings messages to plugins: acknowledgement, durable inbox, order. */
export interface MqttDelivery {
  readonly sink: MessageSink;
  subscribe(
    plugin: PluginId,
    filter: string,
    handler: (message: MqttMessage) => void | Promise<void>,
    options?: MqttSubscribeOptions,
  ): Disposable;
  /**
   * `running`: drains the inbox in order, then live; call it when `setup` has returned. `away`: payloads for its filters go to the inbox;
   * call it before the plugin's subscriptions are disposed of, or they are forgotten. `disabled` by a person: they are dropped.
   */
  setPlugin(plugin: PluginId, state: "running" | "away" | "disabled"): void;
  /** Messages that a plugin has in hand. */
  inHand(plugin: PluginId): readonly MqttMessage[];
  /**
   * The plugin crashed: it is away from now on, and its messages in hand go to the inbox, or stay there, and count the crash. The part
   * before the first await decides: call it before the handler's own rejection arrives.
   */
  crashed(plugin: PluginId): Promise<void>;
  /** Forgets the filters of a plugin that was removed: nothing is kept for it any more. */
  forget(plugin: PluginId): Promise<void>;
  /** What plugins subscribe to now: every topic on which somebody listens. For tests and diagnostics. */
  subscriptions(): readonly PluginSubscription[];
  /** Messages that are neither acknowledged nor given up yet, and inboxes that are being drained. */
  readonly busy: number;
}
