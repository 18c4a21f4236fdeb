import { connect, type Socket } from "node:net";
import { generate, parser } from "mqtt-packet";
import type { BenchHub } from "./bench-hub.js";

/** What one run of load is. */
export interface LoadOptions {
  readonly hub: BenchHub;
  readonly connections: number;
  /** Messages that a connection sends before it waits for acknowledgements. */
  readonly window: number;
  readonly rowsPerMessage: number;
  readonly seconds: number;
}

/** What came of it. */
export interface LoadResult {
  readonly messagesPerSecond: number;
  readonly rowsPerSecond: number;
  readonly hubCores: number;
}

/** The past in which bench readings lie, so that none is refused as being in the future. */
const START = Date.now() - 6 * 3_600_000;

class Publisher {
  readonly #socket: Socket;
  readonly #options: LoadOptions;
  readonly #topic: string;
  #inFlight = 0;
  #row = 0;
  #messageId = 0;
  #running = false;
  acknowledged = 0;

  constructor(options: LoadOptions, number: number) {
    this.#options = options;
    this.#topic = `bench/d${number}`;
    this.#socket = connect({ port: options.hub.mqttPort, host: "127.0.0.1", noDelay: true });
  }

  ready(): Promise<void> {
    const { hub } = this.#options;
    const packets = parser({ protocolVersion: 4 });
    this.#socket.on("data", (data) => packets.parse(data));
    this.#socket.write(
      generate({
        cmd: "connect",
        clientId: this.#topic.replace("/", "-"),
        protocolVersion: 4,
        clean: true,
        keepalive: 60,
        username: hub.username,
        password: Buffer.from(hub.password),
      }),
    );
    return new Promise((resolve, reject) => {
      this.#socket.once("error", reject);
      packets.on("packet", (packet) => {
        if (packet.cmd === "connack") resolve();
        if (packet.cmd === "puback") this.#acknowledge();
      });
    });
  }

  run(): void {
    this.#running = true;
    this.#fill();
  }

  stop(): void {
    this.#running = false;
    this.#socket.destroy();
  }

  #acknowledge(): void {
    this.acknowledged++;
    this.#inFlight--;
    if (this.#inFlight <= this.#options.window / 2) this.#fill();
  }

  #fill(): void {
    if (!this.#running) return;
    const chunks: Buffer[] = [];
    while (this.#inFlight < this.#options.window) {
      this.#inFlight++;
      this.#messageId = (this.#messageId % 65_535) + 1;
      chunks.push(
        generate({
          cmd: "publish",
          topic: this.#topic,
          payload: this.#payload(),
          qos: 1,
          messageId: this.#messageId,
          dup: false,
          retain: false,
        }),
      );
    }
    this.#socket.write(Buffer.concat(chunks));
  }

  #payload(): string {
    const { rowsPerMessage } = this.#options;
    const rows = Array.from({ length: rowsPerMessage }, () => this.#row++);
    const column = (value: (row: number) => number): number[] => rows.map(value);
    return JSON.stringify({
      t: column((row) => START + row * 5),
      m: [
        column((row) => row % 2_000),
        column((row) => row),
        column(() => 230.1),
        column((row) => (row % 90) / 10),
        column(() => 0.98),
        column(() => 50),
      ],
    });
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Publishes as fast as acknowledgements come, and counts them. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const publishers = Array.from({ length: options.connections }, (_, number) => new Publisher(options, number));
  await Promise.all(publishers.map((publisher) => publisher.ready()));
  for (const publisher of publishers) publisher.run();
  await pause(1_000);
  const count = (): number => publishers.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  const [before, cpuBefore, startedAt] = [count(), options.hub.cpuSeconds(), performance.now()];
  await pause(options.seconds * 1_000);
  const seconds = (performance.now() - startedAt) / 1_000;
  const messagesPerSecond = (count() - before) / seconds;
  const hubCores = (options.hub.cpuSeconds() - cpuBefore) / seconds;
  for (const publisher of publishers) publisher.stop();
  return { messagesPerSecond, rowsPerSecond: messagesPerSecond * options.rowsPerMessage, hubCores };
}
