import { type DurationMs, seconds, VatioError } from "@vatio/plugin-api";
import { deferred } from "../deferred.js";
import type { PluginMount } from "../plugins/types.js";
import type { AppContext } from "./app-env.js";
import type { Caller, RequestFacts } from "./define-route.js";
import { statusOf } from "./errors.js";
import { readBody } from "./input/read-body.js";
import { forwardHeaders, returnHeaders } from "./plugin-headers.js";
import type { RouteContext } from "./route-context.js";
import { identify, NOBODY, requireSomebody } from "./security/identify.js";
import { changesSomething, requireCsrfToken, requireSameOrigin } from "./security/same-origin.js";

/** What a plugin's app may take. Bytes and milliseconds. */
export const PLUGIN_HTTP_LIMITS = {
  requestBytes: 8 * 1024 * 1024,
  responseBytes: 64 * 1024 * 1024,
  answerMs: seconds(30),
} as const;

type Mounted = NonNullable<ReturnType<RouteContext["plugins"]["mountAt"]>>;

/** The answer of the plugin that is mounted at the request's path; undefined when none is. */
export async function dispatchToPlugin(c: AppContext, hub: RouteContext): Promise<Response | undefined> {
  const facts = c.get("facts");
  // Looked up for each request: the plugin may have been swapped or unloaded since the last one.
  const mounted = hub.plugins.mountAt(facts.path);
  if (!mounted) return undefined;
  c.set("route", `plugin:${mounted.plugin}`);
  const caller = await admitToMount(facts, mounted, hub);
  const deadline = new AbortController();
  const signal = AbortSignal.any([c.req.raw.signal, deadline.signal]);
  const request = await pluginRequest(c, { mounted, caller, signal });
  const response = await callApp({ mounted, caller, request, deadline, hub });
  return guarded({ c, response, plugin: mounted.plugin, hub });
}

/**
 * Who calls, and whether they may: before the plugin hears of it.
 * @throws E_AUTH_REQUIRED, E_ORIGIN_REFUSED, E_CSRF_INVALID, E_PERMISSION
 */
export async function admitToMount(
  facts: RequestFacts,
  { plugin, mount }: { readonly plugin: Mounted["plugin"]; readonly mount: Pick<PluginMount, "options"> },
  hub: RouteContext,
): Promise<Caller> {
  const action = mount.options.action ?? "administer";
  if (action === "public") return publicCaller(facts, hub);
  const caller = await provenCaller(facts, hub);
  requireSomebody(caller);
  hub.authorizer.require(caller.actor, action, { kind: "plugin", id: plugin });
  return caller;
}

async function provenCaller(facts: RequestFacts, hub: RouteContext): Promise<Caller> {
  const caller = await identify(facts, hub.accounts);
  if (caller.via !== "token" && (changesSomething(facts) || isUpgrade(facts)))
    requireSameOrigin(facts, hub.config.http.publicUrl);
  if (changesSomething(facts)) requireCsrfToken(facts, caller);
  return caller;
}

/** A public mount may have credentials of its own: those that are not the hub's make nobody of the caller, not an error. */
async function publicCaller(facts: RequestFacts, hub: RouteContext): Promise<Caller> {
  try {
    return await provenCaller(facts, hub);
  } catch (error) {
    if (VatioError.is(error) && EXPECTED.has(error.code)) return NOBODY;
    throw error;
  }
}

const EXPECTED: ReadonlySet<string> = new Set(["E_AUTH_REQUIRED", "E_ORIGIN_REFUSED", "E_CSRF_INVALID"]);

const isUpgrade = ({ headers }: RequestFacts): boolean => headers.get("upgrade")?.toLowerCase() === "websocket";

interface Forwarded {
  readonly mounted: Mounted;
  readonly caller: Caller;
  /** Aborted when the client goes away or the plugin takes too long. */
  readonly signal: AbortSignal;
}

async function pluginRequest(c: AppContext, { mounted: { rest }, caller, signal }: Forwarded): Promise<Request> {
  const facts = c.get("facts");
  const { search } = new URL(c.req.url);
  // Joined as text: a path that begins with two slashes would name another host.
  const url = `${facts.origin || "http://localhost"}${rest.startsWith("/") ? "" : "/"}${rest}${search}`;
  const init = { method: facts.method, headers: forwardHeaders(facts, caller), signal };
  if (facts.method === "GET" || facts.method === "HEAD") return new Request(url, init);
  const body = await readBody(c.req.raw, PLUGIN_HTTP_LIMITS.requestBytes);
  return new Request(url, { ...init, body: new Uint8Array(body) });
}

interface AppCall {
  readonly mounted: Mounted;
  readonly caller: Caller;
  readonly request: Request;
  readonly deadline: AbortController;
  readonly hub: RouteContext;
}

/** @throws E_PLUGIN_FAILED, E_PLUGIN_TIMEOUT, or what the app refuses on purpose (E_PERMISSION and the like) */
async function callApp({ mounted: { plugin, mount }, caller, request, deadline, hub }: AppCall): Promise<Response> {
  const late = deferred<never>();
  const { answerMs } = PLUGIN_HTTP_LIMITS;
  const timer = hub.clock.timer(answerMs, () => {
    late.reject(timedOut(plugin, answerMs));
    deadline.abort(timedOut(plugin, answerMs));
  });
  const answering = callSafely(() => mount.app.fetch(request, { actor: caller.actor }));
  try {
    const answer = await Promise.race([answering, late.promise]);
    if (isResponse(answer)) return answer;
    throw new TypeError("The app answered no Response.");
  } catch (error) {
    throw blamed(error, { plugin, path: new URL(request.url).pathname, hub });
  } finally {
    timer[Symbol.dispose]();
  }
}

interface Blame {
  readonly plugin: string;
  readonly path: string;
  readonly hub: RouteContext;
}

/** The error that the caller gets: a refusal as it is, and everything else as a failure of the plugin, in its log. */
function blamed(error: unknown, { plugin, path, hub }: Blame): VatioError {
  hub.counters.add(`plugin:${plugin}`, "http-failed", VatioError.is(error) ? error.code : "threw");
  if (VatioError.is(error) && (statusOf(error) < 500 || error.code === TIMEOUT)) return error;
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
  hub.log.source(`plugin:${plugin}`).error("Its HTTP app failed", { path, error: shown });
  return failed(plugin, error);
}

/** An app may throw at once or later. */
const callSafely = async (call: () => unknown): Promise<unknown> => call();

/** By what it is called: a plugin may bring its own class. */
const isResponse = (value: unknown): value is Response => Object.prototype.toString.call(value) === "[object Response]";

const failed = (plugin: string, cause: unknown): VatioError =>
  new VatioError("E_PLUGIN_FAILED", `The plugin ${plugin} could not answer. Its log says why.`, {
    cause,
    details: { plugin },
  });

const TIMEOUT = "E_PLUGIN_TIMEOUT";

const timedOut = (plugin: string, ms: DurationMs): VatioError =>
  new VatioError(TIMEOUT, `The plugin ${plugin} did not answer within ${ms} ms.`, {
    retryable: true,
    details: { plugin },
  });

interface Answer {
  readonly c: AppContext;
  readonly response: Response;
  readonly plugin: string;
  readonly hub: RouteContext;
}

/** The plugin's answer without what it may not set, and with an end. */
async function guarded({ c, response, plugin, hub }: Answer): Promise<Response> {
  const headers = returnHeaders(response.headers);
  if (response.body === null) {
    countRefusal({ plugin, status: response.status, hub });
    return new Response(null, { status: response.status, headers });
  }
  const reader = response.body.getReader();
  // A body that fails at once is still an error with a status; later there is only the end of the connection.
  const first = await reader.read().catch((error: unknown) => {
    throw failed(plugin, error);
  });
  countRefusal({ plugin, status: response.status, hub, text: first.value });
  const broken = (reason: string): void => {
    hub.counters.add(`plugin:${plugin}`, "http-failed", reason);
    c.env?.outgoing?.destroy();
  };
  return new Response(limitedBody(first, reader, broken), { status: response.status, headers });
}

interface Refusal {
  readonly plugin: string;
  readonly status: number;
  readonly hub: RouteContext;
  /** The beginning of the answer's body. */
  readonly text?: Uint8Array | undefined;
}

/** What an app refuses is counted like the hub's own refusals: by the code of its error, where the answer holds one. */
function countRefusal({ plugin, status, hub, text }: Refusal): void {
  if (status < 400) return;
  const beginning = text ? Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString("latin1", 0, 500) : "";
  const code = /"code":\s*"(E_[A-Z0-9_]{1,60})"/.exec(beginning)?.[1];
  hub.counters.add(`plugin:${plugin}`, "http-refused", code ?? `status ${status}`);
}

type Chunk = ReadableStreamReadResult<Uint8Array>;

/** Hands a body on until it ends, breaks or grows too large. */
function limitedBody(
  first: Chunk,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  broken: (reason: string) => void,
): ReadableStream<Uint8Array> {
  let size = 0;
  let next: Chunk | undefined = first;
  const end = (controller: ReadableStreamDefaultController<Uint8Array>, reason: string): void => {
    broken(reason);
    controller.close();
    reader.cancel().catch(() => undefined);
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = next ?? (await reader.read().catch(() => undefined));
      next = undefined;
      if (chunk === undefined) return end(controller, "body-broken");
      if (chunk.done) return controller.close();
      size += chunk.value.byteLength;
      if (size > PLUGIN_HTTP_LIMITS.responseBytes) return end(controller, "body-too-large");
      controller.enqueue(chunk.value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
