import { connect, type MqttClient } from "mqtt";

/** Makes the payload of the n-th reading of a device. */
export type PayloadOf = (n: number) => string;

/** How a publisher works. */
export interface PublisherOptions {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly clientId: string;
  readonly topic: string;
  readonly payloadOf: PayloadOf;
  /** Milliseconds between readings. */
  readonly everyMs: number;
}

/** A device that publishes QoS 1 and keeps what was not acknowledged, over any number of broken connections. */
export class ReliablePublisher {
  readonly #client: MqttClient;
  readonly #timer: NodeJS.Timeout;
  readonly #acknowledged = new Set<number>();
  #next = 0;

  constructor(options: PublisherOptions) {
    this.#client = connect(options.url, {
      clientId: options.clientId,
      username: options.username,
      password: options.password,
      clean: false,
      reconnectPeriod: 60,
      connectTimeout: 2_000,
      keepalive: 5,
    });
    this.#client.on("error", () => undefined);
    this.#timer = setInterval(() => this.#publish(options), options.everyMs);
  }

  /** Numbers of the readings whose PUBACK arrived. */
  get acknowledged(): ReadonlySet<number> {
    return this.#acknowledged;
  }

  get published(): number {
    return this.#next;
  }

  /** Publishes no more, and waits until the rest was acknowledged. */
  async drain(withinMs = 20_000): Promise<void> {
    clearInterval(this.#timer);
    const end = Date.now() + withinMs;
    while (this.#acknowledged.size < this.#next && Date.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#client.endAsync(true);
  }

  #publish(options: PublisherOptions): void {
    const n = this.#next++;
    this.#client.publish(options.topic, options.payloadOf(n), { qos: 1 }, (error) => {
      if (!error) this.#acknowledged.add(n);
    });
  }
}
