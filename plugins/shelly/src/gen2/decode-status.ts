import { text } from "@vatio/plugin-api";
import { isObject, type JsonObject } from "../json.js";
import { type Decoded, ignored, joined, NOTHING, refused } from "../reading.js";
import { applyPatch, type Fields, readPatch } from "./component-fields.js";
import { FAMILIES, splitComponentKey } from "./families.js";

/** What is known of each component of a device, by key. */
export type ComponentStates = ReadonlyMap<string, Fields>;

/** Circumstances of a status. */
export interface StatusContext {
  /** What earlier payloads said. */
  readonly before: ComponentStates;
  /** What the payload replaces: everything known of the device, everything known of its components, or single fields. */
  readonly replaces: "device" | "components" | "fields";
  /** Whether a channel is known, from earlier runs, to have a register of returned energy. */
  readonly returns?: (channel: string) => boolean;
}

/** A decoded status, and what is known from now on. */
export interface DecodedStatus extends Decoded {
  readonly states: ComponentStates;
}

/** Most components of one device that are looked at. A power strip has 4, a Pro 3EM with an add-on about 10. */
const MOST_COMPONENTS = 64;

/**
 * Decodes the components of a status: the `params` of NotifyStatus and NotifyFullStatus, the result of Shelly.GetStatus,
 * or one component of a status topic under its key. Pure; never throws.
 */
export function decodeStatus(status: JsonObject, context: StatusContext): DecodedStatus {
  const states = new Map(context.before);
  const keys = Object.keys(status).filter((key) => FAMILIES.has(splitComponentKey(key)?.family ?? ""));
  const parts = keys.slice(0, MOST_COMPONENTS).map((key) => decodeComponent(key, status[key], states, context));
  if (keys.length > MOST_COMPONENTS) parts.push(refused(text("shelly.rejected.too-many", { components: keys.length })));
  if (keys.length === 0) parts.push(ignored(text("shelly.ignored.nothing-metered")));
  if (context.replaces === "device") forgetOthers(states, new Set(keys));
  return { ...joined(parts), states: new Map([...states].slice(0, MOST_COMPONENTS)) };
}

function decodeComponent(
  key: string,
  component: unknown,
  states: Map<string, Fields>,
  { replaces, returns }: StatusContext,
): Decoded {
  const { family = "", number = 0 } = splitComponentKey(key) ?? {};
  const reader = FAMILIES.get(family);
  if (reader === undefined) return NOTHING;
  if (component === null) {
    states.delete(key);
    return NOTHING;
  }
  if (!isObject(component)) return refused(text("shelly.rejected.field", { field: key }));
  const patch = readPatch(component, reader.fields);
  const known = applyPatch(replaces === "fields" ? states.get(key) : undefined, patch);
  states.set(key, known);
  const decoded = reader.decode({ key, number, patch, known, returns: returns?.(key) ?? false });
  const bad = patch.bad.map((path) => refused(text("shelly.rejected.field", { field: `${key}.${path}` })));
  return joined([decoded, ...bad]);
}

function forgetOthers(states: Map<string, Fields>, present: ReadonlySet<string>): void {
  for (const key of states.keys()) if (!present.has(key)) states.delete(key);
}
