import type { DurationMs, Instant } from "@vatio/plugin-api";
import { Compile } from "typebox/compile";
import { WebSocket } from "ws";
import { LiveServerFrame } from "../../../core/hub/src/http/dto.js";
import { countsOf, difference } from "./counts.js";
import { Gen } from "./gen.js";
import { RUNS } from "./runs.js";
import type { SocketEntry } from "./socket-entries.js";
import { Tally } from "./tally.js";
import type { World } from "./world.js";

const serverFrame = Compile(LiveServerFrame);
const PING = JSON.stringify({ type: "ping" });
/** Inputs between two looks at the hub. */
const LOOK_EVERY = 500;
/** More than the limit of frames by time lets through, so that it is met now and then. */
const STEP = 15;

/** Sends generated frames one by one, each followed by a ping, and looks what came of each before the pong. */
export async function fuzzSocket(world: World, entry: SocketEntry): Promise<Tally> {
  const run = new SocketRun(world, entry);
  for (let done = 0; done < RUNS; done++) {
    await run.one();
    if (done % LOOK_EVERY === LOOK_EVERY - 1) await world.hub.advance(1_000 as DurationMs);
  }
  await run.end();
  return run.tally;
}

class SocketRun {
  readonly tally: Tally;
  readonly #world: World;
  readonly #entry: SocketEntry;
  readonly #gen: Gen;
  readonly #before: ReadonlyMap<string, number>;
  #client: FrameClient | undefined;

  constructor(world: World, entry: SocketEntry) {
    this.tally = new Tally(entry.name);
    this.#world = world;
    this.#entry = entry;
    this.#gen = new Gen(entry.name);
    this.#before = countsOf(world, "live");
  }

  async one(): Promise<void> {
    const { clock } = this.#world.hub;
    clock.jumpTo((clock.now() + STEP) as Instant);
    const client = await this.#open();
    const input = this.#entry.make(this.#gen, this.#world.ids);
    const before = this.#refusals();
    client.send(input);
    client.send(PING);
    const answers = await client.untilPong(pingLike(input));
    const counted = this.#refusals() - before;
    this.#judge(input, answers, counted);
    if (client.closed) this.#client = undefined;
  }

  async end(): Promise<void> {
    this.#client?.end();
    await this.#world.hub.settle();
    this.tally.counted(difference(countsOf(this.#world, "live"), this.#before));
    await this.#world.restore();
    for (const complaint of await this.#world.complaints()) this.tally.fault(complaint);
    this.tally.end();
  }

  #judge(input: string | Uint8Array, answers: readonly Answer[], counted: number): void {
    const fault = (what: string): void =>
      this.tally.fault(`${what}: ${String(input).slice(0, 300)} → ${JSON.stringify(answers).slice(0, 400)}`);
    for (const answer of answers)
      if (!serverFrame.Check(answer) && answer.type !== "closed") fault("a frame that is not in the schema");
    const error = answers.find(({ type }) => type === "error");
    const ended = answers.find(({ type }) => type === "closed");
    const refused = error?.error?.code ?? (ended ? `closed ${ended.code}` : undefined);
    if (refused === undefined) {
      this.tally.accept();
      return;
    }
    this.tally.reject(refused);
    if (refused === "E_INTERNAL") fault("a failure of the hub");
    // The transport itself ends a connection that breaks its own rules (RFC 6455): that is told by its code.
    if (counted === 0) fault("refused and not counted");
  }

  #refusals(): number {
    const { counters } = this.#world.hub.parts;
    return counters.get("live", "refused") + counters.get("live", "closed");
  }

  async #open(): Promise<FrameClient> {
    if (this.#client && !this.#client.closed) return this.#client;
    const { session } = await this.#world.proofs();
    this.#client = await FrameClient.open(this.#world.hub.url.replace("http", "ws") + this.#entry.path, session);
    return this.#client;
  }
}

/** Whether the input itself is answered with a pong. */
const pingLike = (input: string | Uint8Array): number => (typeof input === "string" && isPing(input) ? 1 : 0);

function isPing(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return (
      typeof value === "object" &&
      value !== null &&
      Object.keys(value).join() === "type" &&
      "type" in value &&
      value.type === "ping"
    );
  } catch {
    return false;
  }
}

interface Answer {
  readonly type: string;
  readonly code?: number;
  readonly error?: { readonly code: string };
}

class FrameClient {
  readonly #socket: WebSocket;
  #answers: Answer[] = [];
  #wake: () => void = () => undefined;
  closed = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#got(JSON.parse(String(data)) as Answer));
    socket.on("close", (code) => {
      this.closed = true;
      this.#got({ type: "closed", code });
    });
    socket.on("error", () => undefined);
  }

  static async open(url: string, headers: Readonly<Record<string, string>>): Promise<FrameClient> {
    const client = new FrameClient(new WebSocket(url, { headers, perMessageDeflate: false }));
    await client.#welcomed();
    return client;
  }

  async #welcomed(): Promise<void> {
    while (!this.#answers.some(({ type }) => type === "hello" || type === "closed")) await this.#more();
    this.#answers = [];
  }

  send(frame: string | Uint8Array): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(frame);
  }

  end(): void {
    this.#socket.terminate();
  }

  /** Everything that came until the pong after so many others, or until the connection ended. */
  async untilPong(others: number): Promise<readonly Answer[]> {
    const isDone = (): boolean => this.closed || this.#answers.filter(({ type }) => type === "pong").length > others;
    while (!isDone()) await this.#more();
    const answers = this.#answers;
    this.#answers = [];
    return answers;
  }

  #got(answer: Answer): void {
    this.#answers.push(answer);
    this.#wake();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
