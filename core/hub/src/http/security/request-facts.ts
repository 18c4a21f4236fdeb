import type { RequestFacts } from "../define-route.js";
import { plainAddress, type TrustedProxies } from "./trusted-proxies.js";

/** What the transport knows of a request. */
export interface Peer {
  readonly address: string | undefined;
  /** Whether the connection to the hub itself is TLS. */
  readonly encrypted: boolean;
}

interface FactsOptions {
  readonly peer: Peer;
  readonly proxies: TrustedProxies;
  readonly id: string;
}

/** Frees a request of transport and proxies. `X-Forwarded-*` counts only when a trusted proxy sent it. */
export function requestFacts(request: Request, { peer, proxies, id }: FactsOptions): RequestFacts {
  const { headers, method } = request;
  const url = new URL(request.url);
  const peerAddress = plainAddress(peer.address ?? "");
  const forwarded = proxies.trusts(peerAddress);
  const secure = peer.encrypted || (forwarded && lastOf(headers.get("x-forwarded-proto")) === "https");
  const host = (forwarded ? lastOf(headers.get("x-forwarded-host")) : undefined) ?? url.host;
  return {
    id,
    method,
    path: url.pathname,
    address: forwarded ? clientAddress(headers.get("x-forwarded-for"), peerAddress, proxies) : peerAddress,
    secure,
    origin: originOf(`${secure ? "https" : "http"}://${host}`),
    headers,
  };
}

/** From the hub outwards: the first address that is no trusted proxy. What stands beyond it may be invented. */
function clientAddress(forwardedFor: string | null, peer: string, proxies: TrustedProxies): string {
  const hops = listOf(forwardedFor).map(plainAddress);
  let address = peer;
  while (proxies.trusts(address)) {
    const next = hops.pop();
    if (next === undefined) break;
    address = next;
  }
  return address;
}

const listOf = (header: string | null): string[] =>
  (header ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean);

const lastOf = (header: string | null): string | undefined => listOf(header).at(-1);

/** Scheme, host and port in their normal form; empty for what is no address, which equals no origin. */
export function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "";
}
