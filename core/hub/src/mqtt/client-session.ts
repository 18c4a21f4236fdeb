import type { DurationMs, Instant } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { BrokerLimits } from "./broker-limits.js";
import type { Admission } from "./connection-gate.js";
import { FrameGuard } from "./frame-guard.js";
import { TokenBucket } from "./token-bucket.js";
import type { MqttCredential } from "./types.js";

/** Room that a packet needs beside its payload: topic, will topic, packet id. */
const PACKET_OVERHEAD = 4 * 1024;

/** What the broker knows of one connection. */
export class ClientSession {
  readonly admission: Admission;
  readonly guard: FrameGuard;
  readonly since: Instant;
  /** As the client named itself; the broker's own id for it has the user name in front. */
  clientId = "";
  username = "";
  credential: MqttCredential | undefined;
  /** Messages that are in work. */
  inFlight = 0;
  readonly filters = new Set<string>();
  readonly #clock: HubClock;
  readonly #limits: BrokerLimits;
  #bucket: TokenBucket | undefined;
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(clock: HubClock, limits: BrokerLimits, admission: Admission) {
    this.#clock = clock;
    this.#limits = limits;
    this.admission = admission;
    this.guard = new FrameGuard(limits.connectPacket);
    this.since = clock.now();
  }

  /** The client has shown who it is. */
  authenticated(credential: MqttCredential): void {
    const { payload, rate } = this.#limits.kinds[credential.kind];
    this.credential = credential;
    this.guard.maxBytes = payload + PACKET_OVERHEAD;
    this.#bucket = new TokenBucket(this.#clock, rate);
    this.admission.settle();
  }

  /** Most bytes of a payload. */
  get maxPayload(): number {
    return this.credential ? this.#limits.kinds[this.credential.kind].payload : 0;
  }

  /** Asks for the next message or subscription. @returns settles when it is its turn; undefined when it is now */
  pace(): Promise<void> | undefined {
    const wait = this.#bucket?.take() ?? 0;
    if (wait <= 0 && this.#waiting === 0) return undefined;
    const due = this.#clock.monotonic() + wait;
    this.#waiting += 1;
    // One after the other: timers of nearly the same moment may fire in another order than they were set.
    this.#turn = this.#turn.then(() => this.#sleepUntil(due));
    return this.#turn;
  }

  async #sleepUntil(due: number): Promise<void> {
    const left = due - this.#clock.monotonic();
    if (left > 0) await new Promise<void>((done) => this.#clock.timer(left as DurationMs, done));
    this.#waiting -= 1;
  }
}
