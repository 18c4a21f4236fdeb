import { SLOT_MS } from "@vatio/model";
import { days, type Instant, type Point, type Range } from "@vatio/plugin-api";
import type { EnergyService, PointUsage } from "../energy/types.js";
import { calendarSlices } from "./calendar-slices.js";
import type { EnergyRequest, ExportRows, ExportTable } from "./types.js";

/** A point whose energy is exported, with the zone of its site. */
export interface EnergySubject {
  readonly point: Point;
  readonly zone: string;
}

/** What an export of energy is made from. */
export interface EnergySource {
  readonly energy: Pick<EnergyService, "slots" | "usage">;
  readonly subjects: readonly EnergySubject[];
}

/** Longer ranges are looked over before they are read. */
const LONG = days(400);

const TEXTS = ["point", "point_id", "role"];

const NUMBERS = [
  { name: "import_wh", unit: "Wh" },
  { name: "export_wh", unit: "Wh" },
  { name: "coverage", unit: "" },
  { name: "quality", unit: "" },
];

/** Energy of points: one row for each bucket of which anything is known. */
export function energyTable(source: EnergySource, { range, bucket }: EnergyRequest): ExportTable {
  return {
    times: ["from", "to"],
    texts: TEXTS,
    numbers: NUMBERS,
    rows: rowsOf(source, range, bucket),
  };
}

async function* rowsOf(
  { energy, subjects }: EnergySource,
  range: Range,
  bucket: EnergyRequest["bucket"],
): AsyncGenerator<ExportRows, void, void> {
  for (const subject of subjects) {
    const filled = await filledPart(energy, subject.point, range);
    if (filled === undefined) continue;
    for (const slice of calendarSlices(filled, bucket, subject.zone)) {
      const rows =
        bucket === "slot"
          ? await slotRows(energy, subject, slice)
          : await usageRows(energy, subject, { slice, bucket });
      if (rows.count > 0) yield rows;
    }
  }
}

/** Of "everything since 1970" most is empty: a look at the years spares thousands of questions. */
async function filledPart(
  energy: EnergySource["energy"],
  { id, site }: Point,
  range: Range,
): Promise<Range | undefined> {
  if (range.to - range.from < LONG) return range;
  const { edges, points } = await energy.usage({ site, range, bucket: "year", points: [id] });
  const found = points.find(({ point }) => point === id);
  const known = found ? knownBuckets(found) : [];
  const [first, last] = [known.at(0), known.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const from = Math.max(range.from, edges[first] ?? range.from) as Instant;
  return { from, to: Math.min(range.to, edges[last + 1] ?? range.to) as Instant };
}

const textsOf = ({ point }: EnergySubject): readonly string[] => [point.name, point.id, point.role];

async function slotRows(energy: EnergySource["energy"], subject: EnergySubject, slice: Range): Promise<ExportRows> {
  const slots = await energy.slots(subject.point.id, slice);
  const column = (value: (slot: (typeof slots)[number]) => number): Float64Array => Float64Array.from(slots, value);
  return {
    count: slots.length,
    zone: subject.zone,
    times: [column(({ slot }) => slot * SLOT_MS), column(({ slot }) => (slot + 1) * SLOT_MS)],
    texts: textsOf(subject),
    numbers: [
      column(({ importWh }) => importWh),
      column(({ exportWh }) => exportWh),
      column(({ coverage }) => coverage),
      column(({ quality }) => quality),
    ],
  };
}

interface UsageSlice {
  readonly slice: Range;
  readonly bucket: EnergyRequest["bucket"];
}

async function usageRows(
  energy: EnergySource["energy"],
  subject: EnergySubject,
  { slice, bucket }: UsageSlice,
): Promise<ExportRows> {
  const { point } = subject;
  const { edges, points } = await energy.usage({ site: point.site, range: slice, bucket, points: [point.id] });
  const found = points.find((usage) => usage.point === point.id);
  const known = found ? knownBuckets(found) : [];
  const pick = (column: ArrayLike<number> | undefined, shift = 0): Float64Array =>
    Float64Array.from(known, (i) => column?.[i + shift] ?? Number.NaN);
  return {
    count: known.length,
    zone: subject.zone,
    times: [pick(edges), pick(edges, 1)],
    texts: textsOf(subject),
    numbers: [pick(found?.importWh), pick(found?.exportWh), pick(found?.coverage), pick(found?.quality)],
  };
}

/** Of a year of hours most may be empty: they are left out, a gap is a gap in the file as well. */
const knownBuckets = ({ importWh, exportWh }: PointUsage): number[] =>
  Array.from(importWh.keys()).filter((i) => !Number.isNaN(importWh[i]) || !Number.isNaN(exportWh[i]));
