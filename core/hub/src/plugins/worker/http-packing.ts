import { type Static, Type, VatioError } from "@vatio/plugin-api";
import type { Link } from "./link.js";

const header = Type.Tuple([Type.String({ maxLength: 1_000 }), Type.String({ maxLength: 100_000 })]);
const headers = Type.Array(header, { maxItems: 1_000 });
const stream = Type.Integer({ minimum: 1 });

/** A request on its way to the other thread; its body is a stream. */
export interface PackedRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: number;
}

/** A response on its way to the other thread; its body is a stream. */
export const PackedResponseSchema = Type.Object(
  {
    status: Type.Integer({ minimum: 200, maximum: 599 }),
    statusText: Type.String({ maxLength: 1_000 }),
    headers,
    url: Type.Optional(Type.String({ maxLength: 100_000 })),
    redirected: Type.Optional(Type.Boolean()),
    body: Type.Optional(stream),
  },
  { additionalProperties: false },
);

/** A response on its way to the other thread. */
export type PackedResponse = Static<typeof PackedResponseSchema>;

/** Makes a request ready to cross. */
export function packRequest(link: Link, { url, method, headers: given, body }: Request): PackedRequest {
  const packed = { url, method, headers: pairsOf(given) };
  return body === null ? packed : { ...packed, body: link.send(chunksOf(body)) };
}

/** The request that crossed. */
export function unpackRequest(
  link: Link,
  { url, method, headers: given, body }: PackedRequest,
  signal: AbortSignal,
): Request {
  const init = { method, headers: given.map(([name, value]): [string, string] => [name, value]), signal };
  if (body === undefined) return new Request(url, init);
  return new Request(url, { ...init, body: toStream(link.read(body)), duplex: "half" } as RequestInit);
}

/** Makes a response ready to cross. */
export function packResponse(link: Link, response: Response): PackedResponse {
  const { status, statusText, headers: given, url, redirected, body } = response;
  const packed = { status, statusText, headers: pairsOf(given), url, redirected };
  return body === null ? packed : { ...packed, body: link.send(chunksOf(body)) };
}

/** The response that crossed. */
export function unpackResponse(link: Link, packed: PackedResponse): Response {
  const body = packed.body === undefined ? null : toStream(link.read(packed.body));
  const { status, statusText } = packed;
  const response = new Response(body, { status, statusText, headers: packed.headers });
  Object.defineProperty(response, "url", { value: packed.url ?? "" });
  Object.defineProperty(response, "redirected", { value: packed.redirected ?? false });
  return response;
}

function pairsOf(given: Headers): [string, string][] {
  const pairs: [string, string][] = [];
  for (const [name, value] of given) if (name !== "set-cookie") pairs.push([name, value]);
  for (const cookie of given.getSetCookie()) pairs.push(["set-cookie", cookie]);
  return pairs;
}

/** Parts of a byte stream; the reader of the stream is let go when the other side stops asking. */
export async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!ended) await reader.cancel().catch(() => undefined);
  }
}

/** The byte stream whose parts come from the other thread. */
export function toStream(parts: AsyncGenerator<unknown>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else if (value instanceof Uint8Array) controller.enqueue(value);
      else throw new VatioError("E_WORKER_PROTOCOL", "A part of a stream of bytes was something else.");
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
}
