import { VatioError } from "@vatio/plugin-api";
import { MAX_PAYLOAD_BYTES } from "../json.js";

/**
 * The body of a request, as long as it stays within the limit of a payload.
 * @throws E_BODY_TOO_LARGE
 */
export async function readBody(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = request.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    bytes += part.value.byteLength;
    if (bytes > MAX_PAYLOAD_BYTES) {
      await reader?.cancel();
      throw new VatioError(
        "E_BODY_TOO_LARGE",
        `The body is larger than ${MAX_PAYLOAD_BYTES} bytes. Send one status at a time.`,
      );
    }
    chunks.push(part.value);
  }
  return joined(chunks, bytes);
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
