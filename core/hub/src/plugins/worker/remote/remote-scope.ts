import { AsyncLocalStorage } from "node:async_hooks";
import { setMaxListeners } from "node:events";
import { type Manifest, type PluginId, VatioError } from "@vatio/plugin-api";
import { currentHops, withHops } from "../../../bus/hops.js";
import { CleanupStack } from "../../cleanup-stack.js";
import { LiveActors } from "../../live-actors.js";
import { PermissionSet } from "../../permissions.js";
import type { Frame } from "../frames.js";
import { type Incoming, Link, type SendOptions } from "../link.js";
import type { HostMethods } from "../methods/index.js";
import type { HostMethod } from "../methods/method.js";
import { notCloneable, type Packed } from "../packing.js";

/** Arguments of something that the hub offers. */
export type ArgsOf<M extends keyof HostMethods> = HostMethods[M] extends HostMethod<infer A> ? A : never;

/** What the hub answers. */
export type AnswerOf<M extends keyof HostMethods> =
  HostMethods[M] extends HostMethod<never, infer R> ? Awaited<R> : never;

/** What the hub calls back with. */
export type Callback = (args: never, incoming: Incoming) => unknown;

/** What a remote scope is made from. */
export interface RemoteScopeOptions {
  readonly manifest: Manifest;
  post(frame: Frame, transfer: Packed): void;
  handle(method: string, args: unknown, incoming: Incoming): unknown;
}

/** The call of the hub whose handler runs here. */
const cause = new AsyncLocalStorage<number | undefined>();

/** Runs the handler of a call of the hub: what it asks of the hub names that call, and belongs to the same chain of events. */
export const inCallOf = <T>({ id, hops }: Pick<Incoming, "id" | "hops">, call: () => T): T =>
  cause.run(id, () => withHops(hops, call));

/** One run of a plugin, seen from its worker: what it opened, and how it talks to the hub. */
export class RemoteScope {
  readonly id: PluginId;
  readonly manifest: Manifest;
  readonly permissions: PermissionSet;
  readonly link: Link;
  readonly opened = new CleanupStack();
  readonly actors = new LiveActors();
  readonly callbacks = new Map<number, Callback>();
  readonly #controller = new AbortController();
  /** Subscriptions and handlers that the hub has not confirmed yet. */
  readonly #unconfirmed = new Set<Promise<unknown>>();
  #lastHandle = 0;
  #revoked = false;
  #ready = false;

  constructor({ manifest, post, handle }: RemoteScopeOptions) {
    this.id = manifest.id as PluginId;
    this.manifest = manifest;
    // It lives as long as the plugin, and every request that is under way may listen to it: Node would take many for a leak.
    setMaxListeners(0, this.signal);
    this.permissions = new PermissionSet(manifest.id, manifest.permissions);
    this.link = new Link({
      post: (frame, transfer) => postPlain(post, frame, transfer),
      handle,
      castFailed: (method, error) => this.fault(method, error),
      origin: () => {
        const [hops, id] = [currentHops(), cause.getStore()];
        return { ...(hops !== undefined && { hops }), ...(id !== undefined && { cause: id }) };
      },
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get revoked(): boolean {
    return this.#revoked;
  }

  abort(): void {
    this.#controller.abort(new VatioError("E_ABORTED", `The plugin ${this.id} is to stop.`));
  }

  revoke(): void {
    this.#revoked = true;
  }

  /** @throws E_DISPOSED after the plugin stopped */
  live(): void {
    if (!this.#revoked) return;
    throw new VatioError("E_DISPOSED", `The plugin ${this.id} has stopped: its context can no longer be used.`);
  }

  /** Asks something of the hub. */
  async call<M extends keyof HostMethods>(method: M, args: ArgsOf<M>, options?: SendOptions): Promise<AnswerOf<M>> {
    this.live();
    return (await this.link.call(method, args, options)) as AnswerOf<M>;
  }

  /** Tells the hub something. */
  cast<M extends keyof HostMethods>(method: M, args: ArgsOf<M>): void {
    this.live();
    this.link.cast(method, args);
  }

  nextHandle(): number {
    this.#lastHandle += 1;
    return this.#lastHandle;
  }

  /** Opens something in the hub that calls back, until it is disposed of or the plugin stops. */
  open<M extends keyof HostMethods>(
    kind: string,
    method: M,
    args: (handle: number) => ArgsOf<M>,
    callback: Callback,
  ): Disposable {
    this.live();
    const handle = this.nextHandle();
    this.callbacks.set(handle, callback);
    this.confirm(this.link.call(method, args(handle)));
    return this.opened.push(kind, () => this.close(handle));
  }

  /** Tells the hub that something is no longer needed. */
  close(handle: number): void {
    this.callbacks.delete(handle);
    this.link.cast("dispose", { handle } satisfies ArgsOf<"dispose">);
  }

  /** What the hub refuses after the call that asked for it has returned fails the plugin. */
  confirm(asked: Promise<unknown>): void {
    const entry = asked.finally(() => this.#unconfirmed.delete(entry));
    this.#unconfirmed.add(entry);
    entry.catch((error: unknown) => {
      if (!this.#ready || this.#revoked) return;
      // Thrown where nobody catches it: the thread ends, and the hub counts a crash.
      queueMicrotask(() => {
        throw error;
      });
    });
  }

  /** Settles when the hub has agreed to all that was opened so far. */
  async confirmed(): Promise<void> {
    await Promise.all(this.#unconfirmed);
    this.#ready = true;
  }

  /** Something that the plugin does by itself went wrong: it counts. An error that was thrown on purpose is a line in the log. */
  fault(where: string, error: unknown): void {
    if (this.#revoked) return;
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    if (VatioError.is(error)) {
      this.link.cast("log", { level: "warn", message: `${where} failed: ${message}`, fields: { code: error.code } });
    } else this.link.cast("fault", { where, message: message.slice(0, 5_000), stack: (stack ?? "").slice(0, 10_000) });
  }
}

function postPlain(post: RemoteScopeOptions["post"], frame: Frame, transfer: Packed): void {
  try {
    post(frame, transfer);
  } catch (error) {
    const what = "method" in frame ? frame.method : frame.kind;
    throw notCloneable(`What was given to ${what}`, error);
  }
}
