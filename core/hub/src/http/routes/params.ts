import { type TSchema, Type } from "@vatio/plugin-api";

const id = Type.String({ minLength: 1, maxLength: 512, description: "Percent-encoded as one segment" });
const closed = { additionalProperties: false } as const;

/** The parameter `{id}` of a path. */
export const IdParams = Type.Object({ id }, closed);

/** A list in one query parameter, its items separated by commas. */
export const commaList = <T extends TSchema>(item: T, maxItems: number) =>
  Type.Array(item, { minItems: 1, maxItems, "x-comma": true });

/** An instant as a query parameter. */
export const instantParam = Type.Number({
  minimum: -8.64e15,
  maximum: 8.64e15,
  description: "Milliseconds since the Unix epoch, UTC",
});
