import { addDays, localDateOf, startOfDay } from "@vatio/model";
import type { Instant, LocalDate, Range } from "@vatio/plugin-api";
import type { EnergyExportBucket } from "./types.js";

type Step = (date: LocalDate) => LocalDate;

const yearOf = (date: LocalDate): number => Number(date.slice(0, 4));
const firstOfYear = (year: number): LocalDate => `${String(year).padStart(4, "0")}-01-01` as LocalDate;
const firstOfNextMonth = (date: LocalDate): LocalDate =>
  `${addDays(`${date.slice(0, 7)}-28` as LocalDate, 4).slice(0, 7)}-01` as LocalDate;

/** Slices end where buckets do, and hold some hundreds of them. */
const NEXT: Readonly<Record<EnergyExportBucket, Step>> = {
  slot: (date) => addDays(date, 7),
  hour: firstOfNextMonth,
  day: (date) => firstOfYear(yearOf(date) + 1),
  month: (date) => firstOfYear(yearOf(date) + 20),
};

/** A range in parts that end where buckets of the zone's calendar do: each is one question, and an answer of bounded size. */
export function* calendarSlices(range: Range, bucket: EnergyExportBucket, zone: string): Generator<Range, void, void> {
  let from = range.from;
  while (from < range.to) {
    const to = Math.min(range.to, startOfDay(NEXT[bucket](localDateOf(from, zone)), zone)) as Instant;
    yield { from, to };
    from = to;
  }
}
