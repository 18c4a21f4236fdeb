import type { Batch } from "@vatio/plugin-api";
import { systemClock } from "../../core/hub/src/clock.js";
import { meterColumns } from "./simulated-meter.js";
import { CHANNELS, inBenchFolder, openBenchStore } from "./store-setup.js";

/** What sustained writing came to. */
export interface IngestResult {
  readonly rowsPerSecond: number;
  /** Milliseconds that each group commit took. */
  readonly commits: readonly number[];
}

/** Batches of one channel each, in turns, a second after each other, cut from columns that were made beforehand. */
function batchSource(rowsPerBatch: number, rows: number): () => Batch | undefined {
  const seconds = Math.ceil(rows / CHANNELS.length);
  const start = systemClock.now() - 12 * 3_600_000;
  const meters = CHANNELS.map((channel, meter) => ({
    channel,
    at: Float64Array.from({ length: seconds }, (_, i) => start + i * 1_000 + ((meter * 37 + i * 13) % 31)),
    columns: Object.entries(meterColumns(meter, 0, seconds)),
  }));
  let next = 0;
  return () => {
    const turn = next++;
    const from = Math.floor(turn / meters.length) * rowsPerBatch;
    const meter = meters[turn % meters.length];
    if (!meter || from >= seconds) return undefined;
    const to = from + rowsPerBatch;
    const columns = Object.fromEntries(meter.columns.map(([metric, column]) => [metric, column.slice(from, to)]));
    return { channel: meter.channel, origin: "live", at: meter.at.slice(from, to), columns };
  };
}

/** Writes rows through the store as fast as it takes them, with so many rows on their way at a time. */
export function measureIngest(rowsPerBatch: number, rows: number, rowsAtOnce = 30_000): Promise<IngestResult> {
  const nextBatch = batchSource(rowsPerBatch, rows);
  return inBenchFolder(async (file) => {
    const store = await openBenchStore(file);
    const commits: number[] = [];
    store.onCommit(() => queueMicrotask(() => commits.push(store.figures().lastCommitMs)));
    const started = performance.now();
    const writeNext = (): Promise<unknown> | undefined => {
      const batch = nextBatch();
      return batch && store.write([batch]);
    };
    const worker = async (): Promise<void> => {
      for (let written = writeNext(); written; written = writeNext()) await written;
    };
    await Promise.all(Array.from({ length: Math.max(1, Math.floor(rowsAtOnce / rowsPerBatch)) }, worker));
    const seconds = (performance.now() - started) / 1_000;
    const { rowsCommitted } = store.figures();
    await store.close();
    return { rowsPerSecond: rowsCommitted / seconds, commits };
  });
}

/** Commit times at a steady rate: so many single rows each 50 ms for some seconds. */
export function measureSteadyCommits(rowsPerTick: number, ticks: number): Promise<IngestResult> {
  const nextBatch = batchSource(1, rowsPerTick * ticks);
  return inBenchFolder(async (file) => {
    const store = await openBenchStore(file, 50);
    const commits: number[] = [];
    store.onCommit(() => queueMicrotask(() => commits.push(store.figures().lastCommitMs)));
    const started = performance.now();
    for (let tick = 0; tick < ticks; tick++) {
      const batches = Array.from({ length: rowsPerTick }, nextBatch).filter((batch) => batch !== undefined);
      await Promise.all([
        ...batches.map((batch) => store.write([batch])),
        new Promise((resolve) => setTimeout(resolve, 50)),
      ]);
    }
    const seconds = (performance.now() - started) / 1_000;
    await store.close();
    return { rowsPerSecond: (rowsPerTick * ticks) / seconds, commits };
  });
}
