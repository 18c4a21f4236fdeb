import { type Static, Type } from "@vatio/plugin-api";
import { literals } from "./parts.js";

/** Words for a person: a message key with its parameters. */
export const TextDto = Type.Object({
  key: Type.String(),
  params: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))),
});
export type TextDto = Static<typeof TextDto>;

/** Every error. */
export const ErrorDto = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    retryable: Type.Boolean(),
    details: Type.Optional(Type.Unknown()),
  }),
});
export type ErrorDto = Static<typeof ErrorDto>;

/** A language of the interface. */
export const LanguageDto = literals(["es", "en"]);
export type LanguageDto = Static<typeof LanguageDto>;

/** Level of a log line. */
export const LogLevelDto = literals(["debug", "info", "warn", "error"]);
export type LogLevelDto = Static<typeof LogLevelDto>;
