import { Type } from "@vatio/plugin-api";
import { expect, it } from "vitest";
import { schemaWords } from "../../src/http/openapi/schema-words.js";

it.each([
  [Type.Integer({ minimum: 1, maximum: 2000, default: 600 }), "integer from 1 to 2000; 600 when left out"],
  [Type.Number({ minimum: -8.64e15, maximum: 8.64e15 }), "number"],
  [
    Type.Array(Type.String({ maxLength: 63 }), { minItems: 1, maxItems: 32 }),
    "list of 1 to 32 × text of up to 63 characters",
  ],
  [Type.Unsafe({ type: "string", enum: ["es", "en"] }), "es | en"],
  [Type.Union([Type.Literal(1), Type.Null()]), "1 or null"],
  [Type.String({ pattern: "^[A-Z]{3}$" }), "text like ^[A-Z]{3}$"],
  [Type.Unknown(), "anything"],
])("%j in words", (schema, words) => {
  expect(schemaWords(schema)).toBe(words);
});
