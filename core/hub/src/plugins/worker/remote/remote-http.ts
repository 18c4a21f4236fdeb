import { type Actor, type FetchApp, type Http, type HttpEnv, type PluginSocket, VatioError } from "@vatio/plugin-api";
import { requireSocketPath } from "../../context/checks.js";
import { type PackedRequest, packResponse, unpackRequest } from "../http-packing.js";
import { toBytes } from "../packing.js";
import type { RemoteScope } from "./remote-scope.js";

/** A socket that the hub hands over. */
export interface AcceptArgs {
  readonly mount: number;
  readonly socket: number;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly actor: Actor;
}

interface OpenSocket {
  readonly onMessage: ((data: string | Uint8Array) => unknown)[];
  readonly onClose: ((code: number) => unknown)[];
  readonly handed: Disposable;
}

/** HTTP of a plugin in its worker: the hub forwards requests and the messages of sockets. */
export class RemoteHttp {
  readonly #scope: RemoteScope;
  readonly #sockets = new Map<number, OpenSocket>();
  #app: FetchApp | undefined;

  constructor(scope: RemoteScope) {
    this.#scope = scope;
  }

  service(): Http {
    const scope = this.#scope;
    return {
      mount: (app, options) => {
        scope.live();
        scope.permissions.require("http");
        if (this.#app) throw new VatioError("E_HTTP_CONFLICT", `The plugin ${scope.id} mounted an app already.`);
        this.#app = app;
        scope.confirm(scope.call("http.mount", options === undefined ? {} : { options: { ...options } }));
      },
      socket: (path, accept, options) => {
        scope.live();
        requireSocketPath(scope, path);
        const args = (handle: number) => ({ handle, path, ...(options && { options: { ...options } }) });
        scope.open("socket mount", "http.socket", args, (given: AcceptArgs) =>
          accept(this.#open(given), requestOf(given), { actor: given.actor }),
        );
      },
    };
  }

  /** Answers a request that the hub forwards. */
  async answer({ request, env }: { request: PackedRequest; env: HttpEnv }, signal: AbortSignal): Promise<unknown> {
    const { link, actors, opened } = this.#scope;
    if (!this.#app) throw new VatioError("E_HTTP_CONFLICT", "No app is mounted.");
    const handed = actors.hand(env.actor);
    const busy = opened.hold("request");
    try {
      return packResponse(link, await this.#app.fetch(unpackRequest(link, request, signal), env));
    } finally {
      busy[Symbol.dispose]();
      handed[Symbol.dispose]();
    }
  }

  /** Settles when the plugin has dealt with the message. */
  async message({ socket, data }: { socket: number; data: string | Uint8Array }): Promise<void> {
    await Promise.all((this.#sockets.get(socket)?.onMessage ?? []).map(async (handler) => handler(data)));
  }

  closed({ socket, code }: { socket: number; code: number }): void {
    const open = this.#sockets.get(socket);
    this.#sockets.delete(socket);
    open?.handed[Symbol.dispose]();
    for (const handler of open?.onClose ?? []) handler(code);
  }

  #open({ socket, actor }: AcceptArgs): PluginSocket {
    const scope = this.#scope;
    const open: OpenSocket = { onMessage: [], onClose: [], handed: scope.actors.hand(actor) };
    this.#sockets.set(socket, open);
    return {
      send: (data) => scope.cast("socket.send", { socket, data: typeof data === "string" ? data : toBytes(data) }),
      close: (code, reason) =>
        scope.cast("socket.close", {
          socket,
          ...(code !== undefined && { code }),
          ...(reason !== undefined && { reason }),
        }),
      onMessage: (handler) => void open.onMessage.push(handler),
      onClose: (handler) => void open.onClose.push(handler),
    };
  }
}

function requestOf({ url, headers }: AcceptArgs): Request {
  return new Request(url, { headers: headers.map(([name, value]): [string, string] => [name, value]) });
}
