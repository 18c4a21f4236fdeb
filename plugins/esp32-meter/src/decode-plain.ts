import type { Text } from "@vatio/plugin-api";
import { decodeNumber } from "./decode-number.js";
import { limitProblem } from "./limits.js";
import type { PlainTopic } from "./plain-topics.js";

/** The value of a message in its stored unit, or why there is none. */
export type DecodedPlain = { readonly value: number; readonly refusal?: undefined } | { readonly refusal: Text };

/** Decodes one message of a plain-number topic. Never throws. */
export function decodePlain(plain: PlainTopic, payload: Uint8Array): DecodedPlain {
  const number = decodeNumber(payload, plain.shift);
  if (number.value === undefined) return { refusal: number.refusal };
  const refusal = limitProblem(plain.topic, number.value, plain);
  return refusal ? { refusal } : { value: number.value };
}
