import { headText } from "./decode-text.js";

/** The first lines of a text file that are not empty; none when it is not text. */
export function headLines(head: Uint8Array, count: number): readonly string[] {
  const text = headText(head.subarray(0, 8_192)) ?? "";
  return text
    .replace(/^\ufeff/, "")
    .split(/\r\n|\n|\r/, count * 2)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(0, count);
}
