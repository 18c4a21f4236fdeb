import { instant, offsetAt } from "@vatio/model";

const DAY_MS = 86_400_000;

/**
 * The instant of a local date and time in a zone (`2026-11-21T14:30`), in ms; undefined for what is none. Of a time that
 * comes twice when the clock is put back it is the first; of one that is skipped, as much later.
 */
export function instantOf(local: string, zone: string): number | undefined {
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) return undefined;
  // The offset before a change gives the first of two times, and moves a skipped one on.
  return (
    [asUtc - DAY_MS, asUtc + DAY_MS]
      .map((near) => asUtc - offsetAt(instant(near), zone))
      .find((at) => at + offsetAt(instant(at), zone) === asUtc) ?? asUtc - offsetAt(instant(asUtc - DAY_MS), zone)
  );
}
