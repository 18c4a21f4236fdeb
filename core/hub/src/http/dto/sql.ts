import { type Static, Type } from "@vatio/plugin-api";
import { closed } from "./parts.js";

/** A statement of an administrator. */
export const SqlBody = Type.Object(
  {
    sql: Type.String({ minLength: 1, maxLength: 20_000, description: "One SELECT over the tables of /sql/schema" }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, default: 10_000, description: "Most rows" })),
  },
  closed,
);
export type SqlBody = Static<typeof SqlBody>;

/** The answer to a statement. */
export const SqlAnswerDto = Type.Object({
  columns: Type.Array(Type.Object({ name: Type.String(), type: Type.String({ description: "DuckDB's name of it" }) })),
  rows: Type.Array(
    Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]), {
      description: "Instants as ISO 8601; whole numbers beyond 2^53 as text",
    }),
  ),
  cut: Type.Optional(
    Type.Unsafe<"rows" | "bytes">({
      type: "string",
      enum: ["rows", "bytes"],
      description: "Why the answer is not complete; absent when it is",
    }),
  ),
  ms: Type.Number({ description: "Milliseconds that it took" }),
});
export type SqlAnswerDto = Static<typeof SqlAnswerDto>;

/** The tables that a statement may name. */
export const SqlSchemaDto = Type.Object({
  tables: Type.Array(
    Type.Object({
      name: Type.String(),
      about: Type.String(),
      example: Type.String({ description: "A statement to begin with" }),
      columns: Type.Array(
        Type.Object({
          name: Type.String(),
          type: Type.String(),
          about: Type.String(),
          unit: Type.Optional(Type.String()),
        }),
      ),
    }),
  ),
});
export type SqlSchemaDto = Static<typeof SqlSchemaDto>;
