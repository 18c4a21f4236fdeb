import type { TSchema } from "@vatio/plugin-api";
import { Settings } from "typebox/system";
import { Value } from "typebox/value";

/** More errors than any form has fields. */
const MAX_ERRORS = 1_000;

/** One thing that is wrong with a value. */
export interface SchemaError {
  readonly keyword: string;
  /** JSON pointer into the value (RFC 6901); empty for the value as a whole. */
  readonly path: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** Everything that is wrong with a value: the library stops after eight errors unless told otherwise. */
export function allErrors(schema: TSchema, value: unknown): readonly SchemaError[] {
  const before = Settings.Get().maxErrors;
  Settings.Set({ maxErrors: MAX_ERRORS });
  try {
    return withoutNoise(Value.Errors(schema, value)).flatMap(expand);
  } finally {
    Settings.Set({ maxErrors: before });
  }
}

type RawError = ReturnType<typeof Value.Errors>[number];

/** An unknown key is reported at its own path; and of a union, that nothing of it fits says enough. */
function withoutNoise(errors: readonly RawError[]): readonly RawError[] {
  const unions = errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf").map(branchesOf);
  return errors.filter(
    (error) =>
      error.keyword !== "additionalProperties" && !unions.some((branch) => error.schemaPath.startsWith(branch)),
  );
}

const branchesOf = ({ schemaPath, keyword }: RawError): string => `${schemaPath}/${keyword}/`;

function expand(error: RawError): SchemaError[] {
  const params = error.params as Readonly<Record<string, unknown>>;
  const base = { keyword: error.keyword, params, message: error.message };
  if (error.keyword === "boolean") {
    return [{ ...base, keyword: "unknown", path: error.instancePath, message: "is not known" }];
  }
  const missing = error.keyword === "required" ? params.requiredProperties : undefined;
  if (!Array.isArray(missing)) return [{ ...base, path: error.instancePath }];
  return missing.map((name) => ({
    ...base,
    path: `${error.instancePath}/${escapePointer(String(name))}`,
    message: "is missing",
  }));
}

const escapePointer = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");
