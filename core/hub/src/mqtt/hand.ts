import { type DurationMs, type MqttMessage, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";

/** A plugin's handler of messages. */
export type MessageHandler = (message: MqttMessage) => void | Promise<void>;

/**
 * What became of a message that a plugin had in hand. `done`: every handler has fulfilled or refused it for good. `retry`: nothing was
 * stored, the same message may succeed later. `hung`: no answer before the deadline. `gone`: the plugin stopped before it was done.
 */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "retry"; readonly error: VatioError }
  | { readonly kind: "hung" }
  | { readonly kind: "gone" }
  /** It went to the inbox already. */
  | { readonly kind: "stored"; readonly stored: Promise<void> };

/** What a message in hand is to those who gave it. */
export interface HandOptions {
  /** Set when it came from the inbox. */
  readonly inboxId?: number;
  /** A retained message that the broker keeps: nothing is lost when it is given up. */
  readonly replayed?: boolean;
  /** Called once, with the first outcome. */
  readonly onSettled: (hand: Hand, outcome: Outcome) => void;
}

const DONE: Outcome = { kind: "done" };
const GONE: Outcome = { kind: "gone" };
const HUNG: Outcome = { kind: "hung" };

/**
 * A message that handlers work on. The first outcome counts. It is told by a call, not by a promise: each promise of a message costs more
 * than the rest of its way.
 */
export class Hand {
  readonly message: MqttMessage;
  /** Set when it came from the inbox. */
  readonly inboxId: number | undefined;
  /** A retained message that the broker keeps: nothing is lost when it is given up. */
  readonly replayed: boolean;
  readonly since: number;
  readonly #onSettled: (hand: Hand, outcome: Outcome) => void;
  #settled = false;

  constructor(message: MqttMessage, since: number, options: HandOptions) {
    this.message = message;
    this.inboxId = options.inboxId;
    this.replayed = options.replayed ?? false;
    this.since = since;
    this.#onSettled = options.onSettled;
  }

  settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#onSettled(this, outcome);
  }

  get isSettled(): boolean {
    return this.#settled;
  }

  /** Starts every handler; what they throw for good goes to `onRejected`. */
  start(handlers: readonly MessageHandler[], isCurrent: () => boolean, onRejected: (error: VatioError) => void): void {
    let open = handlers.length;
    let worst = DONE;
    const settled = (outcome: Outcome): void => {
      open -= 1;
      if (outcome !== DONE) worst = outcome;
      if (open <= 0) this.settle(worst);
    };
    const failed = (cause: unknown): void => {
      const outcome = judge(cause, isCurrent());
      if (outcome === DONE) onRejected(VatioError.from(cause));
      settled(outcome);
    };
    if (open === 0) settled(DONE);
    for (const handler of handlers) this.#invoke(handler, () => settled(DONE), failed);
  }

  #invoke(handler: MessageHandler, fulfilled: () => void, failed: (cause: unknown) => void): void {
    try {
      const result = handler(this.message);
      if (result === undefined) fulfilled();
      else result.then(fulfilled, failed);
    } catch (cause) {
      failed(cause);
    }
  }
}

/** A plugin that has stopped can no longer do its work: whatever it throws then says nothing about the message. */
function judge(cause: unknown, isCurrent: boolean): Outcome {
  const error = VatioError.from(cause);
  if (!isCurrent || error.code === "E_DISPOSED") return GONE;
  return error.retryable ? { kind: "retry", error } : DONE;
}

/** The messages that a plugin has in hand, oldest first, with one deadline for each. */
export class Hands {
  readonly #clock: HubClock;
  readonly #deadline: DurationMs;
  readonly #hands = new Set<Hand>();
  #timer: Disposable | undefined;

  constructor(clock: HubClock, deadline: DurationMs) {
    this.#clock = clock;
    this.#deadline = deadline;
  }

  get size(): number {
    return this.#hands.size;
  }

  messages(): readonly MqttMessage[] {
    return [...this.#hands].map(({ message }) => message);
  }

  take(message: MqttMessage, options: HandOptions): Hand {
    const hand = new Hand(message, this.#clock.monotonic(), options);
    this.#hands.add(hand);
    this.#arm(this.#deadline);
    return hand;
  }

  release(hand: Hand): void {
    this.#hands.delete(hand);
    if (this.#hands.size > 0) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  /** Takes those away that have no outcome yet, oldest first: their plugin is gone. */
  drop(): readonly Hand[] {
    const hands = [...this.#hands].filter(({ isSettled }) => !isSettled);
    for (const hand of hands) this.release(hand);
    return hands;
  }

  /** One timer for all: a timer for each message would cost more than the message. */
  #arm(delay: number): void {
    this.#timer ??= this.#clock.timer(delay as DurationMs, () => this.#sweep());
  }

  #sweep(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    for (const hand of this.#hands) {
      const left = this.#deadline - (now - hand.since);
      if (left > 0) {
        this.#arm(left);
        return;
      }
      this.#hands.delete(hand);
      hand.settle(HUNG);
    }
  }
}
