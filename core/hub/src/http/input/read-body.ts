import { VatioError } from "@vatio/plugin-api";

/** Reads a body as bytes. @throws E_BODY_TOO_LARGE as soon as it exceeds the limit */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  // The announced length spares reading what is too much anyway; a false one is found while reading.
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge(limit);
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  for (let chunk = await nextChunk(reader); !chunk.done; chunk = await nextChunk(reader)) {
    size += chunk.value.byteLength;
    if (size > limit) {
      await reader.cancel().catch(() => undefined);
      throw tooLarge(limit);
    }
    chunks.push(chunk.value);
  }
  return Buffer.concat(chunks, size);
}

/**
 * Reads a body piece by piece; nothing is read ahead of whoever takes the pieces.
 * @throws E_BODY_TOO_LARGE as soon as it exceeds the limit, E_BODY_INVALID when it ends too early
 */
export async function* streamBody(request: Request, limit: number): AsyncGenerator<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge(limit);
  if (request.body === null) return;
  let size = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  try {
    for (let chunk = await nextChunk(reader); !chunk.done; chunk = await nextChunk(reader)) {
      size += chunk.value.byteLength;
      if (size > limit) throw tooLarge(limit);
      yield chunk.value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** A client that goes away half-way is its own affair, not a fault of the hub. */
async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (cause) {
    throw new VatioError("E_BODY_INVALID", "The body ended before it was complete.", { cause });
  }
}

const tooLarge = (limit: number): VatioError =>
  new VatioError("E_BODY_TOO_LARGE", `The body is larger than ${limit} bytes. Send it in smaller parts.`, {
    details: { limit },
  });

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Bytes as text. @throws E_INPUT_INVALID when they are not UTF-8 */
export function bodyText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new VatioError("E_INPUT_INVALID", "The body is not UTF-8 text.", { cause });
  }
}
