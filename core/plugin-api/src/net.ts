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
  /**
   * As everywhere else, but for its errors. `net.lan` reaches local addresses only, `net.internet` all others, `net.host:<name>` that host
   * wherever it is; each redirect is checked again.
   * @throws E_PERMISSION, E_NET_UNREACHABLE (retryable), E_ABORTED
   */
  readonly fetch: typeof fetch;
  /** Opens a connection. @throws E_PERMISSION, E_NET_UNREACHABLE (retryable), E_ABORTED */
  tcp(host: string, port: number, signal: AbortSignal): Promise<ByteStreams>;
  /** Calls back for every service of a type (`_shelly._tcp`) that shows up. @throws E_PERMISSION without `net.lan` */
  browse(service: string, found: (record: ServiceRecord) => void): Disposable;
}
