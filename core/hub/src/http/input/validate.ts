import { type TSchema, VatioError } from "@vatio/plugin-api";
import { Compile, type Validator } from "typebox/compile";
import { Settings } from "typebox/system";

/** A bad place of an input. */
export interface BadPath {
  /** JSON pointer, beginning with the part of the request: `/query/from`, `/body/name`. */
  readonly path: string;
  readonly problem: string;
}

// Schemas are constants; compiling one takes longer than checking a thousand values.
const validators = new WeakMap<TSchema, Validator>();

function validatorOf(schema: TSchema): Validator {
  const known = validators.get(schema);
  if (known) return known;
  const made = Compile(schema);
  validators.set(schema, made);
  return made;
}

const MOST_ERRORS = 100;

/** Every bad place of a value; none when it fits. */
export function badPaths(schema: TSchema, value: unknown, root: string): readonly BadPath[] {
  const validator = validatorOf(schema);
  if (validator.Check(value)) return [];
  const found = allErrors(validator, value).flatMap((error) => describe(error, root));
  const unique = new Map(found.map((entry) => [`${entry.path} ${entry.problem}`, entry]));
  return [...unique.values()];
}

type SchemaError = ReturnType<Validator["Errors"]>[number];

/** The library stops at eight unless told otherwise, and can only be told for the whole process. */
function allErrors(validator: Validator, value: unknown): readonly SchemaError[] {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: MOST_ERRORS });
  try {
    return validator.Errors(value);
  } finally {
    Settings.Set({ maxErrors });
  }
}

function describe(error: SchemaError, root: string): BadPath[] {
  const path = root + error.instancePath;
  if (error.keyword === "required")
    return error.params.requiredProperties.map((name) => ({
      path: `${path}/${pointer(name)}`,
      problem: "is required",
    }));
  if (error.keyword === "boolean") return [{ path, problem: "is not known here" }];
  // Says again what each unknown property said for itself.
  if (error.keyword === "additionalProperties") return [];
  if (error.keyword === "enum") return [{ path, problem: `must be one of ${error.params.allowedValues.join(", ")}` }];
  return [{ path, problem: error.message }];
}

/** RFC 6901. */
const pointer = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** The error for bad places. */
export function inputInvalid(paths: readonly BadPath[]): VatioError {
  const list = paths
    .slice(0, 5)
    .map(({ path, problem }) => `${path} ${problem}`)
    .join("; ");
  const rest = paths.length > 5 ? `; and ${paths.length - 5} more` : "";
  return new VatioError("E_INPUT_INVALID", `The request cannot be used: ${list}${rest}.`, { details: { paths } });
}
