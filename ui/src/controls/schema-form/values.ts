import { type FormSchema, isRecord } from "./form-schema.js";

/** Where a value stands: names of properties and numbers of rows. */
export type ValuePath = readonly (string | number)[];

/** The value at a path; undefined where there is none. */
export function getAt(value: unknown, path: ValuePath): unknown {
  let found = value;
  for (const step of path) {
    if (Array.isArray(found)) found = found[Number(step)];
    else if (isRecord(found) && Object.hasOwn(found, step)) found = found[step];
    else return undefined;
  }
  return found;
}

/** A copy with another value at a path; undefined takes a property away. Objects on the way are made. */
export function setAt(value: unknown, path: ValuePath, next: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return next;
  if (Array.isArray(value)) return value.map((item, index) => (index === step ? setAt(item, rest, next) : item));
  const record: Record<string, unknown> = isRecord(value) ? { ...value } : {};
  const inner = setAt(Object.hasOwn(record, step) ? record[step] : undefined, rest, next);
  if (inner === undefined) delete record[step];
  else Object.defineProperty(record, step, { value: inner, enumerable: true, configurable: true, writable: true });
  return record;
}

/** JSON pointer of a path (RFC 6901): `/broker/port`. */
export const pointerOf = (path: ValuePath): string =>
  path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** Whether two JSON values are the same; the order of properties does not count, one that is undefined is absent. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  if (!isRecord(a) || !isRecord(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => isSame(a[key], b[key]));
}

/** A value with the defaults of its schema where nothing is said, as the hub will complete it. */
export function withDefaults(schema: FormSchema, value: unknown): unknown {
  if (value === undefined) return schema.default === undefined ? undefined : withDefaults(schema, schema.default);
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item) => withDefaults(items, item)) : value;
  }
  return isRecord(value) ? completed(schema, value) : value;
}

function completed(schema: FormSchema, value: Readonly<Record<string, unknown>>): unknown {
  const filled: Record<string, unknown> = { ...value };
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    const result = withDefaults(inner, given ?? impliedBy(schema, key));
    if (result !== undefined) filled[key] = given === null ? null : result;
  }
  return filled;
}

/** An object that must be there is empty when nothing is said, so that its own defaults hold. */
function impliedBy(schema: FormSchema, key: string): unknown {
  const inner = schema.properties?.[key];
  const isImplied = inner?.type === "object" && inner.default === undefined && schema.required?.includes(key);
  return isImplied ? {} : undefined;
}

/**
 * What is sent: the edited value without the defaults that nobody chose, so that a better default of a later version
 * reaches those who never touched it.
 * @param chosen what was stored before, without defaults
 */
export function withoutDefaults(schema: FormSchema, edited: unknown, chosen: unknown): unknown {
  if (!isRecord(edited) || !schema.properties) return edited;
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(edited)) {
    const inner = schema.properties[key];
    const before = isRecord(chosen) && Object.hasOwn(chosen, key) ? chosen[key] : undefined;
    if (inner && before === undefined && isSame(value, withDefaults(inner, undefined))) continue;
    const result = inner ? withoutDefaults(inner, value, before) : value;
    const isEmptyGroup =
      inner?.type === "object" && before === undefined && isRecord(result) && Object.keys(result).length === 0;
    if (result !== undefined && !isEmptyGroup) kept[key] = result;
  }
  return kept;
}
