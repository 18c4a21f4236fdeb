import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameGuard } from "../../src/mqtt/frame-guard.js";

const CONNECT = Uint8Array.of(0x10, 2, 0, 0);

function packet(type: number, length: number): Uint8Array {
  const header = [type << 4];
  for (let left = length; ; left = Math.floor(left / 128)) {
    header.push((left % 128) | (left >= 128 ? 0x80 : 0));
    if (left < 128) break;
  }
  return Uint8Array.from([...header, ...new Uint8Array(length)]);
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

const firstProblem = (guard: FrameGuard, chunks: readonly Uint8Array[]): string | undefined => {
  for (const chunk of chunks) {
    const problem = guard.accept(chunk);
    if (problem) return problem;
  }
  return undefined;
};

const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 });

describe("FrameGuard", () => {
  it("finds the first packet that is too large, however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 10 }), fc.nat(300), sizes, (lengths, limit, cuts) => {
        const stream = Uint8Array.from([...CONNECT, ...lengths.flatMap((length) => [...packet(3, length)])]);
        const expected = lengths.some((length) => length > limit) || limit < 2 ? "packet-too-large" : undefined;
        expect(firstProblem(new FrameGuard(limit), cut(stream, cuts))).toBe(expected);
      }),
    );
  });

  it("refuses a large packet when it is announced, not when it has arrived", () => {
    const guard = new FrameGuard(1_000);
    expect(guard.accept(CONNECT)).toBeUndefined();
    expect(guard.accept(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f))).toBe("packet-too-large");
  });

  it("refuses a length of more than four bytes", () => {
    const guard = new FrameGuard(1_000);
    guard.accept(CONNECT);
    expect(guard.accept(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80))).toBe("malformed-length");
  });

  it("wants CONNECT first", () => {
    expect(new FrameGuard(1_000).accept(Uint8Array.of(0x30, 0))).toBe("no-connect-first");
    expect(new FrameGuard(1_000).accept(new TextEncoder().encode("GET / HTTP/1.1\r\n"))).toBe("no-connect-first");
  });

  it("uses a new limit from the next packet on", () => {
    const guard = new FrameGuard(10);
    guard.accept(CONNECT);
    guard.maxBytes = 500;
    expect(guard.accept(packet(3, 400))).toBeUndefined();
  });

  it("survives any bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (chunks) => {
        firstProblem(new FrameGuard(100), chunks);
      }),
    );
  });
});
