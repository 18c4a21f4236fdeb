import { createRequire } from "node:module";
import process from "node:process";
import type { MessagePort } from "node:worker_threads";
import { type AnyPlugin, type Manifest, VatioError } from "@vatio/plugin-api";
import { deepFreeze } from "../../../bus/deep-freeze.js";
import { type HubClock, systemClock } from "../../../clock.js";
import { deferred } from "../../../deferred.js";
import { checkPlugin, loadFailed } from "../../loader.js";
import type { ToWorker } from "../host-end.js";
import type { Incoming } from "../link.js";
import { RemoteClock } from "./remote-clock.js";
import { createRemoteContext } from "./remote-context.js";
import { RemoteHttp } from "./remote-http.js";
import { inCallOf, RemoteScope } from "./remote-scope.js";

interface OpenArgs {
  readonly entry: string;
  readonly manifest: Manifest;
  /** The hub's clock is not the system's. */
  readonly virtual: boolean;
}

/** Runs one plugin in this thread, as the hub on the other end of the port says. */
export function runWorker(port: MessagePort): void {
  const worker = new PluginWorker(port);
  port.on("message", (message: ToWorker) => worker.receive(message));
}

class PluginWorker {
  readonly #port: MessagePort;
  #running: Running | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  receive({ frame, now }: ToWorker): void {
    // The first message says which plugin this thread is for; there is nothing that could handle it yet.
    if (!this.#running && frame.kind === "call" && frame.method === "open") {
      this.#running = new Running(this.#port, frame.args as OpenArgs);
    }
    this.#running?.setTime(now);
    this.#running?.scope.link.receive(frame);
  }
}

/** The plugin of this thread. */
class Running {
  readonly scope: RemoteScope;
  readonly #clock: HubClock;
  readonly #http: RemoteHttp;
  readonly #entry: string;
  #plugin: AnyPlugin | undefined;

  constructor(port: MessagePort, { entry, manifest, virtual }: OpenArgs) {
    this.#entry = entry;
    this.scope = new RemoteScope({
      manifest,
      post: (frame, transfer) => port.postMessage(frame, [...transfer]),
      handle: (method, args, incoming) => this.#handle(method, args as never, incoming),
    });
    this.#clock = virtual ? new RemoteClock(this.scope) : systemClock;
    this.#http = new RemoteHttp(this.scope);
  }

  setTime(now: number): void {
    if (this.#clock instanceof RemoteClock) this.#clock.set(now);
  }

  #handle(method: string, args: never, incoming: Incoming): unknown {
    const handler = this.#handlers[method];
    if (handler) return handler(args, incoming);
    throw new VatioError("E_WORKER_PROTOCOL", `The worker offers no ${method}.`);
  }

  /** Everything that the hub may ask of a worker: the whole list. */
  readonly #handlers: Readonly<Record<string, (args: never, incoming: Incoming) => unknown>> = {
    // Nothing of the plugin runs yet: the answer says that this thread answers.
    open: () => undefined,
    load: () => this.#load(),
    migrate: ({ config, from }: { config: unknown; from: number }) => this.#plugin?.migrateConfig?.(config, from),
    setup: ({ config }: { config: unknown }) => this.#setup(config),
    stop: () => this.#stop(),
    ping: () => memory(),
    sync: () => nextTurn(),
    "timer.fired": (args: { handle: number }) => this.#fired(args.handle),
    event: (args: { handle: number }, incoming) => this.#callBack(args, incoming),
    command: (args: { handle: number }, incoming) => this.#callBack(args, incoming),
    message: (args: { handle: number }, incoming) => this.#callBack(args, incoming),
    watched: (args: { handle: number }, incoming) => this.#callBack(args, incoming),
    found: (args: { handle: number }, incoming) => this.#callBack(args, incoming),
    history: (args: { handle: number }, incoming) => this.#callBack(args, incoming),
    request: (args: never, { signal }) => this.#http.answer(args, signal),
    "socket.accept": (args: { mount: number }, incoming) => this.#callBack({ ...args, handle: args.mount }, incoming),
    "socket.message": (args: never) => this.#http.message(args),
    "socket.closed": (args: never) => this.#http.closed(args),
  };

  async #load(): Promise<{ migrates: boolean }> {
    const { manifest } = this.scope;
    const exported = await importPlugin(this.#entry, manifest.id);
    this.#plugin = checkPlugin(exported, manifest);
    return { migrates: this.#plugin.migrateConfig !== undefined };
  }

  async #setup(config: unknown): Promise<void> {
    const { scope } = this;
    const context = createRemoteContext({ scope, clock: this.#clock, http: this.#http, config: deepFreeze(config) });
    await this.#plugin?.setup(context as never);
    await scope.confirmed();
  }

  async #stop(): Promise<{ errors: string[]; leaks: Readonly<Record<string, number>> }> {
    const { scope } = this;
    const errors: string[] = [];
    scope.abort();
    await scope.opened.unwind((error) => errors.push(VatioError.from(error).message));
    await scope.opened.idle();
    scope.revoke();
    return { errors, leaks: scope.opened.open() };
  }

  /** @throws E_DISPOSED for what was disposed of while the call was on its way */
  #callBack(args: { readonly handle: number }, incoming: Incoming): unknown {
    const callback = this.scope.callbacks.get(args.handle);
    if (!callback) throw new VatioError("E_DISPOSED", "This subscription has ended.");
    return inCallOf(incoming, () => callback(args as never, incoming));
  }

  #fired(handle: number): void {
    const run = this.scope.callbacks.get(handle);
    this.scope.callbacks.delete(handle);
    (run as (() => void) | undefined)?.();
  }
}

async function importPlugin(entry: string, plugin: string): Promise<unknown> {
  try {
    if (entry.endsWith(".ts") && import.meta.url.endsWith(".js")) await registerTypeScript(entry);
    return ((await import(entry)) as { default?: unknown }).default;
  } catch (cause) {
    throw loadFailed(plugin, cause);
  }
}

/** A plugin under development, with a built hub: its own tsx reads its sources. */
async function registerTypeScript(entry: string): Promise<void> {
  const tsx = createRequire(entry).resolve("tsx/esm/api");
  ((await import(tsx)) as { register(): unknown }).register();
}

function memory(): { heapBytes: number; externalBytes: number } {
  const { heapUsed, external } = process.memoryUsage();
  return { heapBytes: heapUsed, externalBytes: external };
}

/** Lets everything happen that was set off by earlier messages. */
function nextTurn(): Promise<void> {
  const { promise, resolve } = deferred();
  systemClock.timer(0 as never, resolve);
  return promise;
}
