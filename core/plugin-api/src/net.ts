/** A byte stream both ways. */
export interface ByteStreams {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  close(): void;
}

/** A service that was found on the local network (DNS-SD). */
export interface ServiceRecord {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly txt: Readonly<Record<string, string>>;
}

/** The network, as far as the permissions `net.*` go. */
export interface Net {
  /** @throws E_PERMISSION for a host that the manifest does not name. */
  readonly fetch: typeof fetch;
  tcp(host: string, port: number, signal: AbortSignal): Promise<ByteStreams>;
  /** Calls back for every service of a type (`_shelly._tcp`) that shows up. */
  browse(service: string, found: (record: ServiceRecord) => void): Disposable;
}
