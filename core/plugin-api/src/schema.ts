import type { TSchema } from "typebox";

export { type Static, type TObject, type TSchema, Type } from "typebox";

/** Annotations of a config property beside those of JSON Schema; the settings form reads them. */
export interface FormAnnotations {
  /** Unit shown behind the field. */
  readonly "x-unit"?: string;
  /** Kept in the secret store, write-only: never sent back. */
  readonly "x-secret"?: boolean;
  /** Position in the form; lower is higher up. */
  readonly "x-order"?: number;
  /** Hidden until a person opens the advanced part. */
  readonly "x-advanced"?: boolean;
  /** Shown only while another property has this value. */
  readonly "x-show-if"?: { readonly property: string; readonly equals: string | number | boolean };
  /** The text is an IANA time zone; a form offers that of the site. */
  readonly "x-zone"?: boolean;
  /** Words of an enum's values, by value. */
  readonly "x-labels"?: Readonly<Record<string, string>>;
}

/** A schema with form annotations. */
export type AnnotatedSchema = TSchema & FormAnnotations;
