import { dayNumberAt, localDateOfDay, startOfDayNumber } from "@vatio/model";
import {
  type ChannelId,
  days,
  type Instant,
  type PointId,
  type Site,
  type SiteId,
  VatioError,
} from "@vatio/plugin-api";
import type { HubClock } from "../../clock.js";
import type { PointRegistry, SiteRegistry } from "../../registry/types.js";
import { DUPLICATE } from "../../store/index.js";
import type { ChannelNumbers, TelemetryStore } from "../../store/types.js";
import type { EnergyWorker } from "../energy-worker.js";
import type { ChannelQuality } from "../types.js";
import type { UsageReader } from "../usage/usage-reader.js";
import { ClockSkew } from "./clock-skew.js";
import { type KeptOutRows, KeptOutTally } from "./kept-out-tally.js";
import { stuckSince } from "./stuck-values.js";

/** What quality is read with. */
export interface QualityReaderOptions {
  readonly store: Pick<TelemetryStore, "derived" | "last" | "onBatch" | "onKeptOut">;
  readonly worker: Pick<EnergyWorker, "work">;
  readonly usage: Pick<UsageReader, "read">;
  readonly points: Pick<PointRegistry, "list" | "channelOf">;
  readonly sites: Pick<SiteRegistry, "get">;
  readonly channels: Pick<ChannelNumbers, "numberOf">;
  readonly clock: HubClock;
}

const DAYS = 30;
const WEEK = 7;

/** A channel that measures a point now. */
interface Measured {
  readonly point: PointId;
  readonly channel: ChannelId;
  readonly number: number | undefined;
}

/** What is known of all channels at once, by number. */
interface Facts {
  readonly stuck: ReadonlyMap<number, number>;
  readonly resets: ReadonlyMap<number, number>;
  readonly keptOut: readonly KeptOutRows[];
  readonly coverage: ReadonlyMap<PointId, readonly number[]>;
  readonly days: readonly number[];
}

/** Answers how good the data of channels is. */
export class QualityReader {
  readonly #options: QualityReaderOptions;
  readonly #skew = new ClockSkew();
  readonly #tally: KeptOutTally;

  constructor(options: QualityReaderOptions) {
    this.#options = options;
    this.#tally = new KeptOutTally(options.store.derived, options.channels);
  }

  /** Follows what comes in. */
  watch(): readonly Disposable[] {
    const { store, clock } = this.#options;
    return [
      store.onBatch((batch) => this.#skew.note(batch, clock.now())),
      store.onKeptOut((rows) => this.#tally.add(rows, clock.now())),
    ];
  }

  /** Stores what was counted. */
  save(): Promise<void> {
    return this.#tally.save(this.#options.clock.now());
  }

  /** @throws E_SITE_UNKNOWN, E_STORE_BUSY (retryable) */
  async read(id: SiteId): Promise<readonly ChannelQuality[]> {
    const { sites, points, channels } = this.#options;
    const site = sites.get(id);
    if (!site) throw new VatioError("E_SITE_UNKNOWN", "There is no such site.", { details: { id } });
    const measured = points.list().flatMap((point): Measured[] => {
      const channel = point.site === id ? points.channelOf(point.id) : undefined;
      return channel === undefined ? [] : [{ point: point.id, channel, number: channels.numberOf(channel) }];
    });
    const facts = await this.#facts(site, measured);
    return measured.map((entry) => this.#quality(entry, facts));
  }

  async #facts(site: Site, measured: readonly Measured[]): Promise<Facts> {
    const { store, usage, clock } = this.#options;
    const now = clock.now();
    const today = dayNumberAt(now, site.zone);
    const numbers = measured.flatMap(({ number }) => number ?? []);
    const range = { from: startOfDayNumber(today - DAYS + 1, site.zone), to: startOfDayNumber(today + 1, site.zone) };
    const points = measured.map(({ point }) => point);
    const [read, stuck, resets, keptOut] = await Promise.all([
      usage.read(points, range, { bucket: "day", zone: site.zone }),
      stuckSince(store.derived, numbers, now),
      this.#resets(numbers, (now - days(DAYS)) as Instant),
      this.#tally.since(
        now - days(DAYS),
        measured.map(({ channel }) => channel),
      ),
    ]);
    const coverage = new Map(points.map((point, i) => [point, [...(read.coverage[i] ?? [])]]));
    return { stuck, resets, keptOut, coverage, days: Array.from({ length: DAYS }, (_, i) => today - DAYS + 1 + i) };
  }

  async #resets(numbers: readonly number[], since: Instant): Promise<ReadonlyMap<number, number>> {
    if (numbers.length === 0) return new Map();
    const rows = await this.#options.store.derived.all<{ channel: number; n: number }>(
      `SELECT channel, count(*) AS n FROM counter_events WHERE reason = 'reset' AND "at" >= ? AND channel IN (${numbers.join(", ")}) GROUP BY channel`,
      [since],
    );
    return new Map(rows.map(({ channel, n }) => [channel, n]));
  }

  #quality({ point, channel, number }: Measured, facts: Facts): ChannelQuality {
    const { store, worker } = this.#options;
    const last = Math.max(...Object.values(store.last(channel)).map(({ at }) => at));
    const coverage = facts.coverage.get(point) ?? [];
    const own = facts.keptOut.filter((row) => row.channel === number);
    const stuck = number === undefined ? undefined : facts.stuck.get(number);
    const skewMs = this.#skew.of(channel);
    const learntCeilingW = worker.work(channel)?.tip?.learntCeilingW;
    return {
      channel,
      point,
      ...(Number.isFinite(last) ? { lastAt: last as Instant } : {}),
      days: facts.days.map((day, i) => ({ day: localDateOfDay(day), coverage: coverage[i] ?? 0 })),
      coverage7: meanOf(coverage.slice(-WEEK)),
      coverage30: meanOf(coverage),
      ...(stuck === undefined ? {} : { stuckSince: stuck as Instant }),
      ...(skewMs === undefined ? {} : { skewMs }),
      duplicates: sumOf(own.filter(({ reason }) => reason === DUPLICATE)),
      resets: number === undefined ? 0 : (facts.resets.get(number) ?? 0),
      rejected: rejectedOf(own),
      ...(learntCeilingW === undefined ? {} : { learntCeilingW }),
    };
  }
}

const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

const sumOf = (rows: readonly KeptOutRows[]): number => rows.reduce((sum, { rows: n }) => sum + n, 0);

function rejectedOf(own: readonly KeptOutRows[]): readonly { readonly reason: string; readonly rows: number }[] {
  const reasons = [...new Set(own.map(({ reason }) => reason))].filter((reason) => reason !== DUPLICATE).sort();
  return reasons.map((reason) => ({ reason, rows: sumOf(own.filter((row) => row.reason === reason)) }));
}
