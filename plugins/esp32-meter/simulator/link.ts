import mqtt, { type IClientOptions, type MqttClient } from "mqtt";

/** How a simulated device is connected. */
export interface LinkOptions {
  /** `mqtt://127.0.0.1:1883` */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly clientId?: string;
  /** 0 when left out, like the firmware. */
  readonly qos?: 0 | 1;
}

/** The MQTT connection of one simulated device: no last will, nothing kept while it is away, back by itself after a restart of the broker. */
export class SimulatedLink {
  readonly #options: LinkOptions;
  #client: MqttClient | undefined;
  /** Messages that were sent; with QoS 1 those that the broker has acknowledged. */
  sent = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get connected(): boolean {
    return this.#client?.connected ?? false;
  }

  /** Connects. */
  async connect(): Promise<void> {
    if (this.#client) return;
    const client = await mqtt.connectAsync(this.#options.url, this.#clientOptions());
    // Without a listener a refused connection would end the process; the client tries again by itself.
    client.on("error", () => undefined);
    this.#client = client;
  }

  /** Publishes, or loses the message while the device is not connected. Settles when it is sent, with QoS 1 when it is acknowledged. */
  async publish(topic: string, payload: string, copies = 1): Promise<void> {
    const client = this.#client;
    if (!client?.connected) return;
    const { qos = 0 } = this.#options;
    const all = Array.from({ length: copies }, () => client.publishAsync(topic, payload, { qos }));
    const results = await Promise.allSettled(all);
    this.sent += results.filter(({ status }) => status === "fulfilled").length;
  }

  /** Cuts the connection, without a word when the device drops off the network. */
  async disconnect({ hard = false } = {}): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    if (hard) client.stream.destroy();
    await client.endAsync(hard);
  }

  #clientOptions(): IClientOptions {
    const { clientId, username, password } = this.#options;
    return {
      clean: true,
      keepalive: 60,
      ...(clientId === undefined ? {} : { clientId }),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    };
  }
}
