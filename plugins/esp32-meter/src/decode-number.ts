import { type Text, text } from "@vatio/plugin-api";

/** Longest payload that is looked at, in bytes; a number with the blanks that some firmwares put in front is far shorter. */
export const MAX_NUMBER_BYTES = 32;

/** The number of a payload, or why it is none. */
export type DecodedNumber = { readonly value: number } | { readonly value?: undefined; readonly refusal: Text };

interface Shape {
  readonly fits: RegExp;
  readonly key: string;
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

// What people and firmwares send instead of a plain number; the first that fits names the reason.
const SHAPES: readonly Shape[] = [
  { fits: /^$/, key: "esp32-meter.rejected.empty" },
  { fits: /^[{["]/, key: "esp32-meter.rejected.json" },
  { fits: /^[+-]?(?:nan|inf|infinity|ovf)$/i, key: "esp32-meter.rejected.not-finite" },
  { fits: /^[+-]?[\d.]*,\d*$/, key: "esp32-meter.rejected.comma" },
  { fits: /^[+-]?0x[\da-f]*$/i, key: "esp32-meter.rejected.hex" },
  { fits: /^[+-]?(?:\d+\.?\d*|\.\d+)e[+-]?\d+$/i, key: "esp32-meter.rejected.exponent" },
  { fits: /^[+-]?(?:\d+\.?\d*|\.\d+)\s*[a-z%]+$/i, key: "esp32-meter.rejected.unit" },
];

/**
 * Decodes a decimal number in ASCII (`230.5`, ` -0.42`). Never throws.
 * @param shift power of ten to the stored unit: 3 for kW to W. The decimal point is moved in the text, so that 0.0123 kWh
 * becomes 12.3 Wh and not a neighbour of it.
 */
export function decodeNumber(payload: Uint8Array, shift = 0): DecodedNumber {
  if (payload.byteLength > MAX_NUMBER_BYTES) {
    return { refusal: text("esp32-meter.rejected.too-long", { bytes: payload.byteLength, most: MAX_NUMBER_BYTES }) };
  }
  if (!payload.every(isPrintable)) return { refusal: text("esp32-meter.rejected.not-ascii") };
  const written = String.fromCharCode(...payload).trim();
  if (!DECIMAL.test(written)) return { refusal: text(reasonOf(written), { value: written }) };
  // Adding zero turns the negative zero of a meter at rest into zero.
  return { value: Number(`${written}e${shift}`) + 0 };
}

const isPrintable = (byte: number): boolean =>
  (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;

const reasonOf = (written: string): string =>
  SHAPES.find(({ fits }) => fits.test(written))?.key ?? "esp32-meter.rejected.not-a-number";
