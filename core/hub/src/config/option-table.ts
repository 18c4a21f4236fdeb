import { BOOT_OPTIONS } from "./boot-options.js";

/** A row of the table of options in the operations manual. */
export interface OptionRow {
  readonly path: string;
  readonly variable: string;
  readonly default: string;
  readonly meaning: string;
}

function written(value: unknown): string {
  if (value === undefined) return "";
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** Every option with its variable, default and meaning. */
export const optionTable = (): readonly OptionRow[] =>
  BOOT_OPTIONS.map(({ path, variable, schema }) => ({
    path,
    variable,
    default: written(schema.default),
    meaning: schema.description ?? "",
  }));
