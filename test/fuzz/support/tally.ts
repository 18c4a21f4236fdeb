import process from "node:process";

/** What became of the inputs of one entry point. */
export class Tally {
  readonly name: string;
  inputs = 0;
  accepted = 0;
  readonly #rejected = new Map<string, number>();
  readonly #faults: string[] = [];
  readonly #counted = new Map<string, number>();
  readonly #startedAt = performance.now();
  #tookMs = 0;

  constructor(name: string) {
    this.name = name;
  }

  accept(): void {
    this.inputs++;
    this.accepted++;
  }

  reject(reason: string): void {
    this.inputs++;
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + 1);
  }

  /** What the hub counted meanwhile, where one input may be counted under several names. */
  counted(counts: ReadonlyMap<string, number>): void {
    for (const [reason, count] of counts) this.#counted.set(reason, count);
  }

  /** Everything is in. */
  end(): void {
    this.#tookMs = performance.now() - this.#startedAt;
  }

  /** Notes what must not be; the first ones are enough to find it. */
  fault(what: string): void {
    if (this.#faults.length < MOST_FAULTS) this.#faults.push(what);
  }

  get faults(): readonly string[] {
    return this.#faults;
  }

  get rejected(): ReadonlyMap<string, number> {
    return this.#rejected;
  }

  /** `GET /api/v1/points/:id  10000 inputs, 120 accepted, rejected: E_INPUT_INVALID 5120, …  (2.1 s)` */
  line(): string {
    const took = (this.#tookMs / 1_000).toFixed(1);
    const counted = this.#counted.size > 0 ? `; counted: ${mostOf(this.#counted)}` : "";
    return `${this.name.padEnd(44)} ${this.inputs} inputs, ${this.accepted} accepted, rejected: ${mostOf(this.#rejected)}${counted} (${took} s)`;
  }
}

const SHOWN = 6;

function mostOf(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, SHOWN).map(([reason, count]) => `${reason} ${count}`);
  const rest = sorted.length > SHOWN ? [`${sorted.length - SHOWN} more reasons`] : [];
  return [...shown, ...rest].join(", ") || "none";
}

const MOST_FAULTS = 10;

/** Prints one line for each entry point, and what all of them took. */
export function printTallies(tallies: readonly Tally[]): void {
  const inputs = tallies.reduce((sum, tally) => sum + tally.inputs, 0);
  const { user, system } = process.cpuUsage();
  const total = `${inputs} inputs in all; this file took ${((user + system) / 1e6).toFixed(0)} s of processor time`;
  process.stdout.write(`\n${[...tallies.map((tally) => tally.line()), total].join("\n")}\n`);
}
