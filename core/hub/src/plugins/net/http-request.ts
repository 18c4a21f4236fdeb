import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { pipeline, Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { seconds, VatioError } from "@vatio/plugin-api";
import { deferred } from "../../deferred.js";
import { pinnedLookup } from "./pinned-lookup.js";

/** A connection that is silent for so long is given up. */
const SILENCE = seconds(60);

/** Longest body that a plugin may send with one request. */
const MAX_REQUEST_BODY = 64 * 2 ** 20;

const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Sends one request to one of the addresses, without following redirects. The body goes out with its length: many small devices do not
 * understand chunks.
 * @throws E_NET_UNREACHABLE (retryable), E_ABORTED, E_INPUT_INVALID
 */
export async function sendRequest(request: Request, addresses: readonly string[]): Promise<Response> {
  const body = await bodyOf(request);
  const { promise, resolve, reject } = deferred<IncomingMessage>();
  const client = request.url.startsWith("https:") ? https : http;
  const outgoing = client.request(request.url, {
    method: request.method,
    headers: headersOf(request, body),
    lookup: pinnedLookup(addresses),
    agent: false,
    signal: request.signal,
    timeout: SILENCE,
  });
  outgoing.on("response", resolve).on("error", reject);
  outgoing.on("timeout", () => outgoing.destroy(new Error(`silent for ${SILENCE} ms`)));
  outgoing.end(body);
  try {
    return toResponse(await promise, request);
  } catch (cause) {
    throw unreachable(new URL(request.url).host, cause, request.signal);
  }
}

/** The error of a connection that failed, or that was given up. */
export function unreachable(host: string, cause: unknown, signal?: AbortSignal): VatioError {
  if (VatioError.is(cause)) return cause;
  if (signal?.aborted) return new VatioError("E_ABORTED", `The request to ${host} was given up.`, { cause });
  const why = cause instanceof Error ? cause.message : String(cause);
  return new VatioError("E_NET_UNREACHABLE", `${host} cannot be reached: ${why}`, {
    cause,
    retryable: true,
    details: { host },
  });
}

async function bodyOf(request: Request): Promise<Uint8Array | undefined> {
  if (request.body === null) return undefined;
  const body = new Uint8Array(await request.arrayBuffer());
  if (body.length <= MAX_REQUEST_BODY) return body;
  throw new VatioError("E_INPUT_INVALID", `A request may carry at most ${MAX_REQUEST_BODY} bytes.`);
}

function headersOf(request: Request, body: Uint8Array | undefined): Record<string, string> {
  const headers: Record<string, string> = {
    accept: "*/*",
    "user-agent": "vatio",
    ...Object.fromEntries(request.headers),
  };
  if (body) headers["content-length"] = String(body.length);
  return headers;
}

function toResponse(message: IncomingMessage, request: Request): Response {
  const status = message.statusCode ?? 0;
  if (status < 200 || status > 599) throw new Error(`it answered with the status ${status}`);
  const headers = new Headers();
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    headers.append(message.rawHeaders[i] ?? "", message.rawHeaders[i + 1] ?? "");
  }
  const empty = WITHOUT_BODY.has(status) || request.method === "HEAD";
  if (empty) message.resume();
  const body = empty ? null : (Readable.toWeb(decoded(message, headers)) as ReadableStream<Uint8Array>);
  const response = new Response(body, { status, statusText: message.statusMessage ?? "", headers });
  Object.defineProperty(response, "url", { value: request.url });
  return response;
}

function decoded(message: IncomingMessage, headers: Headers): Readable {
  const decoder = decoderOf(headers.get("content-encoding"));
  if (!decoder) return message;
  headers.delete("content-encoding");
  headers.delete("content-length");
  // The reader of the decoded stream hears of the error; this callback only keeps it from being thrown twice.
  return pipeline(message, decoder, () => undefined);
}

function decoderOf(encoding: string | null): Transform | undefined {
  if (encoding === "gzip" || encoding === "x-gzip") return createGunzip();
  if (encoding === "deflate") return createInflate();
  return encoding === "br" ? createBrotliDecompress() : undefined;
}
