import type { VatioEvent } from "@vatio/plugin-api";
import { matchesPattern } from "./patterns.js";

/** Keys kept for each type: whoever makes up keys must not grow the table without end. */
const KEYS_PER_TYPE = 10_000;

/** The newest event of each key, for those who subscribe later. */
export class RetainedEvents {
  readonly #types = new Map<string, Map<string, VatioEvent>>();

  keep(key: string, event: VatioEvent): void {
    const events = this.#types.get(event.type) ?? new Map<string, VatioEvent>();
    this.#types.set(event.type, events);
    events.delete(key);
    if (events.size >= KEYS_PER_TYPE) events.delete(events.keys().next().value ?? "");
    events.set(key, event);
  }

  /** Retained events whose type matches, in order of `seq`. */
  matching(pattern: string): readonly VatioEvent[] {
    const found = [...this.#types].filter(([type]) => matchesPattern(pattern, type));
    return found.flatMap(([, events]) => [...events.values()]).sort((a, b) => a.seq - b.seq);
  }

  /** Forgets what is kept under a key, of the types that are asked for. */
  forget(key: string, isMeant: (type: string) => boolean): void {
    for (const [type, events] of this.#types) if (isMeant(type)) events.delete(key);
  }

  /** Forgets every event of a type. */
  delete(type: string): void {
    this.#types.delete(type);
  }
}
