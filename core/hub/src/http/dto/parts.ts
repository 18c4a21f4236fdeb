import { Type } from "@vatio/plugin-api";

// What many shapes are made of.

/** An instant. */
export const at = Type.Number({ description: "Milliseconds since the Unix epoch, UTC" });

/** An opaque id. */
export const id = Type.String({ minLength: 1, maxLength: 512 });

/** For input: unknown properties are refused. */
export const closed = { additionalProperties: false } as const;

/** One of these words. */
export const literals = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>({ type: "string", enum: [...values] });
