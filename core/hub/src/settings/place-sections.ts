import { isRegion, isZone } from "@vatio/model";
import { type Json, type Point, type PointId, type Site, type SiteId, type Static, Type } from "@vatio/plugin-api";
import type { DeviceRegistry, PointChange, PointRegistry, SiteRegistry } from "../registry/types.js";
import type { DocumentProblem, SectionReport, SettingsSection } from "./settings-document.js";

const closed = { additionalProperties: false } as const;
const id = Type.String({ minLength: 1, maxLength: 512 });
const label = Type.String({ minLength: 1, maxLength: 100 });

const SiteEntry = Type.Object(
  {
    id,
    name: label,
    zone: Type.String({ minLength: 1, maxLength: 64 }),
    currency: Type.String({ pattern: "^[A-Z]{3}$" }),
    language: Type.Enum(["es", "en"]),
    region: Type.String({ minLength: 2, maxLength: 35 }),
    nominalVoltage: Type.Number({ minimum: 50, maximum: 1000 }),
    phases: Type.Enum([1, 3]),
  },
  closed,
);

const PointEntry = Type.Object(
  {
    id,
    name: label,
    role: Type.Enum(["grid", "generation", "storage", "circuit", "load", "motor"]),
    parent: Type.Optional(id),
    location: Type.Optional(Type.String({ maxLength: 100 })),
    icon: Type.Optional(Type.String({ maxLength: 40 })),
    powerCeiling: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1e9 })),
    protected: Type.Boolean(),
    color: Type.Integer({ minimum: 0, maximum: 100_000 }),
  },
  closed,
);

const DeviceEntry = Type.Object({ id, name: label }, closed);

/** What the document holds of an object, always in the same order: two exports of the same home are the same text. */
const inOrder = (entry: { readonly properties: object }, value: object): { [key: string]: Json } =>
  Object.fromEntries(
    Object.keys(entry.properties).flatMap((key) => {
      const part = (value as Readonly<Record<string, Json | undefined>>)[key];
      return part === undefined ? [] : [[key, part]];
    }),
  );

/** Applies entries one by one; those that are not known here are left out and named. */
async function applyEach<T extends { readonly id: string }>(
  entries: readonly T[],
  known: (id: string) => boolean,
  apply: (entry: T) => Promise<unknown>,
): Promise<SectionReport> {
  const skipped: string[] = [];
  for (const entry of entries) {
    if (known(entry.id)) await apply(entry);
    else skipped.push(`${entry.id} is not known here`);
  }
  return { applied: entries.length - skipped.length, skipped };
}

const entriesOf = <T>(value: Json): readonly T[] => value as unknown as readonly T[];

/** Sites. A hub with one site takes a document with one site over, whatever its id. */
export function sitesSection(sites: SiteRegistry): SettingsSection {
  const target = (entry: Site, all: readonly Site[]): SiteId | undefined => {
    if (sites.get(entry.id)) return entry.id;
    return all.length === 1 && sites.list().length === 1 ? sites.first()?.id : undefined;
  };
  return {
    name: "sites",
    schema: Type.Array(SiteEntry, { maxItems: 1_000 }),
    read: () => sites.list().map((site) => inOrder(SiteEntry, site)),
    problems: (value) =>
      entriesOf<Site>(value).flatMap(({ zone, region }, index) => [
        ...(isZone(zone) ? [] : [{ path: `${index}/zone`, problem: "is not a time zone such as Europe/Madrid" }]),
        ...(isRegion(region) ? [] : [{ path: `${index}/region`, problem: "is not a tag such as es-MX" }]),
      ]),
    apply: (_actor, value) => {
      const entries = entriesOf<Site>(value);
      return applyEach(
        entries,
        (wanted) => entries.some((entry) => entry.id === wanted && target(entry, entries) !== undefined),
        async (entry) => {
          const { id: _id, ...change } = entry;
          const found = target(entry, entries);
          if (found) await sites.update(found, change);
        },
      );
    },
  };
}

type PointEntries = readonly Omit<Point, "site">[];

/** Parents that do not exist, and circles: found before anything is changed. */
function treeProblems(entries: PointEntries, points: PointRegistry): readonly DocumentProblem[] {
  const parents = new Map(points.list().map((point) => [point.id, point.parent]));
  for (const { id: point, parent } of entries) if (parents.has(point)) parents.set(point, parent);
  const below = (point: PointId): boolean => {
    const seen = new Set<PointId>();
    for (let above = parents.get(point); above !== undefined && !seen.has(above); above = parents.get(above)) {
      if (above === point) return true;
      seen.add(above);
    }
    return false;
  };
  return entries.flatMap(({ id: point, parent }, index) => {
    if (parent !== undefined && parents.has(point) && !parents.has(parent))
      return [{ path: `${index}/parent`, problem: "is not known here" }];
    return below(point) ? [{ path: `${index}/parent`, problem: "puts the point below itself" }] : [];
  });
}

/** Names, roles and tree of points. Which channel measured them when is history, and stays. */
export function pointsSection(points: PointRegistry): SettingsSection {
  const isKnown = (wanted: string): boolean => points.get(wanted as PointId) !== undefined;
  return {
    name: "points",
    schema: Type.Array(PointEntry, { maxItems: 10_000 }),
    read: () => points.list().map((point) => inOrder(PointEntry, point)),
    problems: (value) => treeProblems(entriesOf(value), points),
    async apply(_actor, value) {
      const entries: PointEntries = entriesOf(value);
      // On the way from one tree to another, point by point, there could be a circle: what moves is taken out first.
      for (const { id: point, parent } of entries) {
        const old = points.get(point)?.parent;
        if (old !== undefined && old !== parent) await points.update(point, removing("parent"));
      }
      return applyEach(entries, isKnown, ({ id: point, ...change }) =>
        points.update(point, { ...removing("parent", "location", "icon", "powerCeiling"), ...change }),
      );
    },
  };
}

/** A change that takes properties away: the registry takes an undefined property as just that. */
const removing = (...keys: readonly string[]): PointChange => Object.fromEntries(keys.map((key) => [key, undefined]));

/** Names of devices. */
export function devicesSection(devices: DeviceRegistry): SettingsSection {
  const accepted = () => devices.list().filter(({ state }) => state === "active" || state === "inactive");
  return {
    name: "devices",
    schema: Type.Array(DeviceEntry, { maxItems: 10_000 }),
    read: () => accepted().map(({ id: device, name }) => ({ id: device, name })),
    apply: (_actor, value) =>
      applyEach(
        entriesOf<Static<typeof DeviceEntry>>(value),
        (wanted) => accepted().some((device) => device.id === wanted),
        ({ id: device, name }) => devices.rename(device as Parameters<DeviceRegistry["rename"]>[0], name),
      ),
  };
}
