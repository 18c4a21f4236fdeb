import { VatioError } from "@vatio/plugin-api";
import { badPaths, inputInvalid } from "../../bad-paths.js";
import type { Route } from "../define-route.js";
import { parseJson } from "./json-input.js";
import { coerceParams, coerceQuery } from "./query-input.js";
import { bodyText, readBody, streamBody } from "./read-body.js";

/** Most bytes of a body where the route does not say otherwise. */
export const BODY_LIMIT = 1_048_576;

/** What the address of a request says, checked. */
export interface ParsedAddress {
  readonly params: unknown;
  readonly query: unknown;
}

const EMPTY = { type: "object", additionalProperties: false } as const;

/** Checks path and query. @throws E_INPUT_INVALID with every bad path */
export function parseAddress(route: Route, url: string, pathParams: Readonly<Record<string, string>>): ParsedAddress {
  const params = coerceParams(route.params, pathParams);
  const query = coerceQuery(route.query, new URL(url).searchParams);
  const problems = [
    ...badPaths(route.params ?? EMPTY, params, "/params"),
    ...badPaths(route.query ?? EMPTY, query, "/query"),
  ];
  if (problems.length > 0) throw inputInvalid("The request", problems);
  return { params, query };
}

/**
 * Reads and checks the body, once; undefined for a route that takes none.
 * @throws E_INPUT_INVALID with every bad path, E_BODY_TOO_LARGE, E_CONTENT_TYPE_INVALID
 */
export async function parseBody(route: Route, request: Request): Promise<unknown> {
  if (route.body === undefined) return undefined;
  if (route.bodyType === "stream") return openBody(request, route.bodyLimit ?? BODY_LIMIT);
  const body = await readText(route, request);
  const problems = badPaths(route.body, body, "/body");
  if (problems.length > 0) throw inputInvalid("The request", problems);
  return body;
}

/** A body that is not read here: it may be larger than the memory. */
function openBody(request: Request, limit: number): AsyncIterable<Uint8Array> {
  requireMedia(request, BYTES);
  return streamBody(request, limit);
}

async function readText(route: Route, request: Request): Promise<unknown> {
  requireMedia(request, route.bodyType === "yaml" ? YAML : JSON_MEDIA);
  const text = bodyText(await readBody(request, route.bodyLimit ?? BODY_LIMIT));
  return route.bodyType === "yaml" ? text : parseJson(text);
}

const JSON_MEDIA = { pattern: /^application\/(?:[a-z.-]+\+)?json\s*(?:;|$)/i, name: "application/json" };
const BYTES = { pattern: /^application\/octet-stream\s*(?:;|$)/i, name: "application/octet-stream" };
const YAML = { pattern: /^(?:application|text)\/(?:x-)?yaml\s*(?:;|$)/i, name: "application/yaml" };

/** Forms of other sites can send text, but not this type: it is part of the defence against them. */
function requireMedia(request: Request, media: { readonly pattern: RegExp; readonly name: string }): void {
  if (media.pattern.test(request.headers.get("content-type") ?? "")) return;
  throw new VatioError(
    "E_CONTENT_TYPE_INVALID",
    `The body must be sent as ${media.name}: set the header content-type.`,
  );
}
