import type { TSchema } from "@vatio/plugin-api";
import { BootSchema } from "./boot-schema.js";

/** One option of the hub: a leaf of the schema. */
export interface BootOption {
  /** Keys from the top, joined by dots: `http.port`. */
  readonly path: string;
  /** Environment variable with the same meaning: `VATIO_HTTP_PORT`. */
  readonly variable: string;
  readonly schema: LeafSchema;
}

/** What the code reads of a leaf's JSON Schema. */
export interface LeafSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly "x-path"?: boolean;
  readonly "x-secret"?: boolean;
}

type Section = { readonly properties?: Readonly<Record<string, TSchema>> };

const variableOf = (path: string): string =>
  `VATIO_${path
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .replaceAll(".", "_")
    .toUpperCase()}`;

function leaves(schema: TSchema, prefix: string): BootOption[] {
  return Object.entries((schema as Section).properties ?? {}).flatMap(([key, child]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if ((child as Section).properties) return leaves(child, path);
    return [{ path, variable: variableOf(path), schema: child as LeafSchema }];
  });
}

/** Every option, in the order of the schema. */
export const BOOT_OPTIONS: readonly BootOption[] = leaves(BootSchema, "");

const BY_PATH = new Map(BOOT_OPTIONS.map((option) => [option.path, option]));

/** The option at a path. */
export const optionAt = (path: string): BootOption | undefined => BY_PATH.get(path);

/** Whether a path names a section that holds options. */
export const isSection = (path: string): boolean => BOOT_OPTIONS.some((option) => option.path.startsWith(`${path}.`));

/** Keys that a section may hold; "" is the top. */
export function keysOf(path: string): readonly string[] {
  const prefix = path === "" ? "" : `${path}.`;
  const below = BOOT_OPTIONS.filter((option) => option.path.startsWith(prefix));
  return [...new Set(below.map((option) => option.path.slice(prefix.length).split(".")[0] ?? ""))];
}
