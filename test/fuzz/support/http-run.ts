import type { DurationMs, Instant } from "@vatio/plugin-api";
import { Compile } from "typebox/compile";
import type { CounterTable } from "../../../core/hub/src/counters.js";
import { ErrorDto } from "../../../core/hub/src/http/dto.js";
import { difference } from "./counts.js";
import { Gen } from "./gen.js";
import type { HttpEntry } from "./http-entries.js";
import { type HttpInput, httpInput } from "./http-inputs.js";
import { RUNS } from "./runs.js";
import { Tally } from "./tally.js";
import type { World } from "./world.js";

const errorShape = Compile(ErrorDto);

/** An answer, as far as it is looked at. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Requests that are under way at once: their waits for the database overlap. */
const AT_ONCE = 16;
/** Inputs between two looks at the hub, which also lets its timers fire. */
const LOOK_EVERY = 500;
/** Virtual time between two inputs, so that limits by time let some through and refuse others. */
const STEP = 40;

/** Sends generated requests to one entry point and looks at each answer. */
export async function fuzzHttp(world: World, entry: HttpEntry): Promise<Tally> {
  const run = new HttpRun(world, entry, (input, address) => sendInside(world, input, address));
  // First those who may change nothing: whatever they send, everything stays as it is.
  await run.phase(Math.ceil(RUNS / 2), false);
  await run.phase(Math.floor(RUNS / 2), true);
  await run.end();
  return run.tally;
}

/** How an input is sent; the address is that of the client, where it can be chosen. */
export type Send = (input: HttpInput, address: string) => Promise<HttpAnswer>;

/** Without a socket: the same app, many times faster. */
async function sendInside({ hub }: World, input: HttpInput, address: string): Promise<HttpAnswer> {
  const env = { incoming: { socket: { remoteAddress: address } }, outgoing: { destroy: () => undefined } };
  const response = await hub.app.fetch(requestOf(input, hub.url), env);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The requests to one entry point, and the account of them. */
export class HttpRun {
  readonly tally: Tally;
  readonly #world: World;
  readonly #entry: HttpEntry;
  readonly #gen: Gen;
  readonly #send: Send;
  readonly #before: Map<string, number>;
  /** Refusals of which the code is not seen: answers to HEAD have no body. */
  #headless = 0;
  #changed = 0;

  constructor(world: World, entry: HttpEntry, send: Send) {
    this.tally = new Tally(entry.name);
    this.#send = send;
    this.#world = world;
    this.#entry = entry;
    this.#gen = new Gen(entry.name);
    this.#before = refusalsOf(world.hub.parts.counters);
  }

  async phase(inputs: number, privileged: boolean): Promise<void> {
    await this.#world.proofs();
    const print = this.#world.fingerprint();
    this.#changed = 0;
    for (let done = 0; done < inputs; done += LOOK_EVERY) {
      await this.#some(Math.min(LOOK_EVERY, inputs - done), privileged);
      await this.#world.hub.advance(1_000 as DurationMs);
    }
    const same = this.#world.fingerprint() === print;
    if (!same && !privileged) this.tally.fault("a stranger changed something");
    if (!same && this.#changed === 0) this.tally.fault("refused requests changed something");
  }

  /** Counters must say exactly what the answers said. */
  async end(): Promise<void> {
    await this.#world.restore();
    const counted = difference(refusalsOf(this.#world.hub.parts.counters), this.#before);
    const total = [...counted.values()].reduce((sum, count) => sum + count, 0);
    const answered = this.tally.inputs - this.tally.accepted;
    if (total !== answered) this.tally.fault(`${answered} refusals were answered and ${total} counted`);
    for (const [code, count] of this.tally.rejected) {
      const known = counted.get(code) ?? 0;
      if (code !== HEADLESS && (known < count || known > count + this.#headless))
        this.tally.fault(`${code} was answered ${count} times and counted ${known} times`);
    }
    for (const complaint of await this.#world.complaints()) this.tally.fault(complaint);
    this.tally.end();
  }

  async #some(inputs: number, privileged: boolean): Promise<void> {
    const { ids } = this.#world;
    for (let done = 0; done < inputs; done += AT_ONCE) {
      const proofs = await this.#world.proofs();
      const batch = Array.from({ length: Math.min(AT_ONCE, inputs - done) }, () =>
        httpInput({ entry: this.#entry, gen: this.#gen, ids, proofs, privileged }),
      );
      await Promise.all(batch.map((input) => this.#one(input)));
      this.#pass(STEP * batch.length);
    }
  }

  #pass(ms: number): void {
    const { clock } = this.#world.hub;
    clock.jumpTo((clock.now() + ms) as Instant);
  }

  async #one(input: HttpInput): Promise<void> {
    try {
      const answer = await this.#send(input, this.#gen.pick(ADDRESSES));
      const problem = this.#judge(input, answer);
      if (problem)
        this.tally.fault(`${problem}: ${describeInput(input)} → ${answer.status} ${answer.text.slice(0, 400)}`);
    } catch (error) {
      this.tally.reject("no answer");
      this.tally.fault(`no answer: ${describeInput(input)} → ${error instanceof Error ? error.stack : String(error)}`);
    }
  }

  #judge(input: HttpInput, { status, headers, text }: HttpAnswer): string | undefined {
    // What is no address never becomes a request.
    const isRequest = status !== 400 || !text.includes("E_REQUEST_INVALID");
    if (isRequest && input.method !== "HEAD" && !HEADERS.every((name) => headers.has(name))) {
      this.tally.reject("headers are missing");
      return "headers are missing";
    }
    if (status < 400) {
      this.tally.accept();
      if (input.method !== "GET" && input.method !== "HEAD" && input.method !== "OPTIONS") this.#changed++;
      return isJson(headers) && input.method !== "HEAD" && parsed(text) === undefined ? "not JSON" : undefined;
    }
    if (input.method === "HEAD") {
      this.#headless++;
      this.tally.reject(HEADLESS);
      return status === 500 ? "a failure of the hub" : undefined;
    }
    const body = parsed(text);
    if (!errorShape.Check(body)) {
      this.tally.reject(`no error body, status ${status}`);
      return "no error body";
    }
    const { code } = body.error;
    this.tally.reject(code);
    return this.#judgeError(status, code);
  }

  #judgeError(status: number, code: string): string | undefined {
    if (!/^E_[A-Z0-9_]+$/.test(code)) return "no code";
    if (status < 500) return undefined;
    return this.#entry.route?.errors?.includes(code as never) || DELIBERATE.has(code)
      ? undefined
      : "a failure of the hub";
  }
}

/** Every answer has them. */
const HEADERS = ["x-request-id", "content-security-policy", "x-content-type-options"];

const HEADLESS = "(HEAD: the code is in no body)";

/** Of the machine itself, of a proxy, of neighbours, and of nobody. */
const ADDRESSES = ["127.0.0.1", "::1", "::ffff:192.168.1.20", "192.168.1.21", "fe80::1%eth0", "10.0.0.7", ""];

/** Codes above 499 that say no on purpose: a device does not answer, a command takes too long, a part is not there yet. */
const DELIBERATE = new Set(["E_NOT_AVAILABLE", "E_DEVICE_TIMEOUT", "E_DEVICE_BUSY"]);

function requestOf({ method, target, headers, body }: HttpInput, url: string): Request {
  const init = { method, headers, ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }) };
  return new Request(url + target, init);
}

const isJson = (headers: Headers): boolean => headers.get("content-type")?.startsWith("application/json") ?? false;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const describeInput = ({ by, method, target, headers, body }: HttpInput): string =>
  `${by}: ${method} ${target.slice(0, 300)} ${JSON.stringify(headers).slice(0, 300)} ${Buffer.from(body ?? [])
    .toString("latin1")
    .slice(0, 300)}`;

/** Refusals by code, of the hub and of the apps of plugins. */
function refusalsOf(counters: CounterTable): Map<string, number> {
  const found = new Map<string, number>();
  for (const { scope, name, reason, count } of counters.snapshot()) {
    const own = scope === "http" && (name === "refused" || name === "failed");
    if (own || (scope.startsWith("plugin:") && name === "http-refused"))
      found.set(reason, (found.get(reason) ?? 0) + count);
  }
  return found;
}
