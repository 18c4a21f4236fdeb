import { unreadable } from "./unreadable.js";

/** Character sets of text files, by their WHATWG labels. `windows-1252` takes every byte and contains Latin-1. */
export type Charset = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/** Bytes that are decoded at once, so that no step of a reader takes long. */
const PIECE = 65_536;

/** The character set of a text from its beginning: by its mark, by its zeros, else UTF-8 where the bytes are that. */
export function charsetOf(head: Uint8Array): Charset {
  const [a = 0, b = 0, c = 0] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  return zerosOf(head) ?? (isUtf8(head) ? "utf-8" : "windows-1252");
}

/** Text of Western alphabets in UTF-16 has a zero in every second byte. */
function zerosOf(head: Uint8Array): Charset | undefined {
  const sample = head.subarray(0, 1_000);
  const zeros = [0, 0];
  for (const [index, byte] of sample.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > sample.length * 0.4 && even === 0) return "utf-16le";
  return even > sample.length * 0.4 && odd === 0 ? "utf-16be" : undefined;
}

function isUtf8(head: Uint8Array): boolean {
  try {
    // A piece of a longer text may end within a character: `stream` does not mind.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** The text of a file's beginning, for recognition; undefined when it is not text. */
export function headText(head: Uint8Array): string | undefined {
  const decoded = new TextDecoder(charsetOf(head)).decode(head, { stream: true });
  return isText(decoded) ? decoded : undefined;
}

/** Control characters that no text has. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const CONTROLS = /[\u0000-\u0008\u000e-\u001f]/;

const isText = (decoded: string): boolean => !CONTROLS.test(decoded);

/**
 * A text file piece by piece.
 * @throws VatioError E_IMPORT_UNREADABLE when it is not text
 */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  for await (const chunk of bytes) {
    for (let from = 0; from < chunk.length; from += PIECE) {
      signal.throwIfAborted();
      const piece = chunk.subarray(from, from + PIECE);
      decoder ??= new TextDecoder(charsetOf(piece));
      yield checked(decoder.decode(piece, { stream: true }));
    }
  }
  const rest = decoder?.decode();
  if (rest) yield checked(rest);
}

function checked(decoded: string): string {
  if (isText(decoded)) return decoded;
  throw unreadable("The file is not text. Choose the file as it was downloaded, unpacked.");
}
