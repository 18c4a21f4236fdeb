import { VatioError } from "@vatio/plugin-api";

/** What can be handed to another thread instead of being copied. */
export type Packed = readonly ArrayBuffer[];

type Column = Float64Array | Uint8Array;

/** Whether a view is all of its buffer: only then may the buffer be given away. */
const isWhole = (view: Column): boolean =>
  view.buffer instanceof ArrayBuffer && view.byteOffset === 0 && view.byteLength === view.buffer.byteLength;

/**
 * A column that is all of its own buffer. A view into a larger one is copied: sending it would send the whole buffer, with whatever else is
 * in there.
 */
export const ownColumn = (column: Float64Array): Float64Array => (isWhole(column) ? column : column.slice());

/** Bytes in a buffer of their own, copied: the sender keeps his. */
export const ownBytes = (bytes: Uint8Array): Uint8Array => Uint8Array.prototype.slice.call(bytes);

/** Text or bytes as bytes of their own. */
export const toBytes = (data: Uint8Array | string): Uint8Array =>
  typeof data === "string" ? new TextEncoder().encode(data) : ownBytes(data);

/** The buffers of views, each once. */
export function buffersOf(views: readonly Column[]): Packed {
  return [...new Set(views.map(({ buffer }) => buffer))].filter((buffer) => buffer instanceof ArrayBuffer);
}

/** The error of something that cannot be sent to another thread. */
export const notCloneable = (what: string, cause: unknown): VatioError =>
  new VatioError("E_INPUT_INVALID", `${what} cannot be sent between threads: use plain data, bytes and Float64Array.`, {
    cause,
  });
