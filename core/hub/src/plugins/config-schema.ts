import { type Text, type TSchema, text, VatioError } from "@vatio/plugin-api";
import { allErrors, type SchemaError } from "../schema-errors.js";
import { isRecord, type JsonSchema, plainSchema } from "./json-schema.js";

/** One setting that is wrong. */
export interface ConfigProblem {
  /** JSON pointer: `/broker/port`. */
  readonly path: string;
  /** For a log. */
  readonly message: string;
  /** For a person. */
  readonly text: Text;
}

/** Settings without secrets, and the secrets by name (`broker.password`); null takes one away. */
export interface SplitConfig {
  readonly config: unknown;
  readonly secrets: Readonly<Record<string, unknown>>;
}

/** Names of the secrets of a schema: paths with dots, of properties that carry `x-secret`. */
export function secretNames(schema: TSchema): readonly string[] {
  return secretsOf(plainSchema(schema), []).map(({ name }) => name);
}

/** Takes the secrets out of settings that a person sent. */
export function splitSecrets(schema: TSchema, config: unknown): SplitConfig {
  const names = new Set(secretNames(schema));
  const secrets: Record<string, unknown> = {};
  const strip = (value: unknown, path: readonly string[]): unknown => {
    if (!isRecord(value)) return value;
    const kept = Object.entries(value).filter(([key, inner]) => {
      const name = [...path, key].join(".");
      if (names.has(name)) secrets[name] = inner;
      return !names.has(name);
    });
    return Object.fromEntries(kept.map(([key, inner]) => [key, strip(inner, [...path, key])]));
  };
  return { config: strip(config, []), secrets };
}

/** Settings with the defaults of the schema filled in where nothing was said. Works on plain JSON Schema; the input stays as it is. */
export function withDefaults(schema: TSchema, config: unknown): unknown {
  return fill(plainSchema(schema), config);
}

/** Everything that is wrong with settings; unknown keys are. Secrets are not part of them. */
export function configProblems(schema: TSchema, config: unknown): readonly ConfigProblem[] {
  return allErrors(close(withoutSecrets(plainSchema(schema))), config).map(toProblem);
}

/** What is wrong with a secret that a person entered; undefined when nothing is, or when it is taken away. */
export function secretProblem(schema: TSchema, name: string, value: unknown): ConfigProblem | undefined {
  const secret = secretsOf(plainSchema(schema), []).find((entry) => entry.name === name);
  const path = `/${name.replaceAll(".", "/")}`;
  if (!secret) return toProblem({ keyword: "unknown", path, params: {}, message: "is not known" });
  if (value === null) return undefined;
  const first = allErrors({ type: "string", ...secret.schema } as TSchema, value)[0];
  return first && toProblem({ ...first, path });
}

/** The error that lists every bad setting. */
export function configInvalid(plugin: string, problems: readonly ConfigProblem[]): VatioError {
  const list = problems.map(({ path, message }) => `${path || "/"} ${message}`).join("; ");
  return new VatioError("E_CONFIG_INVALID", `The settings of ${plugin} are wrong: ${list}.`, { details: { problems } });
}

/**
 * Settings as the present version of a plugin understands them, one step after the other.
 * @throws E_CONFIG_INVALID when a newer version of the plugin wrote them
 */
export async function migrateConfig(
  stored: { readonly config: unknown; readonly version: number },
  version: number,
  step: ((config: unknown, fromVersion: number) => unknown) | undefined,
): Promise<unknown> {
  if (stored.version > version) {
    const message = `The settings have version ${stored.version}, but this version of the plugin knows only ${version}. Install the newer plugin again.`;
    throw new VatioError("E_CONFIG_INVALID", message, { details: { stored: stored.version, known: version } });
  }
  let config = stored.config;
  for (let from = stored.version; step && from < version; from++) config = await step(config, from);
  return config;
}

interface Secret {
  readonly name: string;
  readonly schema: JsonSchema;
}

function secretsOf(schema: JsonSchema, path: readonly string[]): readonly Secret[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const here = [...path, key];
    return inner["x-secret"] === true ? [{ name: here.join("."), schema: inner }] : secretsOf(inner, here);
  });
}

function withoutSecrets(schema: JsonSchema): JsonSchema {
  if (!schema.properties) return schema;
  const kept = Object.entries(schema.properties).filter(([, inner]) => inner["x-secret"] !== true);
  const names = new Set(kept.map(([key]) => key));
  return {
    ...schema,
    properties: Object.fromEntries(kept.map(([key, inner]) => [key, withoutSecrets(inner)])),
    required: (schema.required ?? []).filter((key) => names.has(key)),
  };
}

/** An object that does not say what else it may hold holds nothing else. */
function close(schema: JsonSchema): JsonSchema {
  const open = schema.additionalProperties !== undefined || schema.patternProperties !== undefined;
  return {
    ...schema,
    ...(schema.properties && { properties: mapValues(schema.properties, close) }),
    ...(schema.properties && !open && { additionalProperties: false }),
    ...(schema.items && { items: close(schema.items) }),
    ...(schema.anyOf && { anyOf: schema.anyOf.map(close) }),
    ...(schema.oneOf && { oneOf: schema.oneOf.map(close) }),
  };
}

function fill(schema: JsonSchema, value: unknown): unknown {
  if (value === undefined) {
    if (schema.default !== undefined) return fill(schema, structuredClone(schema.default));
    return undefined;
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item) => fill(items, item)) : value;
  }
  if (!isRecord(value)) return value;
  return fillObject(schema, value);
}

function fillObject(schema: JsonSchema, value: Readonly<Record<string, unknown>>): unknown {
  const filled: Record<string, unknown> = { ...value };
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    const implied = inner.type === "object" && schema.required?.includes(key) === true ? {} : undefined;
    const result = fill(inner, given ?? (inner.default === undefined ? implied : undefined));
    if (result !== undefined) filled[key] = given === null ? null : result;
  }
  return filled;
}

const mapValues = <T>(record: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

/** Keywords with a sentence of their own, and the parameter that it names. */
const SENTENCES: Readonly<Record<string, string>> = {
  unknown: "",
  required: "",
  type: "type",
  minimum: "limit",
  maximum: "limit",
  exclusiveMinimum: "limit",
  exclusiveMaximum: "limit",
  minLength: "limit",
  maxLength: "limit",
  minItems: "limit",
  maxItems: "limit",
  pattern: "pattern",
  format: "format",
  enum: "allowedValues",
  const: "allowedValue",
};

function toProblem({ keyword, path, params, message }: SchemaError): ConfigProblem {
  const name = SENTENCES[keyword];
  if (name === undefined) return { path, message, text: text("config.other", { problem: message }) };
  const value = name === "" ? undefined : params[name];
  const shown = Array.isArray(value) ? value.join(", ") : String(value);
  return {
    path,
    message,
    text: value === undefined ? text(`config.${keyword}`) : text(`config.${keyword}`, { [name]: shown }),
  };
}
