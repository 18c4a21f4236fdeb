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

/** Readings that may wait for their acknowledgement, as a device with little memory allows. */
const MOST_IN_FLIGHT = 25;

/** A device that publishes QoS 1 and keeps what was not acknowledged: it sends all of that again after every broken connection. */
export class ReliablePublisher {
  readonly #options: PublisherOptions;
  readonly #client: MqttClient;
  readonly #timer: NodeJS.Timeout;
  readonly #acknowledged = new Set<number>();
  readonly #waiting = new Set<number>();
  #next = 0;

  constructor(options: PublisherOptions) {
    const { clientId, password, url, username } = options;
    this.#options = options;
    // The client's own store redelivers one message at a time and forgets some when that is interrupted: the device keeps its own.
    this.#client = connect(url, {
      clientId,
      username,
      password,
      clean: true,
      reconnectPeriod: 60,
      connectTimeout: 2_000,
    });
    this.#client.on("error", () => undefined);
    this.#client.on("connect", () => this.#sendAgain());
    this.#timer = setInterval(() => this.#sendNext(), options.everyMs);
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
    while (this.#waiting.size > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#client.endAsync(true);
  }

  #sendAgain(): void {
    for (const n of this.#waiting) this.#send(n);
  }

  #sendNext(): void {
    if (!this.#client.connected || this.#waiting.size >= MOST_IN_FLIGHT) return;
    const n = this.#next++;
    this.#waiting.add(n);
    this.#send(n);
  }

  #send(n: number): void {
    const { payloadOf, topic } = this.#options;
    this.#client.publish(topic, payloadOf(n), { qos: 1 }, (error) => {
      if (error) return;
      this.#waiting.delete(n);
      this.#acknowledged.add(n);
    });
  }
}
