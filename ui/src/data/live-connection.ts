import type {
  HubEvent,
  LastValues,
  LiveClientFrame,
  LiveServerFrame,
  LogLevel,
  LogLine,
  ReadingsFrame,
} from "./api.js";
import { backoffMs } from "./backoff.js";
import { Emitter } from "./emitter.js";

/** What part of the stream somebody wants. */
export interface LiveWish {
  /** Ids of points or channels. */
  readonly targets?: readonly string[];
  /** Exact events or prefixes (`device.*`). */
  readonly events?: readonly string[];
  /** Log lines from this level on. */
  readonly logs?: LogLevel;
}

/** `open`: frames arrive. `waiting`: lost, an attempt follows. */
export type LiveState = "idle" | "connecting" | "open" | "waiting";

/** The part of a WebSocket that is used, so that tests can bring their own. */
export interface SocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(): void;
  addEventListener(type: "open" | "close" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}

export interface LiveConnectionOptions {
  connect(): SocketLike;
  now?: () => number;
  random?: () => number;
}

const MOST_TARGETS = 500;
const BEAT_MS = 10_000;
const SILENT_MS = 25_000;

/**
 * The one live stream of the page: connects with the first wish, comes back with jitter, repeats the wishes, checks
 * the sequence and knows the clock of the hub.
 */
export class LiveConnection {
  readonly readings = new Emitter<ReadingsFrame>();
  readonly snapshots = new Emitter<LastValues>();
  readonly events = new Emitter<HubEvent>();
  readonly logs = new Emitter<LogLine>();
  /** Something was missed: lists and charts load what they need again. */
  readonly holes = new Emitter<void>();
  readonly states = new Emitter<LiveState>();

  readonly #options: Required<LiveConnectionOptions>;
  readonly #wishes = new Map<number, LiveWish>();
  /** Equal wishes of several elements are one for the hub. */
  readonly #shared = new Map<string, { readonly ids: readonly number[]; holders: number }>();
  #socket: SocketLike | undefined;
  #state: LiveState = "idle";
  #nextId = 1;
  #seq: number | undefined;
  #attempt = 0;
  #connectedBefore = false;
  #offsetMs = 0;
  #frameAt = 0;
  #readingAt: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #beat: ReturnType<typeof setInterval> | undefined;

  constructor(options: LiveConnectionOptions) {
    this.#options = { now: Date.now, random: Math.random, ...options };
  }

  get state(): LiveState {
    return this.#state;
  }

  /** When the newest reading arrived, in this page's own time. */
  get readingAt(): number | undefined {
    return this.#readingAt;
  }

  /** Whether anybody waits for readings. */
  get wantsReadings(): boolean {
    return [...this.#wishes.values()].some(({ targets }) => (targets?.length ?? 0) > 0);
  }

  /** The hub's time now. */
  now(): number {
    return this.#options.now() + this.#offsetMs;
  }

  /** Asks for a part of the stream until the returned function is called. */
  subscribe(wish: LiveWish): () => void {
    const key = JSON.stringify(wish);
    const shared = this.#shared.get(key) ?? { ids: this.#ask(wish), holders: 0 };
    this.#shared.set(key, shared);
    shared.holders++;
    if (!this.#socket && this.#state === "idle") this.#open();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      shared.holders--;
      if (shared.holders > 0) return;
      this.#shared.delete(key);
      this.#forget(shared.ids);
    };
  }

  /** Tries at once instead of waiting: the network is back, or the page is seen again. */
  retry(): void {
    if (this.#state !== "waiting") return;
    clearTimeout(this.#timer);
    this.#open();
  }

  /** Ends the stream: signed out. Wishes stay and are sent with the next `start`. */
  stop(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#beat);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#readingAt = undefined;
    this.#connectedBefore = false;
    this.#enter("idle");
    socket?.close();
  }

  /** Opens the stream when somebody wants it. */
  start(): void {
    if (this.#state === "idle" && this.#wishes.size > 0) this.#open();
  }

  #ask(wish: LiveWish): readonly number[] {
    return split(wish).map((part) => {
      const id = this.#nextId++;
      this.#wishes.set(id, part);
      this.#send({ type: "subscribe", id, ...part });
      return id;
    });
  }

  #forget(ids: readonly number[]): void {
    for (const id of ids) if (this.#wishes.delete(id)) this.#send({ type: "unsubscribe", id });
  }

  #open(): void {
    this.#enter("connecting");
    this.#seq = undefined;
    const socket = this.#options.connect();
    this.#socket = socket;
    socket.addEventListener("open", () => this.#opened(socket));
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket) this.#received(data);
    });
    socket.addEventListener("close", () => this.#closed(socket));
  }

  #opened(socket: SocketLike): void {
    if (socket !== this.#socket) return;
    this.#attempt = 0;
    this.#frameAt = this.#options.now();
    this.#enter("open");
    for (const [id, wish] of this.#wishes) this.#send({ type: "subscribe", id, ...wish });
    this.#beat = setInterval(() => this.#checkPulse(), BEAT_MS);
    if (this.#connectedBefore) this.holes.emit();
    this.#connectedBefore = true;
  }

  #closed(socket: SocketLike): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    clearInterval(this.#beat);
    this.#enter("waiting");
    this.#timer = setTimeout(() => this.#open(), backoffMs(this.#attempt++, this.#options.random));
  }

  #checkPulse(): void {
    const silence = this.#options.now() - this.#frameAt;
    if (silence > SILENT_MS) this.#drop();
    else if (silence >= BEAT_MS) this.#send({ type: "ping" });
  }

  /** Gives a connection up that no longer tells the truth; the next one starts with a snapshot. */
  #drop(): void {
    const socket = this.#socket;
    if (!socket) return;
    socket.close();
    this.#closed(socket);
  }

  #received(data: unknown): void {
    const frame = parse(data);
    if (!frame) return;
    this.#frameAt = this.#options.now();
    const missed = this.#seq !== undefined && frame.seq > this.#seq + 1;
    this.#seq = frame.seq;
    if (missed) this.#drop();
    else this.#dispatch(frame);
  }

  #dispatch(frame: LiveServerFrame): void {
    switch (frame.type) {
      case "hello":
      case "pong":
        this.#setClock(frame.now);
        break;
      case "snapshot":
        this.#setClock(frame.now);
        this.snapshots.emit(frame.last);
        break;
      case "readings":
        this.#readingAt = this.#options.now();
        this.readings.emit(frame);
        break;
      case "event":
        this.events.emit(frame.event);
        break;
      case "log":
        this.logs.emit(frame.line);
        break;
      case "lagged":
        this.holes.emit();
        break;
      case "error":
        break;
    }
  }

  #setClock(hubNow: number): void {
    this.#offsetMs = hubNow - this.#options.now();
  }

  #send(frame: LiveClientFrame): void {
    if (this.#state === "open" && this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  #enter(state: LiveState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.states.emit(state);
  }
}

function split({ targets, ...rest }: LiveWish): LiveWish[] {
  if (!targets || targets.length <= MOST_TARGETS) return [{ ...rest, ...(targets ? { targets } : {}) }];
  const parts: LiveWish[] = [];
  for (let start = 0; start < targets.length; start += MOST_TARGETS) {
    parts.push({ ...(start === 0 ? rest : {}), targets: targets.slice(start, start + MOST_TARGETS) });
  }
  return parts;
}

function parse(data: unknown): LiveServerFrame | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const frame: unknown = JSON.parse(data);
    const isFrame = typeof frame === "object" && frame !== null && "type" in frame && "seq" in frame;
    return isFrame ? (frame as LiveServerFrame) : undefined;
  } catch {
    return undefined;
  }
}
