import type { Instant } from "@vatio/plugin-api";
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

  /** Asks for the next message or subscription. @returns how long it has to wait, in milliseconds */
  pace(): number {
    return this.#bucket?.take() ?? 0;
  }
}
