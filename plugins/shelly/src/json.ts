import { type Text, text } from "@vatio/plugin-api";

/** A parsed JSON object of which nothing else is known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Largest payload that is looked at, in bytes. The longest answer of a real device (a whole configuration) has about 15 kB. */
export const MAX_PAYLOAD_BYTES = 262_144;

/** A parsed payload, or why it is none. */
export type ParsedObject = { readonly object: JsonObject } | { readonly object?: undefined; readonly reason: Text };

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Whether a value is a JSON object: not null, not an array. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The text of a payload; undefined when the bytes are not UTF-8. */
export function textOf(payload: Uint8Array): string | undefined {
  try {
    return utf8.decode(payload);
  } catch {
    return undefined;
  }
}

/** A payload as a JSON object. Never throws. */
export function parseObject(payload: Uint8Array): ParsedObject {
  if (payload.byteLength > MAX_PAYLOAD_BYTES) {
    return { reason: text("shelly.rejected.too-large", { bytes: payload.byteLength }) };
  }
  const written = textOf(payload);
  if (written === undefined) return { reason: text("shelly.rejected.not-text") };
  return parseJsonText(written);
}

function parseJsonText(written: string): ParsedObject {
  try {
    const value: unknown = JSON.parse(written);
    return isObject(value) ? { object: value } : { reason: text("shelly.rejected.not-an-object") };
  } catch {
    return { reason: foreignText(written) };
  }
}

function foreignText(written: string): Text {
  if (written.startsWith("timestamp,")) return text("shelly.rejected.em-history");
  if (/^WWW-Authenticate:/i.test(written)) return text("shelly.rejected.http-challenge");
  return text("shelly.rejected.not-json");
}

/** A piece of a payload, short enough for a message. */
export const excerpt = (value: unknown): string => String(value).slice(0, 60);
