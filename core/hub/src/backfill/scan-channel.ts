import type { ChannelId, Range } from "@vatio/plugin-api";
import type { ExportBlock, TelemetryStore } from "../store/types.js";
import { findGaps } from "./find-gaps.js";

/** Any of these says what flowed. */
const READINGS = ["power_w", "energy_import_wh", "energy_export_wh", "interval_import_wh", "interval_export_wh"];

/** The gaps of a channel, from the rows that are stored. @throws E_STORE_* (retryable), E_ABORTED */
export async function scanChannel(
  store: Pick<TelemetryStore, "exportRows">,
  channel: ChannelId,
  window: Range,
  signal: AbortSignal,
): Promise<readonly Range[]> {
  const at: number[] = [];
  const lasts: number[] = [];
  for await (const block of store.exportRows({
    targets: [channel],
    metrics: [...READINGS, "interval_s"],
    range: window,
  })) {
    signal.throwIfAborted();
    takeBlock(block, { at, lasts });
  }
  return findGaps({ at, lasts }, window);
}

const minuteOf = (at: number): number => Math.floor(at / 60_000);

function takeBlock({ at, columns }: ExportBlock, into: { at: number[]; lasts: number[] }): void {
  const present = READINGS.flatMap((metric) => columns[metric] ?? []);
  const spans = columns.interval_s;
  for (let i = 0; i < at.length; i++) {
    if (!present.some((column) => !Number.isNaN(column[i]))) continue;
    const seconds = spans?.[i] || 0;
    // One reading fills its minute: of a channel that is read each second there would be millions.
    const last = into.at.at(-1);
    if (seconds === 0 && last !== undefined && minuteOf(last) === minuteOf(at[i] as number)) continue;
    into.at.push(at[i] as number);
    into.lasts.push(seconds * 1_000);
  }
}
