import type { DurationMs } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { LiveServerFrame } from "../http/dto.js";
import { joinRows, LatestValues, type Rows, splitRows } from "./rows.js";
import { CLOSE, type LiveTransport } from "./transport.js";

/** A frame before it has its number. */
export type Unnumbered<F = LiveServerFrame> = F extends { readonly seq: number } ? Omit<F, "seq"> : never;

/** How much a slow client may owe, and how often a target is sent. Bytes and milliseconds. */
export const LIVE_LIMITS = {
  /** Above it only the newest value of each key is kept. */
  lagBytes: 512 * 1024,
  /** Below it everything is sent again. */
  drainedBytes: 64 * 1024,
  /** Above it for `closeAfterMs`, the client is closed. */
  closeBytes: 2 * 1024 * 1024,
  closeAfterMs: 30_000,
  /** Between two frames of one target. */
  frameMs: 100,
  rowsPerFrame: 1_000,
} as const;

export interface OutboxOptions {
  readonly transport: LiveTransport;
  readonly clock: HubClock;
  /** Called with how many rows, events and lines a slow client missed. */
  readonly onDropped: (count: number) => void;
}

interface Lag {
  readonly since: number;
  dropped: number;
  readonly readings: Map<string, LatestValues>;
  readonly events: Map<string, Unnumbered>;
}

/**
 * Numbers the frames of one client and sends them: readings of a target at most ten times a second, and never more than
 * the client takes. A client that falls behind gets the newest value of each key once it has caught up.
 */
export class Outbox implements Disposable {
  readonly #transport: LiveTransport;
  readonly #clock: HubClock;
  readonly #onDropped: (count: number) => void;
  readonly #pending = new Map<string, Rows[]>();
  readonly #sentAt = new Map<string, number>();
  #seq = 0;
  #lag: Lag | undefined;
  #overSince: number | undefined;
  #timer: Disposable | undefined;
  #closed = false;

  constructor({ transport, clock, onDropped }: OutboxOptions) {
    this.#transport = transport;
    this.#clock = clock;
    this.#onDropped = onDropped;
  }

  /** Number of the last frame. */
  get seq(): number {
    return this.#seq;
  }

  /** Whether the client owes so much that nothing more may be made for it. */
  get overfull(): boolean {
    return this.#transport.bufferedBytes > LIVE_LIMITS.closeBytes;
  }

  /** Sends at once: answers, which are small and rare. */
  send(frame: Unnumbered): void {
    if (this.#closed) return;
    this.#transport.send(JSON.stringify({ ...frame, seq: ++this.#seq }));
    this.#watchBuffer();
  }

  /** Readings of a target, sent with the next frame of that target. */
  readings(target: string, rows: Rows): void {
    if (this.#closed) return;
    if (this.#lag) this.#keepLatest(this.#lag, target, rows);
    else this.#enqueue(target, rows);
  }

  /** An event; of a slow client's events only the newest of each key is kept. */
  event(frame: Unnumbered): void {
    if (this.#lag) keepNewest(this.#lag, frame);
    else this.send(frame);
  }

  /** A log line; a slow client misses it. */
  log(frame: Unnumbered): void {
    if (this.#lag) this.#lag.dropped++;
    else this.send(frame);
  }

  /** Sends what waits for these targets, so that a snapshot taken next comes after it and repeats nothing later. */
  settle(targets: Iterable<string>): void {
    for (const target of targets) {
      this.#lag?.readings.delete(target);
      this.#flush(target);
    }
  }

  /** Forgets a target that nobody wants any more. */
  forget(target: string): void {
    this.#pending.delete(target);
    this.#sentAt.delete(target);
    this.#lag?.readings.delete(target);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
    this.#pending.clear();
  }

  #enqueue(target: string, rows: Rows): void {
    const waiting = this.#pending.get(target);
    if (waiting) waiting.push(rows);
    else this.#pending.set(target, [rows]);
    if (this.#dueIn(target) <= 0) this.#flush(target);
    else this.#arm();
  }

  #dueIn(target: string): number {
    const sentAt = this.#sentAt.get(target);
    return sentAt === undefined ? 0 : sentAt + LIVE_LIMITS.frameMs - this.#clock.monotonic();
  }

  #flush(target: string): void {
    const waiting = this.#pending.get(target);
    if (!waiting) return;
    this.#pending.delete(target);
    this.#sentAt.set(target, this.#clock.monotonic());
    for (const rows of splitRows(joinRows(waiting), LIVE_LIMITS.rowsPerFrame)) {
      if (this.#lag) this.#keepLatest(this.#lag, target, rows);
      else this.send(readingsFrame(target, rows));
    }
  }

  #keepLatest(lag: Lag, target: string, rows: Rows): void {
    const latest = lag.readings.get(target) ?? new LatestValues();
    lag.readings.set(target, latest);
    latest.add(rows);
    lag.dropped += rows.at.length;
  }

  /** After each send: a client that owes too much goes into lag, and the timer looks when it has caught up. */
  #watchBuffer(): void {
    if (this.#lag || this.#transport.bufferedBytes <= LIVE_LIMITS.lagBytes) return;
    this.#lag = { since: this.#clock.monotonic(), dropped: 0, readings: new Map(), events: new Map() };
    for (const target of [...this.#pending.keys()]) this.#flush(target);
    this.#arm();
  }

  #arm(): void {
    if (this.#closed) return;
    this.#timer ??= this.#clock.timer(LIVE_LIMITS.frameMs as DurationMs, () => {
      this.#timer = undefined;
      this.#tick();
    });
  }

  #tick(): void {
    if (this.#lag) this.#tickLagging(this.#lag);
    else for (const target of [...this.#pending.keys()]) if (this.#dueIn(target) <= 0) this.#flush(target);
    if (this.#lag || this.#pending.size > 0) this.#arm();
  }

  #tickLagging(lag: Lag): void {
    const now = this.#clock.monotonic();
    const buffered = this.#transport.bufferedBytes;
    this.#overSince = buffered > LIVE_LIMITS.closeBytes ? (this.#overSince ?? now) : undefined;
    if (buffered <= LIVE_LIMITS.drainedBytes) this.#catchUp(lag, now);
    else if (this.#overSince !== undefined && now - this.#overSince >= LIVE_LIMITS.closeAfterMs) this.#giveUp(lag);
  }

  #giveUp(lag: Lag): void {
    this.#onDropped(lag.dropped);
    this[Symbol.dispose]();
    this.#transport.close(CLOSE.tryLater, "reads too slowly");
  }

  #catchUp(lag: Lag, now: number): void {
    this.#lag = undefined;
    const readings = [...lag.readings].map(([target, latest]) => ({ target, rows: latest.rows() }));
    // The newest rows of each target arrive after all.
    const dropped = Math.max(0, lag.dropped - readings.reduce((sum, { rows }) => sum + rows.at.length, 0));
    this.#onDropped(dropped);
    this.send({ type: "lagged", dropped, ms: Math.round(now - lag.since) });
    for (const frame of lag.events.values()) this.event(frame);
    for (const { target, rows } of readings) this.readings(target, rows);
  }
}

const readingsFrame = (target: string, { at, columns }: Rows): Unnumbered => ({
  type: "readings",
  target,
  at: [...at],
  columns: Object.fromEntries(Object.entries(columns).map(([metric, column]) => [metric, [...column]])),
  provisional: true,
});

/** The newest event of a key takes the place of the one before, at the end of the line. */
function keepNewest(lag: Lag, frame: Unnumbered): void {
  const key = keyOf(frame);
  if (lag.events.delete(key)) lag.dropped++;
  lag.events.set(key, frame);
}

/** Key of an event frame: its type and whom it concerns. */
function keyOf(frame: Unnumbered): string {
  if (frame.type !== "event") return frame.type;
  const payload = (frame.event.payload ?? {}) as Readonly<Record<string, unknown>>;
  const about = ["device", "channel", "point", "plugin", "site", "key"]
    .map((name) => payload[name])
    .find((id) => typeof id === "string");
  return `${frame.event.type} ${about ?? ""}`;
}
