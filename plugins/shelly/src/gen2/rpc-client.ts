import { type Clock, type DurationMs, type Mqtt, type Scheduler, seconds, VatioError } from "@vatio/plugin-api";
import { type Deferred, deferred } from "../deferred.js";
import type { Reply } from "./frame.js";
import { rpcError } from "./rpc-error.js";
import { RPC_SOURCE } from "./topics.js";

/** A request to a device. */
export interface RpcRequest {
  /** What its topics begin with. */
  readonly prefix: string;
  /** Its id on the wire, when known: an answer from anybody else does not count. */
  readonly wireId?: string | undefined;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** A device's answer. */
export interface RpcAnswer {
  /** Id on the wire of the device that answered. */
  readonly wireId: string;
  readonly result: unknown;
}

/** What the client is made of. */
export interface RpcClientOptions {
  readonly mqtt: Pick<Mqtt, "publish">;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
}

interface Pending {
  readonly request: RpcRequest;
  readonly answer: Deferred<RpcAnswer>;
}

/** How long a device may take to answer: a little less than a command, so that its caller hears who was silent. */
export const RPC_TIMEOUT: DurationMs = seconds(4.5);

/** Devices take ids up to 31 bits. */
const ID_LIMIT = 2 ** 31 - 1;
const MOST_PENDING = 256;

/** Shelly RPC over MQTT: requests to `<prefix>/rpc`, answers matched by id and by sender. */
export class RpcClient {
  readonly #options: RpcClientOptions;
  readonly #pending = new Map<number, Pending>();
  #lastId: number;

  constructor(options: RpcClientOptions) {
    this.#options = options;
    // Answers to requests of an earlier run, or of another hub on the same broker, must not meet one of ours.
    this.#lastId = Math.floor(options.clock.now() / 10) % ID_LIMIT;
  }

  /**
   * Sends a request and waits for its answer. Never await it in the handler of a message.
   * @throws E_DEVICE_TIMEOUT, E_DEVICE_BUSY, E_MQTT_OFFLINE (retryable), E_DEVICE_REFUSED, E_DEVICE_FAILED, E_ABORTED
   */
  async call(request: RpcRequest, signal?: AbortSignal): Promise<RpcAnswer> {
    if (this.#pending.size >= MOST_PENDING) throw tooMany();
    const id = this.#nextId();
    const answer = deferred<RpcAnswer>();
    // A failed publish leaves nobody who waits for the answer.
    answer.promise.catch(() => undefined);
    const timer = this.#options.scheduler.after(RPC_TIMEOUT, () => answer.reject(timedOut(request)));
    const abort = (): void => answer.reject(new VatioError("E_ABORTED", "The request to the Shelly was given up."));
    signal?.addEventListener("abort", abort, { once: true });
    this.#pending.set(id, { request, answer });
    try {
      await this.#send(id, request);
      return await answer.promise;
    } finally {
      timer[Symbol.dispose]();
      signal?.removeEventListener("abort", abort);
      this.#pending.delete(id);
    }
  }

  /** Hands an answer to its request. @returns false when nobody asked, or when it comes from another device. */
  settle(reply: Reply): boolean {
    const pending = this.#pending.get(reply.id);
    if (!pending) return false;
    const { wireId, method } = pending.request;
    if (wireId !== undefined && wireId.toLowerCase() !== reply.src.toLowerCase()) return false;
    if (reply.error) {
      const { code, message } = reply.error;
      pending.answer.reject(rpcError(method, message === undefined ? { code } : { code, message }));
    } else pending.answer.resolve({ wireId: reply.src, result: reply.result });
    return true;
  }

  #send(id: number, { prefix, method, params }: RpcRequest): Promise<void> {
    const frame = { id, src: RPC_SOURCE, method, ...(params === undefined ? {} : { params }) };
    return this.#options.mqtt.publish(`${prefix}/rpc`, JSON.stringify(frame), { qos: 1 });
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId % ID_LIMIT) + 1;
    while (this.#pending.has(this.#lastId));
    return this.#lastId;
  }
}

const timedOut = ({ prefix, method }: RpcRequest): VatioError =>
  new VatioError(
    "E_DEVICE_TIMEOUT",
    `No answer to ${method} from ${prefix} within ${RPC_TIMEOUT / 1000} s. Check that the Shelly is online and that it may subscribe to ${prefix}/rpc.`,
    { retryable: true, details: { prefix, method } },
  );

const tooMany = (): VatioError =>
  new VatioError(
    "E_DEVICE_BUSY",
    `${MOST_PENDING} requests to Shellys wait for an answer. Try again in a few seconds.`,
    {
      retryable: true,
    },
  );
