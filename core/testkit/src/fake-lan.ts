import type { Lan, TcpTarget } from "@vatio/hub";
import { type ByteStreams, type ServiceRecord, VatioError } from "@vatio/plugin-api";

/** Anything that answers HTTP requests; a Hono app fits. */
export interface FakeHttpHost {
  fetch(request: Request): Response | Promise<Response>;
}

/** Gets the other end of a TCP connection. */
export type FakeTcpHost = (streams: ByteStreams) => void;

const unreachable = (host: string): VatioError =>
  new VatioError(
    "E_NET_UNREACHABLE",
    `The test knows no host called ${host}. Add it with hub.lan.http() or hub.lan.tcp().`,
    { retryable: true },
  );

/** Two ends of a byte stream. */
function pipe(): [ByteStreams, ByteStreams] {
  const there = new TransformStream<Uint8Array, Uint8Array>();
  const back = new TransformStream<Uint8Array, Uint8Array>();
  const close = (): void => {
    void there.writable.abort().catch(() => undefined);
    void back.writable.abort().catch(() => undefined);
  };
  return [
    { readable: back.readable, writable: there.writable, close },
    { readable: there.readable, writable: back.writable, close },
  ];
}

/** A network of simulated hosts: what a test did not put there cannot be reached. */
export class FakeLan implements Lan {
  readonly #http = new Map<string, FakeHttpHost>();
  readonly #tcp = new Map<string, FakeTcpHost>();
  readonly #services = new Map<string, ServiceRecord[]>();
  readonly #addresses = new Map<string, string>();

  /** Puts a host with a web server into the network. */
  http(host: string, app: FakeHttpHost, address?: string): void {
    this.#http.set(host, app);
    this.#addresses.set(host, address ?? this.#nextAddress());
  }

  /** Puts a host that takes TCP connections into the network. */
  tcp(host: string, accept: FakeTcpHost, address?: string): void {
    this.#tcp.set(host, accept);
    this.#addresses.set(host, address ?? this.#nextAddress());
  }

  /** Announces a service by DNS-SD. */
  announce(type: string, record: ServiceRecord): void {
    this.#services.set(type, [...(this.#services.get(type) ?? []), record]);
  }

  async resolve(host: string): Promise<readonly string[]> {
    const address = this.#addresses.get(host);
    if (address === undefined) throw unreachable(host);
    return [address];
  }

  async fetch(request: Request): Promise<Response> {
    const { hostname } = new URL(request.url);
    const app = this.#http.get(hostname);
    if (!app) throw unreachable(hostname);
    return app.fetch(request);
  }

  async connect(target: TcpTarget): Promise<ByteStreams> {
    const accept = this.#tcp.get(target.host);
    if (!accept) throw unreachable(target.host);
    const [client, server] = pipe();
    accept(server);
    return client;
  }

  browse(service: string, found: (record: ServiceRecord) => void): Disposable {
    for (const record of this.#services.get(service) ?? []) queueMicrotask(() => found(record));
    return { [Symbol.dispose]: () => undefined };
  }

  #nextAddress(): string {
    return `192.168.77.${10 + this.#addresses.size}`;
  }
}
