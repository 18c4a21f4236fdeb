import type { HubClock } from "../clock.js";
import { type Rate, TokenBucket } from "./token-bucket.js";

interface Visitor {
  readonly connections: TokenBucket;
  readonly failures: TokenBucket;
  /** Connections that have not said who they are yet. */
  strangers: number;
}

/** How many connections one address may open. */
export interface GateLimits {
  readonly connections: Rate;
  /** Wrong passwords that are answered; more are cut off without an answer. */
  readonly failures: Rate;
  readonly strangers: number;
}

/** A connection that came in: a stranger until it has shown a right password or has gone. */
export interface Admission {
  readonly address: string;
  /** No stranger any more; calling it again does nothing. */
  settle(): void;
}

/** Most addresses that are remembered. */
const MAX_ADDRESSES = 4_096;

/**
 * Slows down who opens connections or guesses passwords too often, by address. A right password always gets in: many devices may share one
 * address behind a router or a container's network, and one that is set up wrongly must not lock the others out.
 */
export class ConnectionGate {
  readonly #visitors = new Map<string, Visitor>();
  readonly #clock: HubClock;
  readonly #limits: GateLimits;

  constructor(clock: HubClock, limits: GateLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Lets a new connection in; undefined when its address has opened too many. */
  admit(address: string): Admission | undefined {
    const visitor = this.#visitor(address);
    if (visitor.strangers >= this.#limits.strangers || !visitor.connections.tryTake()) return undefined;
    visitor.strangers += 1;
    let stranger = true;
    return {
      address,
      settle: () => {
        if (stranger) visitor.strangers -= 1;
        stranger = false;
      },
    };
  }

  /** A wrong password. @returns whether to answer it at all */
  failed(address: string): boolean {
    return this.#visitor(address).failures.tryTake();
  }

  #visitor(address: string): Visitor {
    let visitor = this.#visitors.get(address);
    if (!visitor) {
      if (this.#visitors.size >= MAX_ADDRESSES) this.#forget();
      visitor = {
        connections: new TokenBucket(this.#clock, this.#limits.connections),
        failures: new TokenBucket(this.#clock, this.#limits.failures),
        strangers: 0,
      };
      this.#visitors.set(address, visitor);
    }
    return visitor;
  }

  /** Quiet addresses go first; when all are busy, those that came first. */
  #forget(): void {
    for (const [address, { strangers, connections, failures }] of this.#visitors) {
      if (strangers === 0 && connections.full && failures.full) this.#visitors.delete(address);
    }
    for (const address of this.#visitors.keys()) {
      if (this.#visitors.size < MAX_ADDRESSES) return;
      this.#visitors.delete(address);
    }
  }
}
