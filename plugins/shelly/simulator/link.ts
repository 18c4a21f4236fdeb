import mqtt, { type IClientOptions, type MqttClient } from "mqtt";

/** Where a simulated device connects to. */
export interface BrokerAddress {
  /** `mqtt://127.0.0.1:1883` */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

/** How a simulated device is connected. */
export interface LinkOptions {
  readonly broker: BrokerAddress;
  readonly clientId: string;
  /** Retained topic that is true while connected, and false by the last will. */
  readonly onlineTopic: string;
  /** Topics on which the device takes orders. */
  readonly orders: readonly string[];
  readonly onOrder: (topic: string, payload: string) => void;
  /** Called when the connection came back by itself, after a restart of the broker. */
  readonly onReturn: () => void;
}

/** The MQTT connection of one simulated device: QoS 1, last will, nothing kept while it is away. */
export class SimulatedLink {
  readonly #options: LinkOptions;
  #client: MqttClient | undefined;
  /** Messages that the broker has acknowledged. */
  acknowledged = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get connected(): boolean {
    return this.#client?.connected ?? false;
  }

  /** Connects, takes orders and says that the device is online. */
  async connect(): Promise<void> {
    if (this.#client) return;
    const { broker, orders, onOrder, onlineTopic, onReturn } = this.#options;
    const client = await mqtt.connectAsync(broker.url, this.#clientOptions());
    this.#client = client;
    client.on("message", (topic, payload) => onOrder(topic, payload.toString()));
    client.on("connect", () => {
      void this.publish(onlineTopic, "true", { retain: true });
      onReturn();
    });
    // Without a listener a refused connection would end the process; the client tries again by itself.
    client.on("error", () => undefined);
    if (orders.length > 0) await client.subscribeAsync([...orders], { qos: 1 });
    await this.publish(onlineTopic, "true", { retain: true });
  }

  /** Publishes with QoS 1; does nothing while the device is not connected. Settles with the acknowledgement. */
  async publish(topic: string, payload: string, { retain = false, copies = 1 } = {}): Promise<void> {
    const client = this.#client;
    if (!client?.connected) return;
    const sent = Array.from({ length: copies }, () => client.publishAsync(topic, payload, { qos: 1, retain }));
    const results = await Promise.allSettled(sent);
    this.acknowledged += results.filter(({ status }) => status === "fulfilled").length;
  }

  /** Says goodbye: `online` becomes false. */
  async disconnect(): Promise<void> {
    await this.publish(this.#options.onlineTopic, "false", { retain: true });
    await this.#end(false);
  }

  /** Cuts the connection: the broker sends the last will. */
  drop(): Promise<void> {
    return this.#end(true);
  }

  async #end(hard: boolean): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    if (hard) client.stream.destroy();
    await client.endAsync(hard);
  }

  #clientOptions(): IClientOptions {
    const { broker, clientId, onlineTopic } = this.#options;
    return {
      clientId,
      clean: true,
      keepalive: 60,
      ...(broker.username === undefined ? {} : { username: broker.username }),
      ...(broker.password === undefined ? {} : { password: broker.password }),
      will: { topic: onlineTopic, payload: Buffer.from("false"), qos: 1, retain: true },
    };
  }
}
