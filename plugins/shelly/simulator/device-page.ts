import { createHash } from "node:crypto";
import type { RpcTarget } from "./gen2-rpc.js";
import { METHODS } from "./gen2-rpc.js";
import type { MinuteLog } from "./minute-log.js";

/** What a device serves over HTTP, and what of it does not work. */
export interface DevicePageOptions {
  /** Wanted for everything but `/shelly`. */
  readonly password?: string;
  /** Firmware that answers 404 to its files. */
  readonly withoutCsv?: boolean;
  /** Firmware whose RPC does not answer over HTTP. */
  readonly withoutRpc?: boolean;
}

/** What of a device is served. */
export interface ServedDevice extends RpcTarget {
  /** Log of a component: `emdata:0`. */
  logOf(component: string): MinuteLog | undefined;
}

const NONCE = "dGhpcyBub25jZSBpcyBiYXNlNjQgYW5kIG5vIG51bWJlcj09";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const json = (value: unknown, status = 200): Response => Response.json(value, { status });

/** The web server of a Shelly of Gen2 or later, as far as anybody asks it. Fits `hub.lan.http()`. */
export class DevicePage {
  readonly #device: ServedDevice;
  /** May be changed while it serves. */
  options: DevicePageOptions;
  /** Paths that were asked for. */
  readonly requests: string[] = [];

  constructor(device: ServedDevice, options: DevicePageOptions = {}) {
    this.#device = device;
    this.options = options;
  }

  fetch(request: Request): Response {
    const url = new URL(request.url);
    this.requests.push(url.pathname + url.search);
    if (url.pathname === "/shelly") return json(this.#device.deviceInfo());
    if (!this.#mayRead(request, url)) return this.#challenge();
    const method = /^\/rpc\/([\w.]+)$/.exec(url.pathname)?.[1];
    if (method !== undefined) return this.#rpc(method, url);
    const [, folder, id] = /^\/(emdata|em1data)\/(\d+)\/data\.csv$/.exec(url.pathname) ?? [];
    const log = folder === undefined ? undefined : this.#device.logOf(`${folder}:${id}`);
    if (!log || this.options.withoutCsv) return new Response("Not Found", { status: 404 });
    const [from, to] = [Number(url.searchParams.get("ts") ?? 0), Number(url.searchParams.get("end_ts") ?? 1e12)];
    return new Response(log.csv(from, to, url.searchParams.get("add_keys") === "true"));
  }

  #rpc(method: string, url: URL): Response {
    const handler = METHODS[method];
    if (!handler || this.options.withoutRpc) return json({ code: 404, message: `No handler for ${method}` }, 404);
    const params = Object.fromEntries([...url.searchParams].map(([name, value]) => [name, Number(value)]));
    const result = handler(this.#device, `switch:${params.id ?? 0}`, params);
    return result === undefined ? json({ code: -105, message: "Argument 'id' not found!" }, 500) : json(result);
  }

  #challenge(): Response {
    const header = `Digest qop="auth", realm="${this.#device.id}", nonce="${NONCE}", algorithm=SHA-256`;
    return new Response("", { status: 401, headers: { "www-authenticate": header } });
  }

  /** RFC 7616, from the other side. */
  #mayRead(request: Request, url: URL): boolean {
    const { password } = this.options;
    if (password === undefined) return true;
    const fields = new Map<string, string>();
    const header = request.headers.get("authorization") ?? "";
    for (const [, name = "", quoted, plain] of header.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,"]+))/g))
      fields.set(name, quoted ?? plain ?? "");
    const of = (name: string): string => fields.get(name) ?? "";
    const ha1 = sha256(`admin:${this.#device.id}:${password}`);
    const ha2 = sha256(`${request.method}:${url.pathname}${url.search}`);
    const expected = sha256(`${ha1}:${NONCE}:${of("nc")}:${of("cnonce")}:auth:${ha2}`);
    return header.startsWith("Digest ") && of("nonce") === NONCE && of("response") === expected;
  }
}
