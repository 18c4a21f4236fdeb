import type { Column, Point } from "./api.js";
import type { SeriesQuery } from "./client.js";

/** Power of a point over a range. */
export interface Part {
  readonly point: Point;
  readonly column: Column;
}

/** How it is found out whether a point spoke before a range. */
export interface Earlier {
  /** Begin of the range. */
  readonly from: number;
  /** Power over a range: only whether any value is there counts. */
  readonly ask: (query: SeriesQuery) => Promise<{ readonly metrics: readonly { readonly avg: Column }[] }>;
}

const WEEK_MS = 7 * 24 * 3_600_000;

/** The earliest instant before which a point is known to have spoken: what was, stays, so the hub is asked once. */
const heard = new Map<string, number>();

/**
 * From which index of its column on each part counts, by the id of its point: 0 when it spoke before the range,
 * infinite when it never spoke. The points of one device begin together: two phases are not three.
 */
export async function partBegins(parts: readonly Part[], earlier: Earlier): Promise<Map<string, number>> {
  const devices = new Map<string, Part[]>();
  for (const part of parts) {
    const key = part.point.device ?? part.point.id;
    devices.set(key, [...(devices.get(key) ?? []), part]);
  }
  const begins = await Promise.all(
    [...devices.values()].map(async (members) => {
      const begin = await beginOf(members, earlier);
      return members.map(({ point }) => [point.id, begin] as const);
    }),
  );
  return new Map(begins.flat());
}

async function beginOf(members: readonly Part[], earlier: Earlier): Promise<number> {
  const first = Math.min(...members.map(({ column }) => firstKnown(column)));
  if (first === 0) return 0;
  const spoke = await Promise.all(members.map(({ point }) => spokeBefore(point.id, earlier)));
  return spoke.includes(true) ? 0 : first;
}

const firstKnown = (column: Column): number => {
  const index = column.findIndex((value) => value !== null);
  return index < 0 ? Number.POSITIVE_INFINITY : index;
};

/** Looks at the week before first: of a meter that is only silent for a night the whole past need not be read. */
async function spokeBefore(target: string, { from, ask }: Earlier): Promise<boolean> {
  if ((heard.get(target) ?? Number.POSITIVE_INFINITY) <= from) return true;
  try {
    for (const begin of [Math.max(0, from - WEEK_MS), 0]) {
      const { metrics } = await ask({ target, metrics: ["power_w"], from: begin, to: from, buckets: 1 });
      if (!metrics.some(({ avg }) => avg.some((value) => value !== null))) continue;
      heard.set(target, from);
      return true;
    }
    return false;
  } catch {
    // Nobody knows: a gap is shown rather than a sum that may lack a part.
    return true;
  }
}
