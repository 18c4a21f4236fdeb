/** Characters of a payload that are shown. */
const LONGEST = 2_000;

const strict = new TextDecoder("utf-8", { fatal: true });

const hex = (payload: Uint8Array): string => Buffer.from(payload.subarray(0, LONGEST / 2)).toString("hex");

/** Control characters other than white space tell binary from text. */
const isBinary = (text: string): boolean => /\p{Cc}/u.test(text.replace(/\s/g, ""));

/** A payload for a person: its text, or hex where it is not text, cut at 2,000 characters. */
export function payloadText(payload: Uint8Array): string {
  try {
    const text = strict.decode(payload).slice(0, LONGEST);
    return isBinary(text) ? hex(payload) : text;
  } catch {
    return hex(payload);
  }
}
