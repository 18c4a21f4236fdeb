import { type AuditEntry, VatioError } from "@vatio/plugin-api";
import type { Resource } from "../auth/types.js";
import { HUB } from "../auth/types.js";
import { badPaths } from "../bad-paths.js";
import type { AppContext } from "./app-env.js";
import type { AddressInput, Caller, RequestFacts, Route, RouteInput } from "./define-route.js";
import { parseAddress, parseBody } from "./input/parse-input.js";
import { Reply } from "./reply.js";
import type { RouteContext } from "./route-context.js";
import type { CookieRenewal } from "./security/cookie-renewal.js";
import { identify, requireSomebody, requireWideToken } from "./security/identify.js";
import { changesSomething, requireCsrfToken, requireSameOrigin } from "./security/same-origin.js";

export interface RunOptions {
  readonly hub: RouteContext;
  /** Checks every answer against its schema: for tests, where a false document must not pass. */
  readonly checkResponses: boolean;
  readonly renewal: CookieRenewal;
}

/** The one way from a request to an answer: identify, check the address, authorise, read the body, run, audit, answer. */
export async function runRoute(route: Route, c: AppContext, options: RunOptions): Promise<Response> {
  const { hub, checkResponses, renewal } = options;
  c.set("route", route.path);
  const request = c.get("facts");
  const caller = await admit(route, request, hub);
  const address: AddressInput = {
    ...parseAddress(route, c.req.url, c.req.param()),
    actor: caller.actor,
    caller,
    request,
  };
  let details: AuditDetails = {};
  const audit = (outcome: Outcome, error?: unknown): Promise<void> =>
    record({ route, input: address, hub, outcome, error, details });
  await authorize(route, address, hub).catch(async (error: unknown) => {
    await audit("refused", error);
    throw error;
  });
  // Only now: who may not do it cannot make the hub read a body for it.
  const input = { ...address, body: await parseBody(route, c.req.raw) };
  details = route.auditDetails?.(input) ?? {};
  const result = await run(route, input, hub).catch(async (error: unknown) => {
    await audit("failed", error);
    throw error;
  });
  await audit("ok");
  const response =
    c.req.raw.method === "HEAD" ? await headOf(route, result) : toResponse(route, result, checkResponses);
  const cookie = response.headers.has("set-cookie") ? undefined : renewal.header(caller, request);
  if (cookie !== undefined) response.headers.append("set-cookie", cookie);
  return response;
}

/** Who may come in at all, before the body is read. */
async function admit(route: Route, request: RequestFacts, hub: RouteContext): Promise<Caller> {
  const caller = await identify(request, hub.accounts);
  // No page can make a browser send an API token.
  if (changesSomething(request) && caller.via !== "token") requireSameOrigin(request, hub.config.http.publicUrl);
  if (route.action === "public") return caller;
  requireSomebody(caller);
  requireWideToken(caller);
  if (changesSomething(request)) requireCsrfToken(request, caller);
  return caller;
}

/** Rejects with E_PERMISSION. */
async function authorize(route: Route, input: AddressInput, hub: RouteContext): Promise<void> {
  if (route.action === "public" || route.action === "signed-in") return;
  for (const resource of resourcesOf(route, input, hub)) hub.authorizer.require(input.actor, route.action, resource);
}

/** A handler may throw at once or later. */
const run = async (route: Route, input: RouteInput, hub: RouteContext): Promise<unknown> => route.handler(input, hub);

function resourcesOf({ resource }: Route, input: AddressInput, hub: RouteContext): readonly Resource[] {
  if (resource === "per-item") return [];
  if (resource === undefined) return [HUB];
  const about = resource(input, hub);
  return isList(about) ? about : [about];
}

const isList = (about: Resource | readonly Resource[]): about is readonly Resource[] => Array.isArray(about);

type Outcome = AuditEntry["outcome"];
type AuditDetails = Readonly<Record<string, unknown>>;

interface Recorded {
  readonly route: Route;
  readonly input: AddressInput;
  readonly hub: RouteContext;
  readonly outcome: Outcome;
  readonly error: unknown;
  readonly details: AuditDetails;
}

/** Writes a change into the audit log, whatever became of it. */
async function record({ route, input, hub, outcome, error, details }: Recorded): Promise<void> {
  if (route.audit === undefined) return;
  const entry = { actor: input.actor, what: route.audit, resource: auditResource(route, input), outcome };
  const facts = error === undefined ? details : { ...details, code: VatioError.from(error).code };
  const written = hub.audit.record(Object.keys(facts).length === 0 ? entry : { ...entry, details: facts });
  // Of a change that failed, the caller learns why it failed, even when the audit log fails as well.
  await (outcome === "ok" ? written : written.catch(() => hub.counters.add("http", "audit-lost", route.audit ?? "")));
}

/** Ids only: bodies hold passwords. */
function auditResource(route: Route, { params }: AddressInput): string {
  const ids = Object.values(params as Readonly<Record<string, unknown>>).join(" ");
  return ids === "" ? route.path.slice(1) : ids;
}

const replyOf = (route: Route, result: unknown): Reply =>
  result instanceof Reply ? result : new Reply({ data: result, status: route.response === undefined ? 204 : 200 });

/** Whoever asks for the head alone never reads the stream: it must not wait for ever. */
async function headOf(route: Route, result: unknown): Promise<Response> {
  const reply = replyOf(route, result);
  if (reply.stream === undefined) return toResponse(route, result, false);
  await reply.stream.cancel();
  return new Response(null, { status: reply.status, headers: headersOf(reply) });
}

const headersOf = (reply: Reply): [string, string][] => [
  ["cache-control", "no-store"],
  ...reply.headers.map(([name, value]): [string, string] => [name, value]),
];

function toResponse(route: Route, result: unknown, check: boolean): Response {
  const reply = replyOf(route, result);
  const headers = headersOf(reply);
  if (reply.stream !== undefined) return new Response(reply.stream, { status: reply.status, headers });
  if (reply.raw !== undefined) return new Response(bytesOf(reply.raw), { status: reply.status, headers });
  if (reply.status === 204) return new Response(null, { status: 204, headers });
  if (check) requireFit(route, reply.data);
  return new Response(JSON.stringify(reply.data), {
    status: reply.status,
    headers: [["content-type", "application/json"], ...headers],
  });
}

const bytesOf = (raw: Uint8Array | string): BodyInit => (typeof raw === "string" ? raw : new Uint8Array(raw));

function requireFit({ method, path, response }: Route, data: unknown): void {
  const problems = response === undefined ? [] : badPaths(response, JSON.parse(JSON.stringify(data)), "");
  if (problems.length === 0) return;
  const list = problems.map(({ path: where, problem }) => `${where} ${problem}`).join("; ");
  throw new VatioError("E_INTERNAL", `The answer of ${method} ${path} does not fit its schema: ${list}.`);
}
