import {
  type ChannelId,
  type DeviceId,
  type DurationMs,
  hours,
  type Instant,
  minutes,
  type Range,
  type Text,
} from "@vatio/plugin-api";
import { waitAfter } from "./backoff.js";
import type { PlanDocument } from "./plan-document.js";
import { clip, contains, hull, minutesOf, subtract, toSet, union } from "./ranges.js";
import type { BackfillCause } from "./types.js";

/** Most that a driver is asked for at once. */
const PIECE: DurationMs = hours(6);

/** After failures less is asked for, but not less than this. */
const SMALLEST_PIECE: DurationMs = minutes(45);

/** A device may write its newest minutes late: what it does not have of these is asked for again another time. */
export const FRESH: DurationMs = minutes(15);

const MINUTE = 60_000;

type Sets = Map<ChannelId, readonly Range[]>;

/** One request: a range, and the channels that miss something in it. */
export interface Piece {
  readonly range: Range;
  readonly channels: readonly ChannelId[];
}

/** What is being done about the gaps of a device since they were found. */
export interface Job {
  readonly cause: BackfillCause;
  readonly range: Range;
  readonly totalMinutes: number;
  readonly absentMinutes: number;
  readonly startedAt: Instant;
  readonly finishedAt?: Instant;
}

/** What is known of the gaps of one device: what is missing, what it does not have, and how asking it went. Survives a restart. */
export class DevicePlan {
  readonly device: DeviceId;
  paused = false;
  /** Gaps before it were looked for already. */
  scannedUntil: Instant | undefined;
  /** A person wants it done before everything else. */
  urgent = false;
  failures = 0;
  nextTryAt: Instant | undefined;
  why: Text | undefined;
  job: Job | undefined;
  readonly #missing: Sets = new Map();
  readonly #absent: Sets = new Map();
  readonly #without = new Map<ChannelId, Instant>();

  constructor(device: DeviceId) {
    this.device = device;
  }

  static of(device: DeviceId, stored: PlanDocument): DevicePlan {
    const plan = new DevicePlan(device);
    plan.paused = stored.paused;
    plan.failures = stored.failures;
    plan.scannedUntil = stored.scannedUntil as Instant | undefined;
    plan.nextTryAt = stored.nextTryAt as Instant | undefined;
    plan.why = stored.why as Text | undefined;
    plan.job = stored.job as Job | undefined;
    for (const [channel, set] of Object.entries(stored.missing))
      plan.#missing.set(channel as ChannelId, fromPairs(set));
    for (const [channel, set] of Object.entries(stored.absent)) plan.#absent.set(channel as ChannelId, fromPairs(set));
    for (const [channel, until] of Object.entries(stored.without))
      plan.#without.set(channel as ChannelId, until as Instant);
    return plan;
  }

  toDocument(): PlanDocument {
    return {
      version: 1,
      paused: this.paused,
      failures: this.failures,
      ...(this.scannedUntil === undefined ? {} : { scannedUntil: this.scannedUntil }),
      ...(this.nextTryAt === undefined ? {} : { nextTryAt: this.nextTryAt }),
      ...(this.why === undefined ? {} : { why: this.why }),
      ...(this.job === undefined ? {} : { job: this.job }),
      missing: toPairs(this.#missing),
      absent: toPairs(this.#absent),
      without: Object.fromEntries(this.#without),
    };
  }

  /** Every minute in which any channel misses something. */
  get gaps(): readonly Range[] {
    return toSet([...this.#missing.values()].flat());
  }

  /** Notes the gaps of a channel within a window; what the device does not have is none to be filled. */
  found(channel: ChannelId, gaps: readonly Range[], window: Range): void {
    const kept = subtract(this.#missing.get(channel) ?? [], [window]);
    this.#set(this.#missing, channel, union(kept, subtract(gaps, this.#absent.get(channel) ?? [])));
  }

  /**
   * Begins, or goes on with, what people see as one piece of work.
   * @param before minutes that were missing before gaps were looked for again
   */
  begin(cause: BackfillCause, now: Instant, before: number): void {
    const { gaps } = this;
    const range = hull(gaps);
    if (!range) return;
    const going = this.job?.finishedAt === undefined ? this.job : undefined;
    this.job = {
      cause: going?.cause ?? cause,
      range: hull(toSet(going ? [going.range, range] : [range])) ?? range,
      totalMinutes: (going ? Math.max(0, going.totalMinutes - before) : 0) + minutesOf(gaps),
      absentMinutes: going?.absentMinutes ?? 0,
      startedAt: going?.startedAt ?? now,
    };
  }

  /** What to ask for next: the newest gap from its begin on, or after failures an older one in turn; undefined when nothing is missing. */
  next(): Piece | undefined {
    const gaps = [...this.gaps].reverse();
    const gap = gaps[this.failures % Math.max(1, gaps.length)];
    if (!gap) return undefined;
    const most = Math.max(SMALLEST_PIECE, PIECE >> Math.min(3, this.failures));
    const range = { from: gap.from, to: Math.min(gap.to, gap.from + most) as Instant };
    const channels = [...this.#missing].filter(([, set]) => clip(set, range).length > 0).map(([channel]) => channel);
    return { range, channels };
  }

  /** What a channel misses within a range. */
  missing(channel: ChannelId, range: Range): readonly Range[] {
    return clip(this.#missing.get(channel) ?? [], range);
  }

  /** Whether a channel misses the reading of an instant. */
  misses(channel: ChannelId, at: number): boolean {
    return contains(this.#missing.get(channel) ?? [], at);
  }

  /** These are stored now. */
  received(channel: ChannelId, spans: readonly Range[]): void {
    this.#set(this.#missing, channel, subtract(this.#missing.get(channel) ?? [], spans));
  }

  /**
   * The device has told all that it has of a range. What is still missing it does not have, and is not asked for again; of the last minutes
   * that is not certain yet.
   */
  answered(channel: ChannelId, range: Range, now: Instant): readonly Range[] {
    const rest = this.missing(channel, range);
    const certain = clip(rest, { from: range.from, to: (Math.floor((now - FRESH) / MINUTE) * MINUTE) as Instant });
    this.#set(this.#absent, channel, union(this.#absent.get(channel) ?? [], certain));
    this.#set(this.#missing, channel, subtract(this.#missing.get(channel) ?? [], rest));
    return certain;
  }

  /** Notes minutes that none of the channels has. */
  lacks(minuteCount: number): void {
    if (this.job) this.job = { ...this.job, absentMinutes: this.job.absentMinutes + minuteCount };
  }

  /** The device keeps no history of a channel. */
  isWithout(channel: ChannelId, until: Instant): void {
    this.#without.set(channel, until);
    this.#missing.delete(channel);
  }

  /** Whether asking for a channel makes sense. */
  mayAsk(channel: ChannelId, now: Instant): boolean {
    return (this.#without.get(channel) ?? 0) <= now;
  }

  failed(why: Text, now: Instant): void {
    this.failures += 1;
    this.why = why;
    this.nextTryAt = (now + waitAfter(this.failures)) as Instant;
  }

  succeeded(): void {
    this.failures = 0;
    this.why = undefined;
    this.nextTryAt = undefined;
    this.urgent = this.urgent && this.#missing.size > 0;
  }

  /** Everything that was missing is dealt with. */
  finish(now: Instant): void {
    this.succeeded();
    this.urgent = false;
    if (this.job && this.job.finishedAt === undefined) this.job = { ...this.job, finishedAt: now };
  }

  /** What is older is of no interest any more. */
  forgetBefore(at: Instant): void {
    const old = [{ from: 0 as Instant, to: at }];
    for (const sets of [this.#missing, this.#absent])
      for (const [channel, set] of sets) this.#set(sets, channel, subtract(set, old));
  }

  /** Channels that the device no longer has. */
  keepOnly(channels: ReadonlySet<ChannelId>): void {
    for (const known of [this.#missing, this.#absent, this.#without])
      for (const channel of known.keys()) if (!channels.has(channel)) known.delete(channel);
  }

  /** A person wants the device asked for everything again. */
  forgetAnswers(): void {
    this.#absent.clear();
    this.#without.clear();
    this.succeeded();
  }

  #set(sets: Sets, channel: ChannelId, set: readonly Range[]): void {
    if (set.length === 0) sets.delete(channel);
    else sets.set(channel, set);
  }
}

const fromPairs = (pairs: readonly (readonly [number, number])[]): readonly Range[] =>
  toSet(pairs.map(([from, to]) => ({ from, to }) as Range));

const toPairs = (sets: Sets): Record<string, [number, number][]> =>
  Object.fromEntries([...sets].map(([channel, set]) => [channel, set.map(({ from, to }) => [from, to])]));
