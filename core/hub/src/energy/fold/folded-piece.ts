import type { MetricName } from "@vatio/plugin-api";
import type { ChannelFold, OpenRollups } from "./channel-fold.js";
import { type ChannelWork, FIRST_SLOT, type OpenSlots } from "./channel-work.js";
import type { ChannelWrites, Replaced, ReplacedRollups } from "./channel-writes.js";
import { type Checkpoint, DAY_MS } from "./checkpoints.js";
import type { Start } from "./fold-channel.js";
import type { FoldRun, RunEnding } from "./fold-run.js";
import { PendingSpans, type Span } from "./pending-spans.js";

/** A piece of work that is done in memory and waits to be stored. */
export interface FoldedPiece {
  readonly work: ChannelWork;
  readonly writes: ChannelWrites;
  /** The database must hear of it now; else memory is enough for a while. */
  readonly isDurable: boolean;
  /** It read something. */
  readonly isChange: boolean;
  /** Final slots that are new or different; `to` beyond all slots when everything after is. */
  readonly slots: Replaced;
  /** It began with the first reading. */
  readonly isWhole: boolean;
  /** Slots before it are final, once this is stored. */
  readonly closedSlot: number;
  /** Makes memory agree with the database. Call it once the writes are stored, or at once when they need not be. */
  settle(stored: boolean): void;
}

/** What a piece is made from. */
export interface FoldedRun {
  readonly work: ChannelWork;
  readonly span: Span;
  readonly start: Start;
  /** What was open when the run began. */
  readonly before: { readonly slot: number; readonly rollups: OpenRollups };
  readonly run: FoldRun;
  readonly ending: RunEnding;
}

/** After every slot, and an integer for the database. */
const LAST_SLOT = 2 ** 31 - 1;

const whole = (slot: number): number => (Number.isFinite(slot) ? slot : FIRST_SLOT);
const isDay = (at: number): boolean => at % DAY_MS === 0;

/** Makes what is to be stored of a run, and what memory becomes then. */
export function foldedPiece(folded: FoldedRun): FoldedPiece {
  const { work, start, run } = folded;
  const tipAt = tipAfter(folded);
  const writes = writesOf(folded, tipAt);
  const found = run.slots.length + run.additions.length + run.rollups.length + run.events.length;
  return {
    work,
    writes,
    isDurable: !start.isLive || found > 0 || run.checkpoints.some(({ at }) => isDay(at)) || work.stored.length > 0,
    isChange: run.rows > 0,
    slots: changedSlots(folded),
    isWhole: start.at === 0,
    closedSlot: closedAfter(folded),
    settle: (stored) => settle(folded, writes, stored ? tipAt : work.tipAt),
  };
}

/** Instant of the state of the end of the readings that the database has afterwards. */
function tipAfter({ work, start, ending }: FoldedRun): number | undefined {
  const { lastAt } = start.fold;
  const after = Number.isFinite(lastAt) ? lastAt + 1 : undefined;
  if (ending.kind === "end" || start.isLive) return after;
  const { tipAt } = work;
  const isBehind = tipAt === undefined || tipAt < ending.until;
  if (!isBehind) return tipAt;
  return ending.kind === "joined" ? ending.until : after;
}

function changedSlots({ before, run, start, ending }: FoldedRun): Replaced {
  const begin = Number.isFinite(before.slot) ? before.slot : (run.slots[0]?.slot ?? LAST_SLOT);
  return {
    from: Math.min(begin, ...run.additions.map(({ slot }) => slot)),
    to: ending.kind === "end" && !start.isLive ? LAST_SLOT : whole(start.fold.openSlot),
  };
}

function closedAfter({ work, start, ending }: FoldedRun): number {
  const isPast = work.tip === undefined || work.tip.lastAt < start.fold.lastAt;
  const isTip = start.isLive || ending.kind === "end" || (ending.kind === "partial" && isPast);
  return isTip ? whole(start.fold.openSlot) : work.open.from;
}

/** What follows this run: the spans that are still to be done. */
function pendingAfter({ work, span, ending }: FoldedRun): readonly Span[] {
  if (ending.kind === "end") return [];
  const rest = new PendingSpans();
  for (const other of work.pending.list()) rest.add(other);
  rest.done(ending.until);
  if (ending.kind === "partial") rest.add({ first: ending.until, last: Math.max(span.last, ending.until) });
  return rest.list();
}

function writesOf(folded: FoldedRun, tipAt: number | undefined): ChannelWrites {
  const { work, start, run } = folded;
  return {
    channel: work.number,
    slots: run.slots,
    additions: run.additions,
    rollups: run.rollups,
    events: run.events,
    states: statesOf(folded, tipAt),
    oldTip: start.isLive ? work.tipAt : undefined,
    oldPending: work.stored,
    pending: pendingAfter(folded),
    ...(start.isLive ? {} : replacedBy(folded)),
  };
}

/** States at the begins of days, that of where the work goes on, and that of the end. */
function statesOf({ start, run, ending }: FoldedRun, tipAt: number | undefined): Checkpoint[] {
  const { fold } = start;
  const states = new Map(
    run.checkpoints.filter(({ at }) => isDay(at)).map((checkpoint) => [checkpoint.at, checkpoint]),
  );
  const ends = ending.kind === "partial" ? [ending.until, tipAt] : [tipAt];
  for (const at of ends) {
    const isHere = at !== undefined && (ending.kind === "joined" ? at === ending.until : at === fold.lastAt + 1);
    if (isHere) states.set(at, { at, state: fold.state() });
  }
  return [...states.values()].sort((a, b) => a.at - b.at);
}

function replacedBy({ start, before, ending }: FoldedRun): {
  replacedSlots: Replaced;
  replacedRollups: readonly ReplacedRollups[];
  replaced: Replaced;
  replacedStates: Replaced;
} {
  const { fold, at } = start;
  const isEnd = ending.kind === "end";
  return {
    replacedSlots: { from: whole(before.slot), to: isEnd ? LAST_SLOT : whole(fold.openSlot) },
    replacedRollups: rollupsBetween(before.rollups, isEnd ? undefined : fold.openRollups),
    replaced: { from: at, to: ending.until },
    // The state at the begin of a day from which the run went out stays.
    replacedStates: { from: isDay(at) ? at + 1 : at, to: ending.kind === "partial" ? ending.until + 1 : ending.until },
  };
}

/** Roll-ups that were open before a run and are final after it; everything from the former on without an `after`. */
function rollupsBetween(before: OpenRollups, after: OpenRollups | undefined): ReplacedRollups[] {
  const named = [...new Set([...before.metrics.keys(), ...(after?.metrics.keys() ?? [])])];
  const fromOf = (metric: MetricName): number => whole(before.metrics.get(metric) ?? before.others);
  const toOf = (metric: MetricName): number => (after ? whole(after.metrics.get(metric) ?? after.others) : LAST_SLOT);
  return [
    ...named.map((metric) => ({ metrics: [metric], isExcept: false, from: fromOf(metric), to: toOf(metric) })),
    { metrics: named, isExcept: true, from: whole(before.others), to: after ? whole(after.others) : LAST_SLOT },
  ];
}

function settle({ work, start, run, ending }: FoldedRun, writes: ChannelWrites, tipAt: number | undefined): void {
  const { fold, at, isLive } = start;
  const isPast = work.tip === undefined || work.tip.lastAt < fold.lastAt;
  const isTip = isLive || ending.kind === "end";
  if (isTip) work.tip = fold;
  else if (ending.kind === "partial" && isPast) work.tip = undefined;
  if (isTip || (ending.kind === "partial" && isPast)) work.open = openOf(fold);
  work.checkpoints.replace(at, isLive ? at : ending.until, run.checkpoints);
  work.tipAt = tipAt;
  work.pending.set(writes.pending);
  work.stored = writes.pending;
  work.failures = 0;
}

/** Slots that a fold has in memory. */
export const openOf = (fold: ChannelFold): OpenSlots => ({ from: whole(fold.openSlot), rows: fold.openRows() });
