import { isChannelId } from "@vatio/model";
import type { ChannelId, Instant, PointId, Range } from "@vatio/plugin-api";
import type { AssignmentSource, ChannelNumbers } from "./types.js";

/** A channel that measured a target for some time. */
export interface Segment {
  readonly channel: ChannelId;
  readonly number: number;
  readonly range: Range;
}

const FOREVER = Number.POSITIVE_INFINITY as Instant;
const ALWAYS = Number.NEGATIVE_INFINITY as Instant;

/** Which channels measured a target, and when: a swapped meter keeps one history. */
export function segmentsOf(
  target: PointId | ChannelId,
  assignments: AssignmentSource,
  channels: ChannelNumbers,
): Segment[] {
  const parts = isChannelId(target) ? [{ channel: target, from: ALWAYS }] : assignments.assignmentsOf(target);
  return parts.flatMap((part) => {
    const number = channels.numberOf(part.channel);
    const to = "to" in part && part.to !== undefined ? part.to : FOREVER;
    return number === undefined ? [] : [{ channel: part.channel, number, range: { from: part.from, to } }];
  });
}

/** The part of each segment that lies in a range, in order of time. */
export function clip(segments: readonly Segment[], range: Range): Segment[] {
  return segments
    .map((segment) => ({
      ...segment,
      range: {
        from: Math.max(segment.range.from, range.from) as Instant,
        to: Math.min(segment.range.to, range.to) as Instant,
      },
    }))
    .filter(({ range: { from, to } }) => from < to)
    .sort((a, b) => a.range.from - b.range.from);
}
