import { type TSchema, VatioError } from "@vatio/plugin-api";
import { Compile, type Validator } from "typebox/compile";
import { allErrors, type SchemaError } from "./schema-errors.js";

/** A bad place of an input. */
export interface BadPath {
  /** JSON pointer (RFC 6901); of a request it begins with the part: `/query/from`, `/body/name`. */
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

/**
 * Every bad place of a value; none when it fits.
 * @param root comes before each path
 */
export function badPaths(schema: TSchema, value: unknown, root = ""): readonly BadPath[] {
  if (validatorOf(schema).Check(value)) return [];
  const found = allErrors(schema, value).map((error) => ({ path: root + error.path, problem: problemOf(error) }));
  const unique = new Map(found.map((entry) => [`${entry.path} ${entry.problem}`, entry]));
  return [...unique.values()];
}

function problemOf({ keyword, params, message }: SchemaError): string {
  if (keyword === "required") return "is required";
  if (keyword === "unknown") return "is not known here";
  if (keyword === "enum" && Array.isArray(params.allowedValues)) {
    return `must be one of ${params.allowedValues.join(", ")}`;
  }
  return message;
}

const SHOWN = 5;

/** The first bad places as part of a sentence: `/name is required; and 3 more`. */
export function listBadPaths(paths: readonly BadPath[]): string {
  const list = paths.slice(0, SHOWN).map(({ path, problem }) => `${path || "/"} ${problem}`);
  const rest = paths.length > SHOWN ? `; and ${paths.length - SHOWN} more` : "";
  return list.join("; ") + rest;
}

/**
 * The error for an input with bad places: all of them in `details.paths`.
 * @param what begins the sentence: "The request", "The input of switch.set"
 */
export function inputInvalid(what: string, paths: readonly BadPath[], details: object = {}): VatioError {
  const message = `${what} cannot be used: ${listBadPaths(paths)}.`;
  return new VatioError("E_INPUT_INVALID", message, { details: { ...details, paths } });
}
