import { type Instant, offsetAt } from "@vatio/model";
import { type BarModel, bucketState } from "../../charts/bars/bar-model.js";
import { type Cell, spreadsheet } from "../../charts/csv.js";
import type { Column } from "../../data/api.js";

/** Heads of the columns that are not parts of the stack. */
export interface CsvWords {
  readonly from: string;
  readonly to: string;
  readonly used: string;
  readonly coverage: string;
  readonly estimated: string;
  readonly corrected: string;
}

/** What is written beside the bars. */
export interface UsageTable {
  readonly model: BarModel;
  readonly used: Column;
  /** Share of each bucket that was measured. */
  readonly coverage: readonly number[];
  readonly words: CsvWords;
  readonly zone: string;
  readonly region: string;
}

const kwh = (wh: number | null | undefined): number | null => (wh == null ? null : wh / 1_000);

/** The buckets of a usage up to now for spreadsheets: instants with the offset of the site, kWh, shares from 0 to 1. */
export function usageCsv({ model, used, coverage, words, zone, region }: UsageTable): string {
  const { edges, series, before, estimated, corrected, now } = model;
  const head = [
    words.from,
    words.to,
    `${words.used} (kWh)`,
    ...series.map(({ label }) => `${label} (kWh)`),
    ...(before ? [`${before.label} (kWh)`] : []),
    words.coverage,
    words.estimated,
    words.corrected,
  ];
  const rows = edges.slice(0, -1).flatMap((from, index): Cell[][] => {
    if (from >= now) return [];
    const isKnown = bucketState(model, index) !== "gap";
    return [
      [
        zonedIso(from, zone),
        zonedIso(edges[index + 1] ?? from, zone),
        kwh(used[index]),
        ...series.map(({ values }) => kwh(values[index])),
        ...(before ? [kwh(before.values[index])] : []),
        isKnown ? Math.round((coverage[index] ?? 0) * 1e4) / 1e4 : 0,
        estimated?.[index] ? 1 : 0,
        corrected?.[index] ? 1 : 0,
      ],
    ];
  });
  return spreadsheet([head, ...rows], region);
}

/** ISO 8601 with the offset of a zone: `2026-11-12T00:00:00-06:00`. */
export function zonedIso(at: number, zone: string): string {
  const offset = offsetAt(at as Instant, zone);
  const local = new Date(at + offset).toISOString().slice(0, 19);
  const minutes = Math.abs(Math.round(offset / 60_000));
  const pad = (value: number): string => String(value).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
