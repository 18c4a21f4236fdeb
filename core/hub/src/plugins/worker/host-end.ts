import { type PluginContext, VatioError } from "@vatio/plugin-api";
import { Compile } from "typebox/compile";
import { currentHops, withHops } from "../../bus/hops.js";
import { noteFailure } from "../context/contain.js";
import { withMessage } from "../message-in-hand.js";
import type { PluginScope } from "../scope.js";
import { FrameLimit } from "./frame-limit.js";
import { type Frame, FrameSchema, toWireError } from "./frames.js";
import { type Incoming, Link } from "./link.js";
import { HOST_METHODS } from "./methods/index.js";
import type { HostMethod } from "./methods/method.js";
import type { Packed } from "./packing.js";
import { plainProblem } from "./plain-data.js";
import { WorkerSession } from "./session.js";

/** Calls of one worker that may wait for the hub. */
const MOST_CALLS = 10_000;

/** A message to a worker, with the hub's time: a clock in a worker stands still between messages when the hub's is virtual. */
export interface ToWorker {
  readonly frame: Frame;
  readonly now: number;
}

/** What the hub's end of a connection needs. */
export interface HostEndOptions {
  readonly scope: PluginScope;
  readonly context: PluginContext;
  post(message: ToWorker, transfer: Packed): void;
  /** The worker does not keep to the rules: it must be ended. */
  violated(error: VatioError): void;
}

const validator = Compile(FrameSchema);

/** The hub's end of the connection to a worker. Nothing that arrives is trusted. */
export class HostEnd {
  readonly link: Link;
  readonly session: WorkerSession;
  readonly #options: HostEndOptions;
  readonly #limit = new FrameLimit();
  /** Messages that came in. */
  received = 0;

  constructor(options: HostEndOptions) {
    this.#options = options;
    const { scope, context } = options;
    this.link = new Link({
      post: (frame, transfer) => options.post({ frame, now: scope.services.clock.now() }, transfer),
      handle: (method, args, incoming) => this.#handle(method, args, incoming),
      castFailed: (method, error) => void noteFailure(scope, `worker ${method}`, error),
      origin: () => {
        const hops = currentHops();
        return hops === undefined ? {} : { hops };
      },
    });
    this.session = new WorkerSession(scope, context, this.link);
  }

  receive(raw: unknown): void {
    this.received += 1;
    if (!this.#limit.take()) this.#violation("flood", "it sends more messages than the hub can take");
    else if (!validator.Check(raw)) this.#violation("malformed", "it sent something that is no message");
    else this.#accept(raw as Frame);
  }

  #accept(frame: Frame): void {
    const problem = plainProblem(contentOf(frame));
    const full = frame.kind === "call" && this.link.handling >= MOST_CALLS;
    if (problem === "too-large") this.#violation("too-large", "one of its messages is too large");
    else if (full) this.#violation("flood", "it asks for more than the hub can do at once");
    else this.link.receive(problem === undefined ? frame : this.#refused(frame));
  }

  #handle(method: string, args: unknown, incoming: Incoming): unknown {
    const known = Object.hasOwn(HOST_METHODS, method) ? HOST_METHODS[method as keyof typeof HOST_METHODS] : undefined;
    if (!known) {
      this.#violation("malformed", `it asked for "${method}", which does not exist`);
      throw new VatioError("E_WORKER_PROTOCOL", `The hub offers no ${method}.`);
    }
    known.check(args);
    const inHand = incoming.cause === undefined ? undefined : this.session.inHand.get(incoming.cause);
    return withHops(incoming.hops, () =>
      withMessage(inHand, () => (known as HostMethod).run(this.session, args as never, incoming)),
    );
  }

  /** What a worker cannot send, as the error that it becomes. */
  #refused(frame: Frame): Frame {
    const error = new VatioError("E_INPUT_INVALID", "Between threads go plain data, bytes and Float64Array only.");
    this.#options.scope.count("worker-rejected", "not-plain");
    switch (frame.kind) {
      case "call":
      case "cast":
        return { ...frame, args: undefined };
      case "reply":
        return { kind: "error", id: frame.id, error: toWireError(error) };
      case "chunk":
        return { kind: "end", stream: frame.stream, error: toWireError(error) };
      case "error":
        return { kind: "error", id: frame.id, error: { ...frame.error, details: undefined } };
      default:
        return frame;
    }
  }

  #violation(reason: string, why: string): void {
    const { scope, violated } = this.#options;
    scope.count("worker-rejected", reason);
    violated(new VatioError("E_WORKER_PROTOCOL", `${scope.id} was ended: ${why}.`, { details: { reason } }));
  }
}

function contentOf(frame: Frame): unknown {
  if (frame.kind === "call" || frame.kind === "cast") return frame.args;
  if (frame.kind === "reply" || frame.kind === "chunk") return frame.value;
  return frame.kind === "error" ? frame.error.details : undefined;
}
