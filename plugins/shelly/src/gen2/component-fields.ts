import { isObject, type JsonObject } from "../json.js";

/** A value of a component that the decoder uses. */
export type FieldValue = number | boolean | readonly string[];

/** Fields of a component by path (`apower`, `aenergy.total`): what is known after every payload so far. */
export type Fields = ReadonlyMap<string, FieldValue>;

/** The fields that a family of components has, with the type of each. */
export type FieldTypes = Readonly<Record<string, "number" | "boolean" | "list">>;

/** What one payload changes of a component. */
export interface Patch {
  readonly set: Fields;
  /** Paths that the device took away with `null`. */
  readonly removed: readonly string[];
  /** Paths whose value has the wrong type. */
  readonly bad: readonly string[];
}

const MOST_LIST_ENTRIES = 16;

/** Reads the fields of a family out of a component; what the family does not know is passed over. */
export function readPatch(component: JsonObject, types: FieldTypes): Patch {
  const set = new Map<string, FieldValue>();
  const removed: string[] = [];
  const bad: string[] = [];
  for (const [path, type] of Object.entries(types)) {
    const value = valueAt(component, path);
    if (value === undefined) continue;
    const field = value === null ? undefined : toField(value, type);
    if (value === null) removed.push(path);
    else if (field === undefined) bad.push(path);
    else set.set(path, field);
  }
  return { set, removed, bad };
}

/** The value at a path of one or two names: undefined when absent, null when it or its parent is null. */
function valueAt(component: JsonObject, path: string): unknown {
  const [name = "", inner] = path.split(".");
  const value = Object.hasOwn(component, name) ? component[name] : undefined;
  if (inner === undefined || value === null || value === undefined) return value;
  if (!isObject(value)) return Number.NaN;
  return Object.hasOwn(value, inner) ? value[inner] : undefined;
}

function toField(value: unknown, type: FieldTypes[string]): FieldValue | undefined {
  if (type === "number") return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  if (type === "boolean") return typeof value === "boolean" ? value : undefined;
  if (!Array.isArray(value)) return undefined;
  return value.filter((entry) => typeof entry === "string").slice(0, MOST_LIST_ENTRIES);
}

/** A component after a patch: a notification overlays what was known. A value that cannot be read is not known any more. */
export function applyPatch(before: Fields | undefined, patch: Patch): Fields {
  const after = new Map(before);
  for (const path of [...patch.removed, ...patch.bad]) after.delete(path);
  for (const [path, value] of patch.set) after.set(path, value);
  return after;
}

/** A number among fields. */
export function numberAt(fields: Fields, path: string): number | undefined {
  const value = fields.get(path);
  return typeof value === "number" ? value : undefined;
}

/** A list among fields; empty when absent. */
export function listAt(fields: Fields, path: string): readonly string[] {
  const value = fields.get(path);
  return Array.isArray(value) ? value : [];
}
