/** C0 and C1 controls, line separators, and the marks that reorder text (a log line could be made to look like another one). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

const escapeOne = (char: string): string => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;

/** Text on one line: whatever could end the line, move the cursor or reorder the text is written as `\uXXXX`. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, escapeOne);
}

/** Text of at most `length` characters; a cut is marked. */
export function cutText(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
}
