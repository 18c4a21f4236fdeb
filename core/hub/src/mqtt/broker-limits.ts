import type { GateLimits } from "./connection-gate.js";
import type { Rate } from "./token-bucket.js";
import type { CredentialKind } from "./types.js";

const KIB = 1024;

/** What the clients of one kind of credential may send. */
export interface KindLimits {
  /** Most bytes of a payload. */
  readonly payload: number;
  /** Messages and subscriptions; who sends more is read more slowly, nothing is dropped for it. */
  readonly rate: Rate;
}

/** Bounds of the embedded broker: no client can use up the machine. */
export interface BrokerLimits {
  readonly clients: number;
  /** Most bytes of the first packet, before anybody knows who sends it. */
  readonly connectPacket: number;
  readonly kinds: Readonly<Record<CredentialKind, KindLimits>>;
  readonly subscriptions: number;
  /** QoS 0 messages of one client that may be in work at once; the next one waits, and its client with it. */
  readonly inFlight: number;
  /** Bytes that wait in the socket of a client that does not read; above, it is cut off. */
  readonly outgoing: number;
  readonly gate: GateLimits;
}

/** Bounds for a home or a workshop, on a small machine. */
export const DEFAULT_BROKER_LIMITS: BrokerLimits = {
  clients: 2_000,
  connectPacket: 64 * KIB,
  kinds: {
    device: { payload: 256 * KIB, rate: { perSecond: 1_000, burst: 20_000 } },
    // A bridge describes all its devices in one message, and speaks for all of them.
    integration: { payload: 4 * KIB * KIB, rate: { perSecond: 20_000, burst: 200_000 } },
    onboarding: { payload: 64 * KIB, rate: { perSecond: 200, burst: 20_000 } },
  },
  subscriptions: 200,
  inFlight: 1_000,
  outgoing: 2 * KIB * KIB,
  gate: {
    connections: { perSecond: 100, burst: 5_000 },
    failures: { perSecond: 0.5, burst: 30 },
    strangers: 500,
  },
};
