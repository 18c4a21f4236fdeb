import { type Instant, type Log, minutes } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";

/** Somebody that the broker did not let in. */
export interface Refusal {
  readonly address: string;
  readonly username: string;
  readonly clientId: string;
  readonly reason: "no-password" | "wrong-password" | "cut-off";
  readonly at: Instant;
  readonly times: number;
}

const MAX_REFUSALS = 50;
const LOG_EVERY = minutes(10);
const MAX_SHOWN = 100;

/** The latest refused connections: a device with a mistyped password shows up here, once, however often it tries. */
export class RefusalLog {
  readonly #clock: HubClock;
  readonly #log: Log;
  readonly #entries = new Map<string, Refusal>();
  readonly #loggedAt = new Map<string, Instant>();

  constructor(clock: HubClock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  add(refused: Pick<Refusal, "address" | "username" | "clientId" | "reason">): void {
    const username = refused.username.slice(0, MAX_SHOWN);
    const key = `${refused.address}\n${username}`;
    const times = (this.#entries.get(key)?.times ?? 0) + 1;
    const at = this.#clock.now();
    this.#entries.delete(key);
    this.#entries.set(key, { ...refused, username, clientId: refused.clientId.slice(0, MAX_SHOWN), at, times });
    this.#write(key, at);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= MAX_REFUSALS) break;
      this.#entries.delete(oldest);
      this.#loggedAt.delete(oldest);
    }
  }

  /** Newest first. */
  list(): readonly Refusal[] {
    return [...this.#entries.values()].reverse();
  }

  #write(key: string, at: Instant): void {
    const before = this.#loggedAt.get(key);
    if (before !== undefined && at - before < LOG_EVERY) return;
    this.#loggedAt.set(key, at);
    const { address, username, clientId, reason, times } = this.#entries.get(key) ?? {};
    this.#log.warn("An MQTT client was refused: check the user name and the password that it was given.", {
      address,
      username,
      clientId,
      reason,
      times,
    });
  }
}
