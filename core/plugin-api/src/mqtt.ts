import type { Instant } from "@vatio/model";

/** A message from the broker. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retained: boolean;
  /** Arrival at the hub, also when it waited in the inbox. */
  readonly at: Instant;
  /** The sender marked it as sent before (DUP, MQTT 3.1.1 section 3.3.1.1): the hub may or may not have got it then. */
  readonly redelivered?: boolean;
  /** Who sent it, where the broker tells. */
  readonly client?: string;
}

/** How a filter is subscribed. */
export interface MqttSubscribeOptions {
  /** Only looks on: does not take part in the acknowledgement and needs no inbox. */
  readonly observe?: boolean;
}

/** How a message is published. */
export interface MqttPublishOptions {
  readonly qos?: 0 | 1;
  readonly retain?: boolean;
}

/** MQTT, through the embedded or an external broker alike. */
export interface Mqtt {
  /**
   * A QoS 1 message is acknowledged when every handler that it matched, observers aside, has fulfilled or has rejected for good; a
   * retryable rejection (nothing committed) leaves it unacknowledged. Never await another message of the same client in a handler.
   * @throws E_PERMISSION without `mqtt.subscribe:<filter>`.
   */
  subscribe(
    filter: string,
    handler: (message: MqttMessage) => void | Promise<void>,
    options?: MqttSubscribeOptions,
  ): Disposable;
  /** @throws E_PERMISSION without `mqtt.publish:<filter>`; E_MQTT_OFFLINE (retryable). */
  publish(topic: string, payload: Uint8Array | string, options?: MqttPublishOptions): Promise<void>;
}
