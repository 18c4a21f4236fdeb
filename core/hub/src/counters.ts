/** One counter: how often something was dropped, retried or refused, and why. */
export interface CounterEntry {
  /** Part of the hub (`mqtt`, `store`, `http`) or `plugin:<id>`. */
  readonly scope: string;
  readonly name: string;
  readonly reason: string;
  readonly count: number;
}

/** Most distinct reasons that one scope may use: a hostile input must not grow the table without end. */
const REASONS_PER_SCOPE = 500;

/** Every counter of the hub: every queue, drop, retry and rejection has one, with a reason. */
export class CounterTable {
  readonly #counts = new Map<string, Map<string, { name: string; reason: string; count: number }>>();

  add(scope: string, name: string, reason: string, by = 1): void {
    const entries = this.#entriesOf(scope);
    const key = `${name}\n${reason}`;
    const known = entries.get(key);
    if (known) known.count += by;
    else if (entries.size < REASONS_PER_SCOPE || reason === "other") entries.set(key, { name, reason, count: by });
    else this.add(scope, name, "other", by);
  }

  #entriesOf(scope: string): Map<string, { name: string; reason: string; count: number }> {
    const known = this.#counts.get(scope);
    if (known) return known;
    const made = new Map<string, { name: string; reason: string; count: number }>();
    this.#counts.set(scope, made);
    return made;
  }

  /** A recorder bound to one scope. */
  scoped(scope: string): { add(name: string, reason: string, by?: number): void } {
    return { add: (name, reason, by) => this.add(scope, name, reason, by) };
  }

  get(scope: string, name: string, reason?: string): number {
    let sum = 0;
    for (const entry of this.#counts.get(scope)?.values() ?? []) {
      if (entry.name === name && (reason === undefined || entry.reason === reason)) sum += entry.count;
    }
    return sum;
  }

  snapshot(): readonly CounterEntry[] {
    return [...this.#counts].flatMap(([scope, entries]) => [...entries.values()].map((entry) => ({ scope, ...entry })));
  }
}
