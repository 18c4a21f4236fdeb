import { type ErrorCode, type Log, VatioError } from "@vatio/plugin-api";
import type { MiddlewareHandler } from "hono";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import { type Random, secretText } from "../random.js";
import type { AppContext, AppEnv } from "./app-env.js";
import type { RequestFacts } from "./define-route.js";
import { publicError } from "./errors.js";
import type { HttpMetrics } from "./http-metrics.js";
import { DATA_CSP, securityHeaders } from "./security/headers.js";
import { requestFacts } from "./security/request-facts.js";
import type { TrustedProxies } from "./security/trusted-proxies.js";

export interface ObserverOptions {
  readonly clock: HubClock;
  readonly random: Random;
  readonly log: Log;
  readonly counters: CounterTable;
  readonly metrics: HttpMetrics;
  readonly proxies: TrustedProxies;
}

/** What surrounds every request: its facts, headers of every answer, errors, access log and metrics. */
export class Observer {
  readonly #options: ObserverOptions;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  /** First in the chain. */
  readonly middleware: MiddlewareHandler<AppEnv> = async (c, next) => {
    const startedAt = this.#options.clock.monotonic();
    const facts = this.#facts(c);
    c.set("facts", facts);
    try {
      await next();
    } catch (error) {
      // Hono hands on only instances of Error; anything else that was thrown arrives here.
      c.res = this.answerError(error, facts.id);
    }
    decorate(c, facts);
    this.#note(c, facts, this.#options.clock.monotonic() - startedAt);
  };

  /** The answer to an error, counted; what nobody threw on purpose is logged with its stack. */
  answerError(error: unknown, requestId: string): Response {
    const { status, code, body, headers } = publicError(error, requestId);
    const { counters, log } = this.#options;
    counters.add("http", status >= 500 ? "failed" : "refused", code);
    if (status === 500) log.error("A request failed", { request: requestId, error: stackOf(error) });
    return new Response(body, {
      status,
      headers: [["content-type", "application/json"], ["cache-control", "no-store"], ...mutable(headers)],
    });
  }

  /** Counts something that was refused before it became a request. */
  refused(code: ErrorCode): void {
    this.#options.counters.add("http", "refused", code);
  }

  #facts(c: AppContext): RequestFacts {
    const { random, proxies } = this.#options;
    // Without a transport, as in a test of the app alone, nothing is known of the peer.
    const socket = c.env?.incoming?.socket as
      | { readonly remoteAddress?: string; readonly encrypted?: boolean }
      | undefined;
    const peer = { address: socket?.remoteAddress, encrypted: socket?.encrypted === true };
    return requestFacts(c.req.raw, { peer, proxies, id: secretText(random, 9) });
  }

  #note(c: AppContext, facts: RequestFacts, ms: number): void {
    const { status } = c.res;
    this.#options.metrics.observe({ method: facts.method, route: c.get("route") ?? "other", status, ms });
    this.#options.log.debug(`${facts.method} ${shownPath(facts.path)} ${status}`, {
      request: facts.id,
      address: facts.address,
      ms: Math.round(ms),
    });
  }
}

/** The code of a one-time link signs in whoever reads it. */
const shownPath = (path: string): string => path.replace(/^\/link\/.*/, "/link/…");

function decorate(c: AppContext, facts: RequestFacts): void {
  // Not `c.header`: it makes the whole answer anew for each of them.
  const { headers } = c.res;
  for (const [name, value] of securityHeaders(facts.secure)) headers.set(name, value);
  if (!headers.has("content-security-policy")) headers.set("content-security-policy", DATA_CSP);
  headers.set("x-request-id", facts.id);
}

const mutable = (headers: readonly (readonly [string, string])[]): [string, string][] =>
  headers.map(([name, value]) => [name, value]);

function stackOf(error: unknown): string {
  const cause = VatioError.is(error) ? (error.cause ?? error) : error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
