import type { World } from "./world.js";

/** Counters of one part of the hub by `name reason`. */
export function countsOf({ hub }: World, scope: string): Map<string, number> {
  const own = hub.parts.counters.snapshot().filter((entry) => entry.scope === scope);
  return new Map(own.map(({ name, reason, count }) => [`${name} ${reason}`, count]));
}

/** What was counted since. */
export function difference(
  after: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): Map<string, number> {
  const since = [...after].map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const);
  return new Map(since.filter(([, count]) => count !== 0));
}
