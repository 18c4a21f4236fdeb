import type { Gen } from "./gen.js";
import { anyJson, anyText, mutated } from "./json-values.js";

const utf8 = new TextEncoder();
export const encoded = (text: string): Uint8Array => utf8.encode(text);

/** JSON text that no encoder writes: what a hostile or broken sender does. */
const BROKEN_JSON: readonly string[] = [
  "",
  " ",
  "{",
  "}",
  "[",
  '"',
  "{}}",
  "nul",
  "NaN",
  "-Infinity",
  "[1e999]",
  "[-0]",
  "-0",
  "1e999",
  '{"a":1e999}',
  '{"a":NaN}',
  '{"a":1,"a":2}',
  '{"name":"a","name":{"b":1}}',
  '{"__proto__":{"role":"admin"}}',
  '{"constructor":{"prototype":{"role":"admin"}}}',
  '{"\\u005f_proto__":{"role":"admin"}}',
  '{"a":"\\ud800"}',
  '{"a":"\\u0000"}',
  '\ufeff{"a":1}',
  "{'a':1}",
  "{a:1}",
  "[1,]",
  '{"a":01}',
  '{"a":0x10}',
  "/**/{}",
  '{"a":1}{"b":2}',
  '{"a":\n1}\u0000',
  "true",
  "null",
  "123456789012345678901234567890",
];

/** Deep ones, as text: built once, they are long. */
const DEEP: readonly Uint8Array[] = [
  "[".repeat(50_000),
  `${"[".repeat(5_000)}${"]".repeat(5_000)}`,
  `${'{"a":'.repeat(64)}1${"}".repeat(64)}`,
  `${'{"a":'.repeat(65)}1${"}".repeat(65)}`,
  `${'{"a":'.repeat(3_000)}1${"}".repeat(3_000)}`,
  `"${"\\".repeat(30_000)}`,
  `[${'"a",'.repeat(20_000)}1]`,
  `{${Array.from({ length: 5_000 }, (_, i) => `"k${i}":${i}`).join()}}`,
].map(encoded);

/** CBOR (RFC 8949): each major type, indefinite lengths, lengths that promise gigabytes, tags, halves. */
const CBOR_PARTS: readonly (readonly number[])[] = [
  [0xa1, 0x61, 0x61, 0x01],
  [0xbf, 0x61, 0x61, 0xff],
  [0x9f, 0x01, 0x02, 0xff],
  [0x5f, 0x41, 0x00, 0xff],
  [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xbb, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00],
  [0x7b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xfb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0],
  [0xf9, 0x7c, 0x00],
  [0xc2, 0x49, 1, 0, 0, 0, 0, 0, 0, 0, 0],
  [0xd9, 0xd9, 0xf7],
  [0xd8, 0x40, 0x44, 1, 2, 3, 4],
  [0xff],
  [0x1c],
  [0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
];

const anyCbor = (gen: Gen): Uint8Array =>
  Uint8Array.from([...gen.list(6, () => gen.pick(CBOR_PARTS)).flat(), ...gen.bytes(8)]);

/** Bytes that are no UTF-8: overlong forms, surrogates, a cut sequence, beyond the last character. */
const BAD_UTF8: readonly (readonly number[])[] = [
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
  [0xff, 0xfe],
  [0x80],
];

/** Bytes cut off, with some changed, or something put between. */
export function mangled(gen: Gen, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return gen.bytes(4);
  const at = gen.below(bytes.length);
  return gen.either(
    [3, () => bytes.slice(0, at)],
    [3, () => bytes.with(at, gen.below(256))],
    [2, () => joined(bytes.subarray(0, at), Uint8Array.from(gen.pick(BAD_UTF8)), bytes.subarray(at))],
    [1, () => joined(bytes.subarray(0, at), Uint8Array.of(0), bytes.subarray(at))],
    [1, () => joined(bytes, bytes)],
  );
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

/** Sizes around a limit, made when first asked for. Spaces: JSON reads over them, so that only the size is what is wrong. */
const sized = new Map<number, Uint8Array>();
function ofSize(bytes: number): Uint8Array {
  const known = sized.get(bytes);
  if (known) return known;
  const made = new Uint8Array(bytes).fill(0x20);
  made.set(encoded("{}"));
  sized.set(bytes, made);
  return made;
}

export interface RawBytesOptions {
  /** Values of the real shape. */
  readonly shape: () => unknown;
  /** Most bytes that the entry point takes. */
  readonly limit: number;
}

/** One payload or body: the real shape, nearly the real shape, or nothing like it. */
export function anyBytes(gen: Gen, { shape, limit }: RawBytesOptions): Uint8Array {
  const json = (value: unknown): Uint8Array => encoded(JSON.stringify(value) ?? "");
  return gen.either<Uint8Array>(
    [20, () => json(shape())],
    [30, () => json(mutated(gen, shape()))],
    [12, () => json(anyJson(gen))],
    [12, () => mangled(gen, json(shape()))],
    [8, () => encoded(gen.pick(BROKEN_JSON))],
    [6, () => gen.bytes(300)],
    [5, () => anyCbor(gen)],
    [5, () => encoded(anyText(gen))],
    [1, () => gen.pick(DEEP)],
    // Rare, because one costs as much as hundreds of the others.
    [0.2, () => ofSize(limit + gen.pick([-1, 0, 1, 1_000]))],
  );
}
