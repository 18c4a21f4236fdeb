import { SLOT_MS } from "@vatio/model";
import type { Assignment, PointId } from "@vatio/plugin-api";
import { subtractRuns, unionRuns } from "../../imports/slot-runs.js";
import type { ImportLink, ImportLinks } from "../../imports/types.js";
import type { PointRegistry } from "../../registry/types.js";
import type { ChannelNumbers } from "../../store/types.js";

/** A channel that measured a point in these slots; `to` is not in, and Infinity while it still does. */
export interface PointSegment {
  readonly point: PointId;
  readonly number: number;
  readonly channel: Assignment["channel"];
  readonly from: number;
  readonly to: number;
}

/**
 * Which channels measured points, by slots. Assignments are cut at slots: the slot in which a meter was swapped has what both measured,
 * and a slot in which one channel went from a point to another one belongs to the later point as a whole. In the slots of an import
 * nothing else of the point counts.
 */
export function pointSegments(
  wanted: readonly PointId[],
  points: Pick<PointRegistry, "assignmentsOf" | "list">,
  channels: Pick<ChannelNumbers, "numberOf">,
  imports?: ImportLinks,
): readonly PointSegment[] {
  const all = points.list().flatMap(({ id }) => points.assignmentsOf(id));
  return wanted.flatMap((point) => {
    const links = imports?.linksOf(point) ?? [];
    const own = points.assignmentsOf(point).flatMap((assignment) => {
      const number = channels.numberOf(assignment.channel);
      if (number === undefined) return [];
      const from = Math.floor(assignment.from / SLOT_MS);
      const to = endOf(assignment, all);
      return from < to ? [{ point, number, channel: assignment.channel, from, to }] : [];
    });
    return [...withoutImports(own, links), ...ofImports(point, links, channels)];
  });
}

function withoutImports(own: readonly PointSegment[], links: readonly ImportLink[]): readonly PointSegment[] {
  if (links.length === 0) return own;
  const taken = unionRuns(links.flatMap(({ slots }) => slots));
  return own.flatMap((segment) => subtractRuns([segment], taken).map((run) => ({ ...segment, ...run })));
}

function ofImports(
  point: PointId,
  links: readonly ImportLink[],
  channels: Pick<ChannelNumbers, "numberOf">,
): readonly PointSegment[] {
  return links.flatMap((link) =>
    link.channels.flatMap((channel) => {
      const number = channels.numberOf(channel);
      return number === undefined ? [] : link.slots.map(({ from, to }) => ({ point, number, channel, from, to }));
    }),
  );
}

function endOf({ channel, to }: Assignment, all: readonly Assignment[]): number {
  if (to === undefined) return Number.POSITIVE_INFINITY;
  const slot = Math.floor(to / SLOT_MS);
  const goesOn = all.some(
    (other) => other.channel === channel && other.from >= to && Math.floor(other.from / SLOT_MS) === slot,
  );
  return goesOn ? slot : Math.ceil(to / SLOT_MS);
}
