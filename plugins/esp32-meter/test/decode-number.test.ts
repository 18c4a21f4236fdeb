import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeNumber, MAX_NUMBER_BYTES } from "../src/decode-number.js";
import { EN } from "../src/messages/en.js";
import { ES } from "../src/messages/es.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const reason = (payload: Uint8Array): string | undefined => {
  const decoded = decodeNumber(payload);
  return decoded.value === undefined ? decoded.refusal.key.replace("esp32-meter.rejected.", "") : undefined;
};

describe("decodeNumber", () => {
  it.each([
    ["230.5", 0, 230.5],
    ["  369.4", 0, 369.4],
    ["12\r\n", 0, 12],
    ["\t-0.42 ", 0, -0.42],
    ["+1.5", 0, 1.5],
    [".5", 0, 0.5],
    ["5.", 0, 5],
    ["007", 0, 7],
    ["-0.0", 0, 0],
    ["0.0123", 3, 12.3],
    ["148.372", 3, 148_372],
    ["0.57", 3, 570],
    ["9999.99", 3, 9_999_990],
    ["1234", -3, 1.234],
    ["3.75", 3, 3_750],
  ])("reads %j shifted by %i as %d", (text, shift, value) => {
    expect(decodeNumber(bytes(text), shift)).toStrictEqual({ value });
  });

  it.each([
    ["", "empty"],
    ["  \r\n", "empty"],
    ["nan", "not-finite"],
    ["NaN", "not-finite"],
    ["inf", "not-finite"],
    ["-Infinity", "not-finite"],
    ["ovf", "not-finite"],
    ["230,5", "comma"],
    ["1.234,5", "comma"],
    [",5", "comma"],
    ["0x1F", "hex"],
    ["0X10", "hex"],
    ["1e3", "exponent"],
    ["1e999", "exponent"],
    ["-1.5E-7", "exponent"],
    ["230.5 V", "unit"],
    ["3kW", "unit"],
    ["98%", "unit"],
    ['{"current":1}', "json"],
    ["[1]", "json"],
    ['"230.5"', "json"],
    ["1.2.3", "not-a-number"],
    ["--1", "not-a-number"],
    ["1 2", "not-a-number"],
    ["on", "not-a-number"],
    ["-", "not-a-number"],
    [".", "not-a-number"],
    ["1_000", "not-a-number"],
    ["0b11", "not-a-number"],
    ["230.5\u0000", "not-ascii"],
    ["21 °C", "not-ascii"],
    ["２３０", "not-ascii"],
    ["\ufeff230.5", "not-ascii"],
    ["9".repeat(MAX_NUMBER_BYTES + 1), "too-long"],
    [" ".repeat(5_000), "too-long"],
  ])("refuses %j: %s", (text, name) => {
    expect(reason(bytes(text))).toBe(name);
  });

  it("never throws, gives finite numbers, and has words for every refusal", () => {
    const almost = fc.string({ unit: fc.constantFrom(...'0123456789+-.,eExnaif \t{"kW'), maxLength: 12 }).map(bytes);
    const payload = fc.oneof(fc.uint8Array({ maxLength: 40 }), almost, fc.string().map(bytes));
    fc.assert(
      fc.property(payload, fc.integer({ min: -3, max: 6 }), (garbage, shift) => {
        const decoded = decodeNumber(garbage, shift);
        if (decoded.value !== undefined) expect(Number.isFinite(decoded.value)).toBe(true);
        else expect([Object.keys(EN), Object.keys(ES)].every((keys) => keys.includes(decoded.refusal.key))).toBe(true);
      }),
      { numRuns: 12_000 },
    );
  });

  it("reads what a firmware prints, whatever the decimals", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 4 }), (whole, decimals) => {
        const written = (whole / 10 ** decimals).toFixed(decimals);
        expect(decodeNumber(bytes(written.padStart(14)), decimals)).toStrictEqual({ value: whole + 0 });
      }),
    );
  });
});
