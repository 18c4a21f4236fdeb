import type { EnergyLimits } from "@vatio/model";
import { type ChannelId, type DurationMs, type Log, minutes, seconds, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import { type Deferred, deferred } from "../deferred.js";
import type { ChannelNumbers, TelemetryStore } from "../store/types.js";
import {
  clearEnergy,
  type EnergyProgress,
  type FreshEvents,
  readProgress,
  rebuildDays,
  storeEnergy,
} from "./energy-storage.js";
import { ChannelFold } from "./fold/channel-fold.js";
import { ChannelWork } from "./fold/channel-work.js";
import { ChannelFolder } from "./fold/fold-channel.js";
import { type FoldedPiece, openOf } from "./fold/folded-piece.js";
import { FROM_THE_BEGINNING, type Span, TO_THE_END } from "./fold/pending-spans.js";

/** What the worker works with. */
export interface EnergyWorkerOptions {
  readonly store: Pick<TelemetryStore, "exportRows" | "derived" | "onCommit">;
  readonly channels: Pick<ChannelNumbers, "channelOf" | "numberOf">;
  readonly clock: HubClock;
  readonly log: Log;
  readonly counters: CounterTable;
  /** Every channel that may have readings: those that nobody looked at yet are among them. */
  readonly knownChannels: () => Iterable<ChannelId>;
  readonly limitsOf: (channel: ChannelId) => EnergyLimits;
  /** Zones of the sites. */
  readonly zones: () => readonly string[];
  /** Works at once after each commit: for tests. Else some seconds later, so that one look serves many commits. */
  readonly atOnce: boolean;
  readonly onChanged: (channels: readonly ChannelId[]) => void;
  readonly onEvents: (events: readonly FreshEvents[]) => void;
  /** What waits has changed. */
  readonly onProgress: () => void;
  /** It saves where it is: others may as well. */
  readonly onSave: () => Promise<void>;
}

/** Between a commit and the look at what it brought, at least, */
const EVERY = seconds(10);
/** and for each channel: hundreds of them are looked at less often. */
const EVERY_CHANNEL_MS = 40;
/** The ends of readings are saved this often, so that a start has little to read again. */
const SAVE_EVERY = minutes(15);
/** Channels whose work is stored in one transaction. */
const PIECES_AT_A_TIME = 64;
/** A channel that failed so often in a row is left alone until something new comes of it. */
const MOST_FAILURES = 3;
const RETRY = seconds(30);

/** Keeps slots in step with readings: looks what was committed, works it out channel by channel, stores it. */
export class EnergyWorker {
  readonly #options: EnergyWorkerOptions;
  readonly #folder: ChannelFolder;
  readonly #works = new Map<number, ChannelWork>();
  #arrival = 0;
  #savedAt = 0;
  #zones: readonly string[] = [];
  #listener: Disposable | undefined;
  #timer: Disposable | undefined;
  #running: Promise<void> | undefined;
  #isLoaded = false;
  #isStopped = true;
  /** Something may have been committed since the last look. */
  #isStale = true;
  readonly #waiting: Deferred<void>[] = [];

  constructor(options: EnergyWorkerOptions) {
    this.#options = options;
    this.#folder = new ChannelFolder({ ...options, now: () => options.clock.now() });
  }

  start(): void {
    this.#isStopped = false;
    this.#listener ??= this.#options.store.onCommit(() => this.wake());
    this.wake();
  }

  /** Saves where it is, so that the next start has nothing to read again. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#listener?.[Symbol.dispose]();
    this.#listener = undefined;
    this.#timer?.[Symbol.dispose]();
    await this.#running;
    if (this.#isLoaded)
      await this.#save().catch((error: unknown) => this.#warn("The state of energy was not saved.", error));
    for (const waiting of this.#waiting.splice(0)) waiting.resolve();
  }

  /** Something was committed, or is to be worked out again. */
  wake(): void {
    this.#isStale = true;
    if (this.#isStopped || this.#running) return;
    if (this.#options.atOnce || !this.#isLoaded) this.#run();
    else this.#timer ??= this.#options.clock.timer(this.#every, () => this.#run());
  }

  /** Everything that was committed is in the slots. */
  get idle(): boolean {
    return this.#isStopped || (!this.#running && !this.#isStale && this.#waiting.length === 0);
  }

  /** What is remembered of a channel, when anything is. */
  work(channel: ChannelId): ChannelWork | undefined {
    const number = this.#options.channels.numberOf(channel);
    return number === undefined ? undefined : this.#works.get(number);
  }

  /** Zones whose days are complete. */
  get zones(): readonly string[] {
    return this.#zones;
  }

  /** Channels with history that is not worked out. */
  get behind(): number {
    if (!this.#isLoaded) return 0;
    return [...this.#works.values()].filter((work) => !isInOrder(work) && work.failures < MOST_FAILURES).length;
  }

  /** Channels that cannot be worked out. */
  get failed(): readonly ChannelWork[] {
    return [...this.#works.values()].filter(({ failures }) => failures >= MOST_FAILURES);
  }

  /** Works out a span of a channel again. */
  again(channel: ChannelId, span: Span): void {
    const number = this.#options.channels.numberOf(channel);
    if (number === undefined) return;
    this.#note(number, span);
    this.wake();
  }

  /** Works out channels anew whose limits are not those that they were worked out with. */
  limitsChanged(channels: Iterable<ChannelId>): void {
    for (const channel of channels) {
      const known = this.work(channel)?.limits;
      if (known && JSON.stringify(known) !== JSON.stringify(this.#options.limitsOf(channel)))
        this.again(channel, { first: FROM_THE_BEGINNING, last: TO_THE_END });
    }
  }

  /** A site has another zone. */
  zonesChanged(): void {
    this.wake();
  }

  /** Settles when nothing waits any more. */
  async settle(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStale = true;
    const waiting = deferred();
    this.#waiting.push(waiting);
    if (!this.#running) this.#run();
    await waiting.promise;
  }

  get #every(): DurationMs {
    return Math.max(EVERY, EVERY_CHANNEL_MS * this.#works.size) as DurationMs;
  }

  #run(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (this.#isStopped || this.#running) return;
    this.#running = this.#work()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#running = undefined;
        if (this.#isStopped) return;
        if (this.#isStale) this.wake();
        else for (const waiting of this.#waiting.splice(0)) waiting.resolve();
      });
  }

  async #work(): Promise<void> {
    if (!this.#isLoaded) await this.#load();
    let looked = Number.NEGATIVE_INFINITY;
    for (;;) {
      if (this.#isStopped) return;
      if (this.#isStale && (this.#options.atOnce || this.#options.clock.monotonic() - looked >= this.#every)) {
        looked = this.#options.clock.monotonic();
        await this.#look();
      }
      if (await this.#round()) continue;
      if (this.#isStale && (this.#options.atOnce || this.#waiting.length > 0)) {
        looked = Number.NEGATIVE_INFINITY;
        continue;
      }
      break;
    }
    await this.#afterwards();
  }

  async #afterwards(): Promise<void> {
    this.#options.onProgress();
    const zones = this.#options.zones();
    if (zones.join() !== this.#zones.join()) {
      await rebuildDays(this.#options.store.derived, this.#works.values(), zones);
      this.#zones = zones;
    }
    if (this.#options.clock.now() - this.#savedAt >= SAVE_EVERY) await this.#save();
  }

  async #load(): Promise<void> {
    const { derived } = this.#options.store;
    const progress = await readProgress(derived);
    if (progress.arrival === undefined) {
      await clearEnergy(derived);
      for (const channel of this.#options.knownChannels()) {
        const number = this.#options.channels.numberOf(channel);
        if (number !== undefined) this.#note(number, { first: FROM_THE_BEGINNING, last: TO_THE_END });
      }
    } else {
      this.#arrival = progress.arrival;
      for (const tip of progress.tips) this.#noteTip(tip);
    }
    for (const { channel, first, last } of progress.pending) this.#noteStored(channel, { first, last });
    this.#zones = progress.zones.filter((zone) => this.#options.zones().includes(zone));
    this.#savedAt = this.#options.clock.now();
    this.#isLoaded = true;
  }

  /** Where a channel goes on after a restart. */
  #noteTip({ channel, at, state }: EnergyProgress["tips"][number]): void {
    const work = this.#note(channel, { first: at, last: at });
    if (!work) return;
    work.tipAt = at;
    // Late readings may be worked out before the end is: what is final already must be known by then.
    const fold = ChannelFold.resume(state);
    if (fold) work.open = openOf(fold);
  }

  /** Looks what was committed since the last time, and what others want to have worked out again. */
  async #look(): Promise<void> {
    const { derived } = this.#options.store;
    this.#isStale = false;
    try {
      const { upTo, spans } = await derived.changedSince(this.#arrival);
      const wanted = await derived.all<{ channel: number } & Span>(
        "SELECT channel, first_at AS first, last_at AS last FROM energy_pending",
      );
      for (const { channel, first, last } of spans) this.#note(channel, { first, last });
      for (const { channel, first, last } of wanted) this.#noteStored(channel, { first, last });
      this.#arrival = upTo;
    } catch (error) {
      this.#isStale = true;
      throw error;
    }
  }

  #workOf(number: number): ChannelWork | undefined {
    const known = this.#works.get(number);
    const channel = this.#options.channels.channelOf(number);
    if (known || channel === undefined) return known;
    const work = new ChannelWork(number, channel);
    this.#works.set(number, work);
    return work;
  }

  #note(number: number, span: Span): ChannelWork | undefined {
    const work = this.#workOf(number);
    if (work) {
      work.pending.add(span);
      work.failures = 0;
    }
    return work;
  }

  #noteStored(number: number, span: Span): void {
    const work = this.#workOf(number);
    if (!work || work.stored.some(({ first, last }) => first === span.first && last === span.last)) return;
    work.stored = [...work.stored, span];
    work.pending.add(span);
  }

  /** One piece of work. What is new comes first, then history. @returns whether there was any */
  async #round(): Promise<boolean> {
    const waiting = [...this.#works.values()].filter(
      ({ pending, failures }) => !pending.isEmpty && failures < MOST_FAILURES,
    );
    const fresh = waiting.filter(isLive).slice(0, PIECES_AT_A_TIME);
    const next = fresh.length > 0 ? fresh : waiting.slice(0, 1);
    if (next.length === 0) return false;
    const pieces: FoldedPiece[] = [];
    for (const work of next) {
      const piece = await this.#fold(work);
      if (piece) pieces.push(piece);
    }
    await this.#store(pieces);
    for (const work of next) this.#toTheEnd(work);
    return true;
  }

  /** The channel has its turn again when all others had theirs. */
  #toTheEnd(work: ChannelWork): void {
    this.#works.delete(work.number);
    this.#works.set(work.number, work);
  }

  async #fold(work: ChannelWork): Promise<FoldedPiece | undefined> {
    try {
      return await this.#folder.fold(work);
    } catch (error) {
      this.#lost(work);
      const known = VatioError.from(error);
      work.failures += 1;
      this.#options.counters.add("energy", "fold-failed", known.code);
      const fields = { channel: work.channel, code: known.code, reason: known.message };
      this.#options.log.warn("The energy of a channel could not be worked out.", fields);
      return undefined;
    }
  }

  /** What memory held is of no use: it begins with what the database has. */
  #lost(work: ChannelWork): void {
    work.forget();
    if (work.tipAt !== undefined) work.pending.add({ first: work.tipAt, last: work.tipAt });
  }

  async #store(pieces: readonly FoldedPiece[]): Promise<void> {
    const durable = pieces.filter(({ isDurable }) => isDurable);
    for (const piece of pieces) if (!piece.isDurable) piece.settle(false);
    const noted = this.#unknown(new Set(durable.map(({ work }) => work)));
    if (durable.length + noted.length > 0) await this.#storeDurable(durable, noted);
    const changed = pieces.filter(({ isChange }) => isChange).map(({ work }) => work.channel);
    if (changed.length > 0) this.#options.onChanged(changed);
    this.#options.onProgress();
  }

  async #storeDurable(pieces: readonly FoldedPiece[], noted: readonly ChannelWork[]): Promise<void> {
    const { store, zones } = this.#options;
    try {
      const writes = { pieces, noted, tips: [], arrival: this.#arrival, zones: zones() };
      const fresh = await storeEnergy(store.derived, writes);
      for (const piece of pieces) piece.settle(true);
      for (const work of noted) work.stored = work.pending.list();
      if (fresh.length > 0) this.#options.onEvents(fresh);
    } catch (error) {
      for (const { work } of pieces) this.#lost(work);
      throw error;
    }
  }

  /** Channels with work that a restart would not find by itself. */
  #unknown(stored: ReadonlySet<ChannelWork>): ChannelWork[] {
    return [...this.#works.values()].filter(
      (work) => !stored.has(work) && !isInOrder(work) && !sameSpans(work.stored, work.pending.list()),
    );
  }

  /** Saves the ends of readings. */
  async #save(): Promise<void> {
    const tips = [...this.#works.values()].filter(
      ({ tip, tipAt }) => tip !== undefined && Number.isFinite(tip.lastAt) && tip.lastAt + 1 !== tipAt,
    );
    this.#savedAt = this.#options.clock.now();
    await this.#options.onSave();
    const noted = this.#unknown(new Set());
    if (tips.length + noted.length === 0) return;
    const writes = { pieces: [], noted, tips, arrival: this.#arrival, zones: [] };
    await storeEnergy(this.#options.store.derived, writes);
    for (const work of tips) work.tipAt = (work.tip?.lastAt ?? 0) + 1;
    for (const work of noted) work.stored = work.pending.list();
  }

  #failed(error: unknown): void {
    this.#options.counters.add("energy", "store-failed", VatioError.from(error).code);
    this.#warn("Energy could not be stored; it is tried again.", error);
    this.#isStale = true;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
    if (this.#isStopped) return;
    this.#timer ??= this.#options.clock.timer(RETRY as DurationMs, () => this.#run());
  }

  #warn(message: string, error: unknown): void {
    const known = VatioError.from(error);
    this.#options.log.warn(message, { code: known.code, reason: known.message });
  }
}

/** What waits comes after everything that was worked out, in memory. */
const isLive = ({ tip, pending }: ChannelWork): boolean => {
  const next = pending.next;
  return tip !== undefined && next !== undefined && next.first > tip.lastAt;
};

/** A restart finds what waits by itself: it goes on from the last state. */
const isInOrder = ({ tipAt, pending }: ChannelWork): boolean =>
  pending.isEmpty || (tipAt !== undefined && (pending.next?.first ?? 0) >= tipAt);

const sameSpans = (a: readonly Span[], b: readonly Span[]): boolean =>
  a.length === b.length && a.every(({ first, last }, i) => b[i]?.first === first && b[i]?.last === last);
