/** Why bytes are not an acceptable MQTT stream. */
export type FrameProblem = "packet-too-large" | "malformed-length" | "no-connect-first";

const CONNECT = 1;
/** Most bytes of the length field (MQTT 3.1.1 section 2.2.3). */
const LENGTH_BYTES = 4;

/**
 * Reads the fixed headers of a stream of MQTT packets and skips their bodies, so that a packet that is too large is refused when it is
 * announced, not after it filled the memory. Works whatever way the stream is cut into chunks.
 */
export class FrameGuard {
  /** Most bytes of a packet's variable header and payload; may change between packets. */
  maxBytes: number;
  #first = true;
  #expectsType = true;
  #length = 0;
  #lengthBytes = 0;
  #skip = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Takes the next chunk. @returns the first problem; nothing after it means anything. */
  accept(chunk: Uint8Array): FrameProblem | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - at);
        this.#skip -= step;
        at += step;
        continue;
      }
      const problem = this.#header(chunk[at] ?? 0);
      if (problem) return problem;
      at += 1;
    }
    return undefined;
  }

  #header(byte: number): FrameProblem | undefined {
    if (this.#expectsType) {
      const isConnect = byte >> 4 === CONNECT;
      if (this.#first && !isConnect) return "no-connect-first";
      this.#first = false;
      this.#expectsType = false;
      this.#length = 0;
      this.#lengthBytes = 0;
      return undefined;
    }
    this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes;
    this.#lengthBytes += 1;
    if (byte >= 0x80) return this.#lengthBytes < LENGTH_BYTES ? undefined : "malformed-length";
    if (this.#length > this.maxBytes) return "packet-too-large";
    this.#skip = this.#length;
    this.#expectsType = true;
    return undefined;
  }
}
