import type { Instant, PointId } from "@vatio/plugin-api";
import type { PointUsage, TreeFinding } from "../types.js";

/** Meters differ by so much without anything being wrong: a share of what flowed, and Wh. */
const NOISE_SHARE = 0.01;
const NOISE_WH = 10;

/** What findings are looked for in. */
export interface FindingsQuery {
  readonly points: readonly PointUsage[];
  readonly edges: ArrayLike<number>;
  /** Energy of a point is final until here; later meters may still catch up with each other. */
  readonly settledUntil: (point: PointId) => number;
}

/** Where points below another one used more than it did. Neighbouring buckets are one finding. */
export function treeFindings({ points, edges, settledUntil }: FindingsQuery): readonly TreeFinding[] {
  return points.flatMap((parent) => {
    if (!parent.remainderWh) return [];
    const children = points.filter((point) => point.parent === parent.point).map(({ point }) => point);
    const settled = Math.min(...[parent.point, ...children].map(settledUntil));
    const found: TreeFinding[] = [];
    for (let i = 0; i < parent.remainderWh.length; i++) {
      const excessWh = excessAt(parent, i);
      if (excessWh === 0 || (edges[i + 1] as number) > settled) continue;
      const last = found.at(-1);
      const range = { from: edges[i] as Instant, to: edges[i + 1] as Instant };
      if (last?.range.to === range.from)
        found[found.length - 1] = {
          ...last,
          range: { from: last.range.from, to: range.to },
          excessWh: last.excessWh + excessWh,
        };
      else found.push({ point: parent.point, range, excessWh, children });
    }
    return found;
  });
}

/** By how much the children exceed the parent, beyond what meters differ by; 0 when they do not. */
function excessAt({ remainderWh, childrenWh }: PointUsage, i: number): number {
  const rest = remainderWh?.[i] ?? Number.NaN;
  const noise = Math.max(NOISE_WH, NOISE_SHARE * (childrenWh?.[i] ?? 0));
  return rest < -noise ? -rest : 0;
}
