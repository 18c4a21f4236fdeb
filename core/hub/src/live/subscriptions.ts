import { type LogLevel, VatioError } from "@vatio/plugin-api";
import { matchesPattern } from "./event-access.js";

/** What one client may ask for in all. Each element of a page subscribes on its own. */
export const SUBSCRIPTION_LIMITS = {
  subscriptions: 500,
  targets: 5_000,
  events: 1_000,
} as const;

/** What a client wants, under an id of its own. */
export interface Subscription {
  /** Points and channels. */
  readonly targets: ReadonlySet<string>;
  /** Names and patterns of events. */
  readonly events: readonly string[];
  /** Log lines of this level and worse. */
  readonly logs?: LogLevel | undefined;
}

/** Targets that begin and end to matter by a change. */
export interface TargetChange {
  readonly begun: readonly string[];
  readonly ended: readonly string[];
}

const NOTHING: Subscription = { targets: new Set(), events: [] };
const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** The subscriptions of one client, and what they come to. */
export class Subscriptions {
  readonly #byId = new Map<number, Subscription>();
  readonly #targets = new Map<string, number>();
  readonly #events = new Map<string, number>();

  entries(): readonly (readonly [number, Subscription])[] {
    return [...this.#byId];
  }

  /** Puts a subscription in the place of the one with its id; undefined takes it away. */
  replace(id: number, subscription: Subscription | undefined): TargetChange {
    const before = this.#byId.get(id) ?? NOTHING;
    const after = subscription ?? NOTHING;
    if (subscription) this.#byId.set(id, subscription);
    else this.#byId.delete(id);
    const begun = [...after.targets].filter((target) => count(this.#targets, target, 1) === 1);
    const ended = [...before.targets].filter((target) => count(this.#targets, target, -1) === 0);
    for (const event of after.events) count(this.#events, event, 1);
    for (const event of before.events) count(this.#events, event, -1);
    return { begun, ended };
  }

  /** @throws E_SUBSCRIPTION_INVALID when one more would be too many */
  requireRoom(id: number, targets: number, events: number): void {
    const before = this.#byId.get(id) ?? NOTHING;
    const isNew = !this.#byId.has(id);
    if (isNew && this.#byId.size >= SUBSCRIPTION_LIMITS.subscriptions) throw tooMany("subscriptions");
    if (sum(this.#targets) - before.targets.size + targets > SUBSCRIPTION_LIMITS.targets) throw tooMany("targets");
    if (sum(this.#events) - before.events.length + events > SUBSCRIPTION_LIMITS.events) throw tooMany("events");
  }

  wantsEvent(type: string): boolean {
    return [...this.#events.keys()].some((pattern) => matchesPattern(pattern, type));
  }

  wantsLog(level: LogLevel): boolean {
    const rank = LEVELS.indexOf(level);
    return [...this.#byId.values()].some(({ logs }) => logs !== undefined && LEVELS.indexOf(logs) <= rank);
  }
}

/** Counts up or down and says what it came to; what is not there any more is forgotten. */
function count(counts: Map<string, number>, key: string, by: number): number {
  const now = (counts.get(key) ?? 0) + by;
  if (now > 0) counts.set(key, now);
  else counts.delete(key);
  return now;
}

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, each) => all + each, 0);

function tooMany(what: keyof typeof SUBSCRIPTION_LIMITS): VatioError {
  const most = SUBSCRIPTION_LIMITS[what];
  const message = `One connection takes at most ${most} ${what}. Unsubscribe from some first.`;
  return new VatioError("E_SUBSCRIPTION_INVALID", message, { details: { most } });
}
