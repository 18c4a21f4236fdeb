import { stepFor, type UnitStep } from "@vatio/model";
import type { UiFormat } from "../i18n/ui-format.js";
import type { ChartLine, ChartModel } from "./chart-model.js";

/** One scale for all values of a chart, from the largest of them. */
export function stepOf({ lines, unit }: ChartModel): UnitStep {
  let most = 0;
  for (const { values, max } of lines)
    for (const value of max ?? values) if (value !== null) most = Math.max(most, Math.abs(value));
  return stepFor(most, unit);
}

/** A value with its unit on the scale of the chart. */
export const valueText = (
  value: number | null | undefined,
  format: UiFormat,
  { unit, step }: { readonly unit: string; readonly step: UnitStep },
): string => (value === null || value === undefined ? "–" : format.quantity(value, unit, step));

/** Whether times need their seconds. */
export const needsSeconds = ({ bucketMs, from, to }: ChartModel): boolean =>
  bucketMs < 60_000 && to - from <= 2 * 3_600_000;

/** The time of a bucket as a tooltip writes it: short ranges without the day. */
export function momentText(at: number, model: ChartModel, format: UiFormat): string {
  const seconds = needsSeconds(model);
  return model.to - model.from <= 86_400_000 ? format.time(at, seconds) : format.moment(at, seconds);
}

/** Index of the newest value of any line; -1 when there is none. */
export function lastIndex(lines: readonly ChartLine[]): number {
  return Math.max(
    -1,
    ...lines.map(({ values }) => values.findLastIndex((value) => value !== null && value !== undefined)),
  );
}
