/** Characters of a payload that are shown. */
const LONGEST = 2_000;
/** Bytes of a payload that {@link payloadText} looks at: UTF-8 has at most four for a character. */
export const PAYLOAD_TEXT_BYTES = 4 * LONGEST;

const hex = (payload: Uint8Array): string => Buffer.from(payload.subarray(0, LONGEST / 2)).toString("hex");

/** Control characters other than white space tell binary from text. */
const isBinary = (text: string): boolean => /\p{Cc}/u.test(text.replace(/\s/g, ""));

/** A payload for a person: its text, or hex where it is not text, cut at 2,000 characters. `bytes` is its full length, when it was cut. */
export function payloadText(payload: Uint8Array, bytes = payload.length): string {
  const head = payload.subarray(0, PAYLOAD_TEXT_BYTES);
  try {
    // A character that the cut goes through is left out.
    const decoded = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: head.length < bytes });
    const text = decoded.slice(0, LONGEST);
    return isBinary(text) ? hex(payload) : text;
  } catch {
    return hex(payload);
  }
}
