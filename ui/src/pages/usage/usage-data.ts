import type { Point, Usage } from "../../data/api.js";
import type { VatioClient } from "../../data/client.js";
import { alignedTo, type Bucketed, type Change, changeOf, finerBucket, usedOf } from "./comparison.js";
import { supplyOf } from "./usage-model.js";
import { bucketOf, type Comparison, comparedDates, type Span, spanOf, type UsageView } from "./usage-view.js";

/** What a view shows. */
export interface UsageAnswer {
  readonly view: UsageView;
  readonly span: Span;
  readonly usage: Usage;
  /** The same at another time, bucket by bucket. */
  readonly before?: (number | null)[];
  readonly change?: Change;
}

/** What is needed to answer a view. */
export interface UsageQuestion {
  readonly client: VatioClient;
  readonly site: string;
  readonly zone: string;
  readonly points: readonly Point[];
  readonly signal: AbortSignal;
}

/** Asks the hub for the energy of a view, and for what it is compared with. */
export async function loadUsage(view: UsageView, question: UsageQuestion): Promise<UsageAnswer> {
  const { client, zone, signal } = question;
  const bucket = bucketOf(view);
  const span = spanOf(view.dates, zone);
  const { site } = question;
  const load = (range: Span): Promise<Usage> => client.usage({ site, ...range, bucket }, signal);
  if (view.compare === "none") return { view, span, usage: await load(span) };
  const other = spanOf(comparedDates(view.range, view.dates, view.compare), zone);
  const supply = supplyOf(question.points);
  const former = (range: Span, length = bucket): Promise<Usage> =>
    client.usage({ site, ...range, bucket: length, ...(supply ? { points: supply } : {}) }, signal);
  // What it is compared with only accompanies: when it cannot be had, the range itself is still shown.
  const [usage, before] = await Promise.all([load(span), former(other).catch(() => undefined)]);
  if (!before) return { view, span, usage };
  const now = client.live.now();
  const finer = await finerOf(usage, before, { now, load: (range) => former(range, finerBucket(bucket)) });
  const change = changeOf({ ...usedOf(usage), now }, usedOf(before), finer);
  return {
    view,
    span,
    usage,
    before: alignedTo(usage.edges, usedOf(before), { bucket, zone }),
    ...(change ? { change } : {}),
  };
}

/** The partner of the bucket that runs now, in finer buckets; undefined when the range is over. */
async function finerOf(
  usage: Usage,
  before: Usage,
  { now, load }: { readonly now: number; readonly load: (range: Span) => Promise<Usage> },
): Promise<Bucketed | undefined> {
  const running = usage.edges.findLastIndex((edge) => edge <= now);
  const [from, to] = [before.edges[running], before.edges[running + 1]];
  if (running < 0 || usage.bucket === "slot" || from === undefined || to === undefined) return undefined;
  if ((usage.edges.at(-1) ?? 0) <= now) return undefined;
  return load({ from, to }).then(usedOf, () => undefined);
}

const KEY = "vatio.usage.compare";

/** What the person compared with last time, in this browser; the period before at first. */
export function rememberedComparison(): Comparison {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "none" || kept === "year" ? kept : "prev";
  } catch {
    return "prev";
  }
}

/** Keeps the choice in this browser. */
export function rememberComparison(compare: Comparison): void {
  try {
    localStorage.setItem(KEY, compare);
  } catch {
    // Storage is blocked: the choice holds as long as the address does.
  }
}
