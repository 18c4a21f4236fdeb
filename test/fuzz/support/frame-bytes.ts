import type { Gen } from "./gen.js";
import { mangled } from "./raw-bytes.js";

/** Bytes on an open WebSocket: frames that keep RFC 6455 or break one of its rules. */
export function frameBytes(gen: Gen): Uint8Array {
  return gen.either<Uint8Array>(
    [6, () => frame(gen)],
    [2, () => mangled(gen, frame(gen))],
    [1, () => Buffer.concat([frame(gen), frame(gen)])],
    [1, () => gen.bytes(60)],
  );
}

const TEXTS: readonly Uint8Array[] = [
  Buffer.from('{"type":"ping"}'),
  Buffer.from('{"type":"subscribe","id":1,"targets":[]}'),
  Buffer.of(0xff, 0xfe),
  Buffer.of(0xed, 0xa0, 0x80),
  Buffer.of(0x03, 0xe8),
  Buffer.of(0x03, 0xed, 0xff),
  Buffer.of(0x00, 0x01),
  new Uint8Array(),
  new Uint8Array(126).fill(0x20),
];

/** Any of the sixteen opcodes, with or without the final bit, reserved bits and mask, and lengths that need not be true. */
function frame(gen: Gen): Uint8Array {
  const opcode = gen.percent(60) ? gen.pick([0, 1, 2, 8, 9, 10]) : gen.below(16);
  const first = (gen.percent(80) ? 0x80 : 0) | (gen.percent(10) ? gen.below(8) << 4 : 0) | opcode;
  const payload = gen.percent(80) ? gen.pick(TEXTS) : gen.bytes(200);
  const masked = gen.percent(90);
  return Uint8Array.from([
    first,
    ...lengthOf(gen, payload.length, masked ? 0x80 : 0),
    ...(masked ? [0, 0, 0, 0] : []),
    ...payload,
  ]);
}

function lengthOf(gen: Gen, length: number, mask: number): readonly number[] {
  if (gen.percent(4)) return [mask | 127, ...gen.pick(FALSE_LENGTHS)];
  return length < 126 ? [mask | length] : [mask | 126, length >> 8, length & 255];
}

const FALSE_LENGTHS: readonly (readonly number[])[] = [
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff],
  [0, 0, 0, 0, 0, 0x10, 0, 1],
];
