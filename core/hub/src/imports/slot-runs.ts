import { SLOT_MS } from "@vatio/model";
import type { SlotRun } from "./types.js";

/** Runs in order, apart from each other, that cover what any of these do. */
export function unionRuns(runs: readonly SlotRun[]): readonly SlotRun[] {
  const sorted = runs.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from);
  const union: { from: number; to: number }[] = [];
  for (const { from, to } of sorted) {
    const last = union.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else union.push({ from, to });
  }
  return union;
}

/** What is left of runs without others. Both in order and apart from each other. */
export function subtractRuns(runs: readonly SlotRun[], without: readonly SlotRun[]): readonly SlotRun[] {
  const left: SlotRun[] = [];
  let next = 0;
  for (const run of runs) {
    let from = run.from;
    while (next > 0 && (without[next - 1]?.to ?? 0) > from) next -= 1;
    for (; next < without.length && (without[next]?.from ?? 0) < run.to; next += 1) {
      const cut = without[next] as SlotRun;
      if (cut.from > from) left.push({ from, to: cut.from });
      from = Math.max(from, cut.to);
    }
    if (from < run.to) left.push({ from, to: run.to });
  }
  return left;
}

/** What runs have in common. Both in order and apart from each other. */
export const intersectRuns = (runs: readonly SlotRun[], others: readonly SlotRun[]): readonly SlotRun[] =>
  subtractRuns(runs, subtractRuns(runs, others));

/** Number of slots. */
export const slotCount = (runs: readonly SlotRun[]): number => runs.reduce((sum, { from, to }) => sum + to - from, 0);

/** Runs that wait before they are brought in order. */
const PACK_AT = 10_000;

/** Gathers the slots that rows tell something about, in whatever order they come. */
export class CoveredSlots {
  #runs: readonly SlotRun[] = [];
  #fresh: SlotRun[] = [];
  #last: { from: number; to: number } | undefined;

  /** Adds a span in ms; one without length is in the slot that it lies in. */
  add(from: number, to: number): void {
    const first = Math.floor(from / SLOT_MS);
    const end = Math.max(Math.ceil(to / SLOT_MS), first + 1);
    const last = this.#last;
    if (last && first <= last.to && end >= last.from) {
      last.from = Math.min(last.from, first);
      last.to = Math.max(last.to, end);
      return;
    }
    this.#last = { from: first, to: end };
    this.#fresh.push(this.#last);
    if (this.#fresh.length >= PACK_AT) this.runs();
  }

  /** All slots, in order and apart from each other. */
  runs(): readonly SlotRun[] {
    if (this.#fresh.length > 0) this.#runs = unionRuns([...this.#runs, ...this.#fresh]);
    this.#fresh = [];
    this.#last = undefined;
    return this.#runs;
  }
}

/** From the first slot of runs to the last; undefined without any. In order. */
export function hullOf(runs: readonly SlotRun[]): SlotRun | undefined {
  const [first] = runs;
  const last = runs.at(-1);
  return first && last && { from: first.from, to: last.to };
}
