import { days, type Instant, type Range, VatioError } from "@vatio/plugin-api";
import type { SegmentKind } from "../segment-types.js";

/** A UTC day or month. */
export interface Period {
  readonly kind: "day" | "month";
  readonly range: Range;
}

const DAY = days(1);
const IMPORT_ID = /^[\w-]{1,64}$/;
const DAY_FILE = /^\d{4}\/(\d{4})-(\d{2})-(\d{2})(?:\.g(\d+))?\.parquet$/;
const MONTH_FILE = /^\d{4}\/(\d{4})-(\d{2})(?:\.g(\d+))?\.parquet$/;
const IMPORT_FILE = /^imports\/([\w-]{1,64})\.parquet$/;

/** The UTC day of an instant. */
export function dayOf(at: number): Period {
  const from = Math.floor(at / DAY) * DAY;
  return { kind: "day", range: { from: from as Instant, to: (from + DAY) as Instant } };
}

/** The UTC month of an instant. */
export function monthOf(at: number): Period {
  const date = new Date(at);
  const begin = (add: number): Instant => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + add, 1) as Instant;
  return { kind: "month", range: { from: begin(0), to: begin(1) } };
}

/** Path of the file of a day or a month, relative to the folder of the readings. A later generation has a name of its own. */
export function pathOf({ kind, range }: Period, generation: number): string {
  const date = new Date(range.from).toISOString().slice(0, kind === "day" ? 10 : 7);
  return `${date.slice(0, 4)}/${date}${generation > 1 ? `.g${generation}` : ""}.parquet`;
}

/** Path of the file of an import. @throws E_IMPORT_INVALID when the id cannot be a name of a file */
export function importPath(importId: string): string {
  if (IMPORT_ID.test(importId)) return `imports/${importId}.parquet`;
  throw new VatioError("E_IMPORT_INVALID", "The id of an import has 1 to 64 letters, digits, hyphens or underscores.", {
    details: { importId },
  });
}

/** What the path of a file says about it. */
export interface PathMeaning {
  readonly kind: SegmentKind;
  /** Of an import it stands in the file. */
  readonly period?: Period;
  readonly generation: number;
  readonly importId?: string;
}

/** What a path means; undefined when it is none of a sealed file. */
export function meaningOf(path: string): PathMeaning | undefined {
  const imported = IMPORT_FILE.exec(path)?.[1];
  if (imported !== undefined) return { kind: "import", generation: 1, importId: imported };
  const day = DAY_FILE.exec(path);
  if (day) {
    const at = Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3]));
    return { kind: "day", period: dayOf(at), generation: Number(day[4] ?? 1) };
  }
  const month = MONTH_FILE.exec(path);
  if (!month) return undefined;
  const at = Date.UTC(Number(month[1]), Number(month[2]) - 1, 1);
  return { kind: "month", period: monthOf(at), generation: Number(month[3] ?? 1) };
}
