import type { ErrorCode, TObject } from "@vatio/plugin-api";
import type { Route } from "../define-route.js";
import { statusOf } from "../errors.js";
import { examples } from "./examples.js";
import { componentSchemas, documentSchema, type JsonSchema, schemaRef } from "./schemas.js";

/** Any JSON object of the document. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** An OpenAPI 3.1 document, as far as this module writes it. */
export interface OpenApiDocument {
  readonly openapi: "3.1.1";
  readonly info: JsonObject;
  readonly servers: readonly JsonObject[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: JsonObject;
    readonly securitySchemes: JsonObject;
  };
}

export interface OpenApiOptions {
  readonly routes: readonly Route[];
  /** Version of the hub. */
  readonly version: string;
}

/** The API as an OpenAPI 3.1 document, from the same table that the server runs. */
export function createOpenApiDocument({ routes, version }: OpenApiOptions): OpenApiDocument {
  return {
    openapi: "3.1.1",
    info: {
      title: "Vatio",
      version,
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/api/v1" }],
    tags: [...new Set([...routes.map(({ tag }) => tag), "Live", "Probes"])].map((name) => ({ name })),
    paths: { ...routePaths(routes), ...FIXED_PATHS },
    components: { schemas: componentSchemas(examples), responses: COMMON_RESPONSES, securitySchemes: SECURITY_SCHEMES },
  };
}

const DESCRIPTION = [
  "Everything that the interface of Vatio does goes through this API.",
  "Instants are milliseconds since the Unix epoch in UTC. Ids are opaque text; in a path they are percent-encoded as one segment",
  "(`shelly%3Aa8032412c3d4%2Fswitch%3A0`). Import and consumption are positive.",
  "Every error has the same shape, with a stable code; `retryable` says whether the same request may succeed later.",
].join(" ");

const SECURITY_SCHEMES: JsonObject = {
  session: {
    type: "apiKey",
    in: "cookie",
    name: "vatio_session",
    description: "Set by signing in; called `__Host-vatio_session` on https",
  },
  csrf: { type: "apiKey", in: "header", name: "x-csrf-token", description: "The session's `csrf`, with every change" },
  token: { type: "http", scheme: "bearer", description: "An API token; its scope limits what it may do" },
};

function routePaths(routes: readonly Route[]): Record<string, Record<string, JsonObject>> {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return paths;
}

function operation(route: Route): JsonObject {
  const parameters = [...parametersOf(route.params, "path"), ...parametersOf(route.query, "query")];
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    "x-action": route.action,
    security: securityOf(route),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { [bodyMedia(route)]: { schema: documentSchema(route.body) } } } }),
    responses: responsesOf(route),
  };
}

const BODY_MEDIA = { json: "application/json", yaml: "application/yaml", stream: "application/octet-stream" } as const;

const bodyMedia = ({ bodyType = "json" }: Route): string => BODY_MEDIA[bodyType];

/** `GET /devices/{id}/messages` is `getDevicesIdMessages`. */
function operationId({ method, path }: Pick<Route, "method" | "path">): string {
  const words = path.split(/[^A-Za-z]+/).filter(Boolean);
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function securityOf({ action, method }: Route): JsonObject[] {
  if (action === "public") return [];
  return [method === "GET" ? { session: [] } : { session: [], csrf: [] }, { token: [] }];
}

function parametersOf(schema: TObject | undefined, where: "path" | "query"): JsonObject[] {
  const required = new Set<string>((schema?.required as readonly string[] | undefined) ?? []);
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === "path" || required.has(name),
    ...descriptionOf(property),
    // One parameter with commas, or the parameter repeated.
    ...("x-comma" in property ? { style: "form", explode: false } : {}),
    schema: documentSchema(property),
  }));
}

const descriptionOf = (schema: object): JsonObject =>
  "description" in schema ? { description: schema.description } : {};

function responsesOf(route: Route): JsonObject {
  return { ...successOf(route), ...errorsOf(route) };
}

function successOf(route: Route): JsonObject {
  if (route.response === undefined) return { 204: { description: "Done" } };
  const schema = documentSchema(route.response);
  const json = route.responseTypes?.some((type) => type !== "application/cbor") ? [] : ["application/json"];
  const content = Object.fromEntries([...json, ...(route.responseTypes ?? [])].map((type) => [type, { schema }]));
  return { 200: { description: "The answer", content } };
}

function errorsOf(route: Route): JsonObject {
  const common: ErrorCode[] = ["E_INPUT_INVALID"];
  if (route.action !== "public") common.push("E_AUTH_REQUIRED", "E_PERMISSION");
  if (route.method !== "GET") common.push("E_ORIGIN_REFUSED");
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...common, ...(route.errors ?? [])]) {
    const status = statusOf({ code, retryable: false });
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return {
    ...Object.fromEntries([...byStatus].map(([status, codes]) => [status, errorResponse(codes)])),
    default: { $ref: "#/components/responses/Error" },
  };
}

const errorResponse = (codes: readonly ErrorCode[]): JsonObject => ({
  description: codes.join(", "),
  content: { "application/json": { schema: schemaRef("Error") } },
});

const COMMON_RESPONSES: JsonObject = {
  Error: { description: "Any other error", content: { "application/json": { schema: schemaRef("Error") } } },
};

const ROOT = { servers: [{ url: "/" }] };

const probe = (summary: string): JsonObject => ({
  ...ROOT,
  tags: ["Probes"],
  summary,
  security: [],
  responses: { 200: { description: "Yes" }, 503: { description: "No" } },
});

/** What is no route of the table: the live stream and the probes. */
const FIXED_PATHS: Record<string, Record<string, JsonObject>> = {
  "/live": {
    get: {
      operationId: "getLive",
      tags: ["Live"],
      summary: "The live stream, a WebSocket",
      description:
        "JSON text frames: the client sends `LiveClientFrame`, the hub sends `LiveServerFrame`. The answer to `subscribe` is a snapshot " +
        "that names its sequence number; what follows has higher ones, without a gap. A client that reads too slowly gets the newest " +
        "values only and a `lagged` frame, and is closed after 30 s.",
      "x-action": "read",
      "x-client-frame": schemaRef("LiveClientFrame"),
      "x-server-frame": schemaRef("LiveServerFrame"),
      security: [{ session: [] }, { token: [] }],
      responses: { 101: { description: "The stream begins" }, default: { $ref: "#/components/responses/Error" } },
    },
  },
  "/healthz": { get: { operationId: "getHealthz", ...probe("Whether the process answers") } },
  "/readyz": { get: { operationId: "getReadyz", ...probe("Whether the hub takes readings") } },
};
