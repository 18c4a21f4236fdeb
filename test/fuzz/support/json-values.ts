import type { Gen } from "./gen.js";

/** Text that has broken programs before: separators, escapes, lone surrogates, markup, path steps, numbers in disguise. */
export const NASTY_TEXT: readonly string[] = [
  "",
  " ",
  "\0",
  "a\0b",
  "\ud800",
  "\udfff\ud800",
  "\ufeff",
  "\u202e",
  "\u2028",
  "ñandú €🔌",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "..",
  "../../etc/passwd",
  "..\\..",
  "%00",
  "%2e%2e%2f",
  "%",
  "%zz",
  "+",
  "#",
  "$SYS",
  "/",
  "//",
  "<script>alert(1)</script>",
  "'; DROP TABLE points; --",
  '"',
  "\\",
  "{{7*7}}",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text itself is what is tried
  "${7*7}",
  "NaN",
  "Infinity",
  "1e999",
  "-0",
  "0x10",
  "1,5",
  "true",
  "null",
  "undefined",
  "[object Object]",
  "2026-02-30T25:61:61Z",
  "a".repeat(300),
  "9".repeat(400),
  "é".repeat(2_000),
];

/** Numbers at the edges of what a double, an integer column or a date takes. */
export const NASTY_NUMBERS: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.1,
  -(2 ** 31),
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  2 ** 63,
  1e21,
  8.64e15,
  -8.64e15,
  8.64e15 + 1,
  1e308,
  -1e308,
  5e-324,
  1e-7,
];

export function anyText(gen: Gen): string {
  return gen.percent(50) ? gen.pick(NASTY_TEXT) : randomText(gen);
}

function randomText(gen: Gen): string {
  let made = "";
  for (let left = gen.below(20); left > 0; left--)
    made += String.fromCharCode(gen.percent(80) ? 32 + gen.below(95) : gen.below(65_536));
  return made;
}

export function anyNumber(gen: Gen): number {
  return gen.percent(50) ? gen.pick(NASTY_NUMBERS) : (gen.float() - 0.5) * 10 ** gen.below(20);
}

/** Any JSON value, nested a little. */
export function anyJson(gen: Gen, depth = 4): unknown {
  return gen.either<unknown>(
    [3, () => anyText(gen)],
    [3, () => anyNumber(gen)],
    [1, () => gen.pick([true, false, null])],
    [depth > 0 ? 2 : 0, () => gen.list(4, () => anyJson(gen, depth - 1))],
    [depth > 0 ? 2 : 0, () => anyObject(gen, depth - 1)],
  );
}

function anyObject(gen: Gen, depth: number): Record<string, unknown> {
  // From entries: `__proto__` becomes a property like any other, as it does in what JSON.parse makes.
  return Object.fromEntries(gen.list(4, () => [anyText(gen), anyJson(gen, depth)] as const));
}

/** The value with one of its parts replaced, removed, doubled, or something added. */
export function mutated(gen: Gen, value: unknown): unknown {
  if (Array.isArray(value) && value.length > 0 && gen.percent(70)) {
    const at = gen.below(value.length);
    return gen.percent(20)
      ? [...value, ...value, anyJson(gen, 1)]
      : value.map((entry: unknown, i) => (i === at ? mutated(gen, entry) : entry));
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value) && gen.percent(80))
    return mutatedObject(gen, Object.entries(value));
  return anyJson(gen, 2);
}

function mutatedObject(gen: Gen, entries: [string, unknown][]): object {
  const at = gen.below(entries.length + 1);
  const change = gen.below(10);
  if (change === 0) return Object.fromEntries(entries.filter((_entry, i) => i !== at));
  if (change === 1) return Object.fromEntries([...entries, [anyText(gen), anyJson(gen, 1)]]);
  return Object.fromEntries(entries.map(([key, entry], i) => [key, i === at ? mutated(gen, entry) : entry]));
}
