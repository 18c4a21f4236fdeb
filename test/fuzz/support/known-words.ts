import { examples } from "../../../core/hub/src/http/openapi/examples.js";
import type { Words } from "./from-schema.js";
import type { KnownIds } from "./world.js";

/**
 * Words that mean something to the hub: for a property its name (`zone`), for a parameter of a path the path and its name
 * (`/api/v1/points/:id id`).
 */
export function wordsOf(ids: KnownIds): Words {
  const properties: Readonly<Record<string, readonly unknown[]>> = {
    target: [...ids.points, ...ids.channels],
    targets: [...ids.points, ...ids.channels],
    site: [ids.site],
    point: ids.points,
    parent: ids.points,
    device: ids.devices,
    channel: ids.channels,
    metrics: ["power_w", "energy_import_wh", "voltage_v"],
    zone: ["Europe/Madrid", "America/Mexico_City", "Mars/Base"],
    cursor: ["", "0"],
  };
  const parameters = parametersOf(ids);
  return (name) => {
    const [path = "", parameter] = name.split(" ");
    if (parameter === undefined) return properties[name] ?? EXAMPLE_WORDS.get(name) ?? [];
    const rule = parameters.find(([part, only]) => path.includes(part) && (only ?? parameter) === parameter);
    return rule?.[2] ?? [];
  };
}

type Rule = readonly [path: string, parameter: string | undefined, words: readonly string[]];

/** The first that fits: a part of the path, and the parameter where there are several. */
const parametersOf = (ids: KnownIds): readonly Rule[] => [
  ["/plugins/", "message", ["1"]],
  ["/plugins/", "file", ["index.js"]],
  ["/plugins/", undefined, ["shelly", "esp32-meter"]],
  ["/devices/", undefined, ids.devices],
  ["/backfill/", undefined, ids.devices],
  ["/points/", undefined, ids.points],
  ["/sites/", undefined, [ids.site]],
  ["/tokens/", undefined, ids.tokens],
  ["/credentials/", undefined, ids.credentials],
  ["/commands/", undefined, ["switch.set", "shelly.reboot", "hub.backup"]],
  ["/settings/", undefined, ["log.level"]],
  ["/messages/", undefined, ["es", "en", "xx"]],
  ["/docs/", undefined, ["docs.css", "docs.js"]],
];

/** What each property has in the examples of the API. */
const EXAMPLE_WORDS = new Map<string, unknown[]>();
collect(examples, "");

function collect(value: unknown, name: string): void {
  if (Array.isArray(value)) for (const entry of value) collect(entry, name);
  else if (typeof value === "object" && value !== null)
    for (const [key, entry] of Object.entries(value)) collect(entry, key);
  else EXAMPLE_WORDS.set(name, [...(EXAMPLE_WORDS.get(name) ?? []), value]);
}
