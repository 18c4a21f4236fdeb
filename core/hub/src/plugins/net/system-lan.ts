import { lookup } from "node:dns/promises";
import { connect, isIP } from "node:net";
import { Duplex } from "node:stream";
import { type ByteStreams, type ServiceRecord, seconds, VatioError } from "@vatio/plugin-api";
import { Bonjour, type Service } from "bonjour-service";
import { deferred } from "../../deferred.js";
import { sendRequest, unreachable } from "./http-request.js";
import type { Lan, TcpTarget } from "./lan.js";
import { pinnedLookup } from "./pinned-lookup.js";

/** How long a TCP connection may take to come about. */
const CONNECT_TIMEOUT = seconds(30);

/** The real network. */
export class SystemLan implements Lan {
  #bonjour: Bonjour | undefined;
  #browsers = 0;

  async resolve(host: string): Promise<readonly string[]> {
    const bare = host.replace(/^\[|\]$/g, "");
    if (isIP(bare)) return [bare];
    try {
      return (await lookup(bare, { all: true })).map(({ address }) => address);
    } catch (cause) {
      throw unreachable(host, cause);
    }
  }

  fetch(request: Request, addresses: readonly string[]): Promise<Response> {
    return sendRequest(request, addresses);
  }

  async connect({ host, port, addresses }: TcpTarget, signal: AbortSignal): Promise<ByteStreams> {
    const { promise, resolve, reject } = deferred();
    const socket = connect({ host, port, lookup: pinnedLookup(addresses), timeout: CONNECT_TIMEOUT });
    const abort = (): void =>
      void socket.destroy(new VatioError("E_ABORTED", `The connection to ${host} was given up.`));
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    socket.once("connect", resolve).on("error", reject);
    socket.once("timeout", () => socket.destroy(new Error("it does not answer")));
    socket.once("close", () => signal.removeEventListener("abort", abort));
    try {
      await promise;
    } catch (cause) {
      throw unreachable(`${host}:${port}`, cause);
    }
    socket.setTimeout(0);
    const { readable, writable } = Duplex.toWeb(socket) as Pick<ByteStreams, "readable" | "writable">;
    return { readable, writable, close: () => void socket.destroy() };
  }

  browse(service: string, found: (record: ServiceRecord) => void): Disposable {
    const { type, protocol } = serviceType(service);
    this.#bonjour ??= new Bonjour(undefined, () => undefined);
    this.#browsers += 1;
    const browser = this.#bonjour.find({ type, protocol }, (entry) => found(toRecord(entry)));
    let ended = false;
    return {
      [Symbol.dispose]: () => {
        if (ended) return;
        ended = true;
        browser.stop();
        this.#browserEnded();
      },
    };
  }

  /** Without a browser no socket stays open. */
  #browserEnded(): void {
    this.#browsers -= 1;
    if (this.#browsers > 0) return;
    this.#bonjour?.destroy();
    this.#bonjour = undefined;
  }
}

function serviceType(service: string): { type: string; protocol: "tcp" | "udp" } {
  const match = /^_([A-Za-z0-9-]{1,15})\._(tcp|udp)(?:\.local\.?)?$/.exec(service);
  if (!match) throw new VatioError("E_INPUT_INVALID", `${service} is not a type of service such as _shelly._tcp.`);
  return { type: match[1] ?? "", protocol: match[2] === "udp" ? "udp" : "tcp" };
}

function toRecord({ name, host, port, addresses, txt }: Service): ServiceRecord {
  const entries = Object.entries((txt ?? {}) as Record<string, unknown>);
  return {
    name,
    host,
    port,
    addresses: addresses ?? [],
    txt: Object.fromEntries(entries.map(([key, value]) => [key, String(value)])),
  };
}
