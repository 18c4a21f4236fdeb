import type { FormAnnotations } from "@vatio/plugin-api";

/** JSON Schema as it comes from the hub, with the annotations that the form reads. */
export interface FormSchema extends FormAnnotations {
  readonly type?: string | readonly string[];
  /** Words, or the key of a message. */
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, FormSchema>>;
  readonly required?: readonly string[];
  readonly items?: FormSchema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly FormSchema[];
  readonly oneOf?: readonly FormSchema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Whether a value is an object with named values, not an array. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What arrived as a schema; anything else asks for nothing. */
export const asSchema = (value: unknown): FormSchema => (isRecord(value) ? (value as FormSchema) : {});
