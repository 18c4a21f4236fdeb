import type { ByteStreams, ServiceRecord } from "@vatio/plugin-api";

/** Where a TCP connection goes: to one of the addresses and to no other. */
export interface TcpTarget {
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
}

/** The network as the hub sees it. Knows nothing of permissions: the plugin's context decides before it asks. */
export interface Lan {
  /** Addresses of a host name; an address stands for itself. @throws E_NET_UNREACHABLE (retryable) when nobody knows the name */
  resolve(host: string): Promise<readonly string[]>;
  /** One request to one of the addresses; redirects are not followed. @throws E_NET_UNREACHABLE (retryable), E_ABORTED */
  fetch(request: Request, addresses: readonly string[]): Promise<Response>;
  /** @throws E_NET_UNREACHABLE (retryable), E_ABORTED */
  connect(target: TcpTarget, signal: AbortSignal): Promise<ByteStreams>;
  /** Services of a type (`_shelly._tcp`) on the local network, as they show up. */
  browse(service: string, found: (record: ServiceRecord) => void): Disposable;
}
