import type { Action, Actor, ErrorCode, Static, TObject, TSchema } from "@vatio/plugin-api";
import type { ApiToken, Resource, Session, User } from "../auth/types.js";
import type { Reply } from "./reply.js";
import type { RouteContext } from "./route-context.js";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What a caller must be allowed to do. `public`: nothing at all. `signed-in`: be somebody whom the hub knows. */
export type RouteAction = Action | "public" | "signed-in";

/** How a caller proved who it is. */
export type Caller =
  | {
      readonly via: "session";
      readonly actor: Actor;
      readonly user: User;
      readonly session: Session;
      readonly token: string;
    }
  | { readonly via: "token"; readonly actor: Actor; readonly apiToken: ApiToken; readonly secret: string }
  | { readonly via: "nothing"; readonly actor: Actor };

/** A request, freed of transport and proxies. */
export interface RequestFacts {
  /** Names this request in the log and in the header `x-request-id`. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Address of the client, also behind a trusted proxy. */
  readonly address: string;
  /** Whether the client speaks https, to the hub or to a trusted proxy. */
  readonly secure: boolean;
  /** Scheme, host and port as the client sees them. */
  readonly origin: string;
  readonly headers: Headers;
}

/** What is known of a request before its body is read: enough to decide whether it may be. */
export interface AddressInput<P = unknown, Q = unknown> {
  readonly params: P;
  readonly query: Q;
  readonly actor: Actor;
  readonly caller: Caller;
  readonly request: RequestFacts;
}

/** What a handler gets: checked input and who asks. */
export interface RouteInput<P = unknown, Q = unknown, B = unknown> extends AddressInput<P, Q> {
  readonly body: B;
}

/**
 * What a route is about. Left out: the hub. `per-item`: the handler, or the service below it, decides for each item
 * of the answer (lists, commands).
 */
export type RouteResource<Input> = "per-item" | ((input: Input, hub: RouteContext) => Resource | readonly Resource[]);

/** A route as data. Its action has no default: a route that does not say who may call it does not compile. */
export interface RouteSpec<P extends TObject, Q extends TObject, B extends TSchema, R extends TSchema> {
  readonly method: Method;
  /** Below `/api/v1`, parameters in braces: `/devices/{id}`. */
  readonly path: `/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly action: RouteAction;
  readonly resource?: RouteResource<AddressInput<Static<P>, Static<Q>>>;
  /** Name of the change in the audit log. */
  readonly audit?: string;
  /** What else stands in that entry. Bodies hold passwords: only what may be read by every administrator. */
  readonly auditDetails?: (input: RouteInput<Static<P>, Static<Q>, Static<B>>) => Readonly<Record<string, unknown>>;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** How the body is written; JSON when left out. `stream`: bytes of any kind, which the handler reads itself, as they come. */
  readonly bodyType?: "json" | "yaml" | "stream";
  /** Most bytes of the body; 1 MiB when left out. */
  readonly bodyLimit?: number;
  /** Shape of the answer; left out: 204 without a body. */
  readonly response?: R;
  /** Other media types of the answer, for the document. */
  readonly responseTypes?: readonly string[];
  /** Codes beside those that every route may answer. */
  readonly errors?: readonly ErrorCode[];
  readonly handler: (
    input: RouteInput<Static<P>, Static<Q>, Static<B>>,
    hub: RouteContext,
  ) => RouteResult<R> | Promise<RouteResult<R>>;
}

type RouteResult<R extends TSchema> = unknown extends Static<R> ? unknown : Static<R> | Reply<Static<R>>;

/** A route of the table, whatever its schemas. */
export interface Route
  extends Omit<RouteSpec<TObject, TObject, TSchema, TSchema>, "resource" | "auditDetails" | "handler"> {
  readonly auditDetails?: (input: RouteInput) => Readonly<Record<string, unknown>>;
  readonly resource?: RouteResource<AddressInput>;
  readonly handler: (input: RouteInput, hub: RouteContext) => unknown;
}

/** An object without properties: what a route without parameters takes. */
export type NoProperties = TObject<Record<never, never>>;

/**
 * Infers the types of a handler's input and output from the schemas, and makes the route fit for the table.
 * @example
 * defineRoute({ method: "GET", path: "/sites", tag: "Sites", summary: "…", action: "read", resource: "per-item",
 *   response: Type.Array(SiteDto), handler: (_input, hub) => hub.sites.list().map(siteDto) });
 */
export function defineRoute<
  P extends TObject = NoProperties,
  Q extends TObject = NoProperties,
  B extends TSchema = TSchema,
  R extends TSchema = TSchema,
>(spec: RouteSpec<P, Q, B, R>): Route {
  // The pipeline checks every part of the input against these very schemas before the handler sees it.
  return spec as unknown as Route;
}
