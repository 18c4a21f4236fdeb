import { bucketEdges, localDateOf, SLOT_MS } from "@vatio/model";
import { type Instant, type Point, type PointId, type Range, type Site, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../../clock.js";
import type { ImportLinks } from "../../imports/types.js";
import type { PointRegistry, SiteRegistry } from "../../registry/types.js";
import { assertRange } from "../../store/series-query.js";
import type { ChannelNumbers, TelemetryStore } from "../../store/types.js";
import type { EnergyWorker } from "../energy-worker.js";
import type { DayEnergy, EnergyBucket, EnergyService, PointUsage, Usage, UsageQuery } from "../types.js";
import { BucketReader, type ChannelSlots } from "./bucket-reader.js";
import type { BucketSums } from "./bucket-sums.js";
import { type PointSegment, pointSegments } from "./point-segments.js";
import { childrenOf, nearestAbove, type OwnUsage } from "./point-tree.js";
import { type BalancePoint, siteBalance } from "./site-balance.js";
import { treeFindings } from "./tree-findings.js";

/** What usage is read with. */
export interface UsageReaderOptions {
  readonly store: Pick<TelemetryStore, "derived">;
  readonly worker: Pick<EnergyWorker, "work" | "zones">;
  readonly points: Pick<PointRegistry, "list" | "get" | "assignmentsOf">;
  readonly sites: Pick<SiteRegistry, "get">;
  readonly channels: Pick<ChannelNumbers, "numberOf">;
  readonly clock: HubClock;
  /** Imports that belong to points. */
  readonly imports?: ImportLinks;
}

/** Most buckets of one answer: the hours of a year. */
const MOST_BUCKETS = 8_800;
/** Most figures of one column in all points together. */
const MOST_CELLS = 200_000;

const HOUR_MS = 3_600_000;

/** About the shortest that a bucket lasts, in ms. */
const SHORTEST: Readonly<Record<EnergyBucket, number>> = {
  slot: SLOT_MS,
  hour: HOUR_MS,
  day: 23 * HOUR_MS,
  week: 167 * HOUR_MS,
  month: 671 * HOUR_MS,
  year: 8_760 * HOUR_MS,
};

/** Energy is known by slots: a range is widened to whole ones. */
const onSlots = ({ from, to }: Range): Range => ({
  from: (Math.floor(from / SLOT_MS) * SLOT_MS) as Instant,
  to: (Math.ceil(to / SLOT_MS) * SLOT_MS) as Instant,
});

const IN_DAYS: ReadonlySet<EnergyBucket> = new Set(["day", "week", "month", "year"]);

type SlotEnergy = Awaited<ReturnType<EnergyService["slots"]>>[number];

/** Energy of points in buckets, with the segments that it comes from. */
interface Read {
  readonly edges: readonly number[];
  readonly segments: readonly PointSegment[];
  readonly sums: readonly BucketSums[];
  /** Share of the past part of each bucket that was measured, of each point. */
  readonly coverage: readonly Float64Array[];
}

/** Answers what a site used. */
export class UsageReader {
  readonly #options: UsageReaderOptions;
  readonly #buckets: BucketReader;

  constructor(options: UsageReaderOptions) {
    this.#options = options;
    this.#buckets = new BucketReader(options.store.derived);
  }

  /** @throws E_RANGE_INVALID, E_SITE_UNKNOWN, E_POINT_UNKNOWN, E_STORE_BUSY (retryable) */
  async usage({ site: id, range, bucket, points: ids }: UsageQuery): Promise<Usage> {
    const site = this.#site(id);
    const points = this.#points(site, ids);
    const read = await this.read(
      points.map((point) => point.id),
      range,
      { bucket, zone: site.zone },
    );
    const own = points.map((point, i) => ownUsage(point, read, i));
    const tree = this.#tree(points, own);
    const edges = Float64Array.from(read.edges);
    const settledUntil = (point: PointId): number =>
      this.#settled(read.segments.filter((segment) => segment.point === point));
    return {
      site: site.id,
      zone: site.zone,
      bucket,
      edges,
      points: tree,
      balance: siteBalance(balancePoints(tree, read), edges.length - 1),
      findings: treeFindings({ points: tree, edges, settledUntil }),
      settledUntil: this.#settled(read.segments) as Instant,
    };
  }

  /** Slots of a point that anything is known of. @throws E_RANGE_INVALID, E_STORE_BUSY (retryable) */
  async slots(point: PointId, range: Range): Promise<readonly SlotEnergy[]> {
    const { edges, sums } = await this.read([point], range, { bucket: "slot", zone: "UTC" });
    const { importWh, exportWh, covered, quality } = sums[0] as BucketSums;
    return edges.slice(0, -1).flatMap((from, i) => {
      if (quality[i] === 0) return [];
      return [
        {
          slot: from / SLOT_MS,
          importWh: importWh[i] as number,
          exportWh: exportWh[i] as number,
          coverage: Math.min(1, covered[i] as number),
          quality: quality[i] as number,
        },
      ];
    });
  }

  /** Days of a point, those without any data as well. @throws E_RANGE_INVALID, E_STORE_BUSY (retryable) */
  async days(point: PointId, range: Range, zone: string): Promise<readonly DayEnergy[]> {
    const { edges, sums, coverage: shares } = await this.read([point], range, { bucket: "day", zone });
    const { importWh, exportWh, quality } = sums[0] as BucketSums;
    const coverage = shares[0] as Float64Array;
    return edges.slice(0, -1).map((from, i) => ({
      day: localDateOf(from as Instant, zone),
      importWh: importWh[i] as number,
      exportWh: exportWh[i] as number,
      coverage: coverage[i] as number,
      quality: quality[i] as number,
    }));
  }

  /** Energy of points in buckets of a zone. @throws E_RANGE_INVALID, E_STORE_BUSY (retryable) */
  async read(points: readonly PointId[], range: Range, by: { bucket: EnergyBucket; zone: string }): Promise<Read> {
    assertRange(range);
    const most = Math.min(MOST_BUCKETS, Math.floor(MOST_CELLS / Math.max(1, points.length)));
    if ((range.to - range.from) / SHORTEST[by.bucket] > most) throw tooLong(most);
    const edges = [...bucketEdges(onSlots(range), by.bucket, by.zone)];
    const segments = pointSegments(points, this.#options.points, this.#options.channels, this.#options.imports);
    const isInDays = IN_DAYS.has(by.bucket) && this.#options.worker.zones.includes(by.zone);
    const sums = await this.#buckets.read({
      targets: points.length,
      channels: segments.map((segment) => this.#channelSlots(segment, points.indexOf(segment.point))),
      edges,
      zone: isInDays ? by.zone : undefined,
    });
    const now = this.#options.clock.now();
    return { edges, segments, sums, coverage: sums.map(({ covered }) => coverageOf(covered, edges, now)) };
  }

  #channelSlots({ channel, number, from, to }: PointSegment, target: number): ChannelSlots {
    const open = this.#options.worker.work(channel)?.open;
    return { target, number, from, to, openFrom: open?.from ?? Number.NEGATIVE_INFINITY, openRows: open?.rows ?? [] };
  }

  #site(id: UsageQuery["site"]): Site {
    const site = this.#options.sites.get(id);
    if (site) return site;
    throw new VatioError("E_SITE_UNKNOWN", "There is no such site.", { details: { id } });
  }

  #points(site: Site, ids: readonly PointId[] | undefined): readonly Point[] {
    const all = this.#options.points.list().filter((point) => point.site === site.id);
    if (!ids) return all;
    return [...new Set(ids)].map((id) => {
      const point = all.find((candidate) => candidate.id === id);
      if (point) return point;
      throw new VatioError("E_POINT_UNKNOWN", "The site has no such point.", { details: { id } });
    });
  }

  #tree(points: readonly Point[], own: readonly OwnUsage[]): readonly PointUsage[] {
    const wanted = new Set(own.map(({ point }) => point));
    const get = (id: PointId): Point | undefined => this.#options.points.get(id);
    const above = new Map(points.map((point) => [point.id, nearestAbove(point, get, (id) => wanted.has(id))]));
    return own.map((usage) => {
      const parent = above.get(usage.point);
      const below = own.filter(({ point, role }) => above.get(point) === usage.point && role !== "generation");
      return {
        ...usage,
        ...(parent === undefined ? {} : { parent }),
        ...(below.length === 0 ? {} : childrenOf(usage, below, supplyOf(usage, own, above))),
      };
    });
  }

  /** Channels that still measure decide: what was taken away tells nothing more. */
  #settled(segments: readonly PointSegment[]): number {
    const now = this.#options.clock.now();
    const present = segments.filter(({ to }) => to === Number.POSITIVE_INFINITY);
    return Math.min(now, ...present.map(({ channel }) => this.#options.worker.work(channel)?.settledUntil ?? now));
  }
}

function ownUsage({ id, role }: Point, { sums, coverage }: Read, i: number): OwnUsage {
  const { importWh, exportWh, quality } = sums[i] as BucketSums;
  return { point: id, role, importWh, exportWh, coverage: coverage[i] as Float64Array, quality };
}

const tooLong = (most: number): VatioError =>
  new VatioError(
    "E_RANGE_INVALID",
    `At most ${most} buckets fit into one answer. Ask for longer buckets, fewer points or a shorter range.`,
    {
      details: { most },
    },
  );

/** Share of the past part of each bucket that was measured. */
function coverageOf(covered: Float64Array, edges: readonly number[], now: number): Float64Array {
  return covered.map((slots, i) => {
    const past = Math.min(edges[i + 1] as number, now) - (edges[i] as number);
    return past <= 0 ? 0 : Math.min(1, (slots * SLOT_MS) / past);
  });
}

/** What came into the part of the tree below a point: behind a grid meter also what was made and discharged there, less what left. */
function supplyOf(
  usage: OwnUsage,
  all: readonly OwnUsage[],
  above: ReadonlyMap<PointId, PointId | undefined>,
): Float64Array {
  if (usage.role !== "grid") return usage.importWh;
  const isOnlyGrid = all.filter(({ point, role }) => role === "grid" && above.get(point) === undefined).length === 1;
  const isBehind = ({ point }: OwnUsage): boolean =>
    above.get(point) === usage.point ||
    (isOnlyGrid && above.get(usage.point) === undefined && above.get(point) === undefined);
  const sources = all.filter((other) => (other.role === "generation" || other.role === "storage") && isBehind(other));
  if (sources.length === 0) return usage.importWh;
  return usage.importWh.map((wh, i) => {
    const made = sources.reduce((sum, source) => sum + madeAt(source, i), 0);
    return wh - known(usage.exportWh[i]) + made;
  });
}

const known = (wh: number | undefined): number => (wh === undefined || Number.isNaN(wh) ? 0 : wh);

function madeAt({ role, importWh, exportWh }: OwnUsage, i: number): number {
  const isExport = role === "storage" || exportWh.some((wh) => wh > 0);
  return known((isExport ? exportWh : importWh)[i]);
}

function balancePoints(points: readonly PointUsage[], { segments, edges }: Read): readonly BalancePoint[] {
  return points.map((usage) => {
    const own = segments.filter(({ point }) => point === usage.point);
    const isPart = (i: number): boolean =>
      own.some(({ from, to }) => from * SLOT_MS < (edges[i + 1] as number) && to * SLOT_MS > (edges[i] as number));
    return { ...usage, isPart };
  });
}
