import { freemem } from "node:os";
import { isChannelId } from "@vatio/model";
import {
  type Batch,
  type ChannelId,
  type DeviceId,
  type Instant,
  type LastValues,
  type PointId,
  type Series,
  seconds,
  text,
  type Written,
} from "@vatio/plugin-api";
import { type Draft, HUB_DEVICE } from "./draft.js";
import type { DuckDb } from "./duckdb.js";
import { Exporter } from "./export-rows.js";
import { lastOfPoint } from "./last-values.js";
import type { Accepted } from "./late-lane.js";
import { bytesOnDisk } from "./maintenance.js";
import { openTelemetryDatabase } from "./open-telemetry.js";
import { isClockSet } from "./plausible-time.js";
import { ReaderPool } from "./reader-pool.js";
import { segmentsOf } from "./segments.js";
import { SeriesReader } from "./series-query.js";
import { StoreCore } from "./store-core.js";
import type { TelemetryStoreOptions } from "./store-options.js";
import type { ExportBlock, ExportQuery, InboxStore, SeriesQuery, StoreFigures, StoreStatus, TelemetryStore, WriteOptions } from "./types.js";

const MEGABYTE = 1024 * 1024;
/** How far off the time of the hub's own start may be. */
const START_ERROR = seconds(1);

interface Opened {
  readonly database: DuckDb;
  readonly repairs: readonly string[];
  readonly core: StoreCore;
  readonly readers: ReaderPool;
}

class DuckDbTelemetryStore implements TelemetryStore {
  readonly #options: TelemetryStoreOptions;
  readonly #opened: Opened;
  readonly #core: StoreCore;
  readonly #series: SeriesReader;
  readonly #exporter: Exporter;
  /** The hub's clock was not set yet: what it stamped waits. */
  #isUnset: boolean;
  #closing: Promise<void> | undefined;

  constructor(options: TelemetryStoreOptions, opened: Opened) {
    this.#options = options;
    this.#opened = opened;
    this.#core = opened.core;
    this.#isUnset = !isClockSet(options.clock);
    const reading = { ...options, readers: opened.readers, tables: opened.core.tables };
    this.#series = new SeriesReader(reading);
    this.#exporter = new Exporter(reading);
  }

  async write(batches: readonly Batch[], options: WriteOptions = {}): Promise<Written> {
    const { gate, drafter } = this.#core;
    if (!gate.isOpen) await this.#core.assertOpen();
    if (this.#isUnset) this.#askClock();
    const draft = drafter.draft(batches, options);
    const { written, stored } = this.#accept(draft) ?? (await this.#core.lane.submit(draft));
    this.#count(written);
    await stored;
    return written;
  }

  bootedAt(device: DeviceId, boot: string, at: Instant, errorMs: number): Promise<void> {
    return this.#core.assertOpen().then(() => this.#core.mover.bootedAt(device, boot, { at, errorMs }));
  }

  last(target: PointId | ChannelId): LastValues {
    const { channels, assignments } = this.#options;
    const segments = segmentsOf(target, assignments, channels);
    if (isChannelId(target)) return segments[0] ? this.#core.last.get(segments[0].number) : {};
    return lastOfPoint(segments.map(({ number, range }) => ({ values: this.#core.last.get(number), ...range })));
  }

  series(query: SeriesQuery): Promise<readonly Series[]> {
    return this.#series.read(query);
  }

  exportRows(query: ExportQuery): AsyncIterable<ExportBlock> {
    return this.#exporter.read(query);
  }

  onBatch(listener: (batch: Batch) => void): Disposable {
    return this.#core.onBatch.add(listener);
  }

  onCommit(listener: (channels: readonly ChannelId[]) => void): Disposable {
    return this.#core.onCommit.add(listener);
  }

  get inbox(): InboxStore {
    return this.#core.inbox;
  }

  async flush(): Promise<void> {
    await this.#core.lane.drained();
    await this.#core.commit.flush();
    await this.#core.queue.drained();
  }

  get idle(): boolean {
    return this.#core.isIdle;
  }

  async status(): Promise<StoreStatus> {
    const { tables, commit, gate, guard, growth } = this.#core;
    await guard?.check();
    const free = guard?.free ?? freemem();
    const daysLeft = growth.daysUntil(free - this.#options.config.minFreeMb * MEGABYTE);
    return {
      rows: tables.rows,
      bytesOnDisk: await bytesOnDisk(this.#options.path),
      freeBytes: free,
      pendingRows: commit.pending,
      repairs: this.#opened.repairs,
      ...(daysLeft === undefined ? {} : { daysLeft }),
      ...(gate.blocked ? { blocked: gate.blocked } : {}),
    };
  }

  figures(): StoreFigures {
    const { commit, lane, queue, holding, rowsCommitted } = this.#core;
    const { commits, failures, lastMs, longestMs } = commit.figures;
    return {
      commits,
      commitFailures: failures,
      lastCommitMs: lastMs,
      longestCommitMs: longestMs,
      rowsCommitted,
      pendingRows: commit.pending,
      waitingWrites: lane.size,
      queue: queue.size,
      queries: this.#opened.readers.load,
      heldRows: holding.rows,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#core.end();
    await this.#opened.readers.close();
    this.#opened.database.close();
  }

  /** Takes a draft at once. @returns undefined when it must wait for a look-up or for room */
  #accept(draft: Draft): Accepted | undefined {
    const { commit, intake } = this.#core;
    if (commit.roomFor(draft.rows) || intake.lateSpans(draft, undefined).length > 0) return undefined;
    const written = intake.accept(draft, commit.open);
    // What was held already may still be on its way to the disk: its sender hears of it when it is there.
    const isMoot = commit.open.isEmpty && commit.isIdle;
    return { written, stored: isMoot ? Promise.resolve() : commit.touch() };
  }

  #count({ accepted, duplicate, rejected }: Written): void {
    if (duplicate > 0) this.#core.count("rows-kept-out", "duplicate", duplicate);
    for (const { reason, rows } of rejected) this.#core.count("rows-kept-out", reason, rows);
    if (accepted === 0 && duplicate === 0 && rejected.length === 0) this.#core.count("writes", "empty");
  }

  /** Once the clock is set, what the hub stamped before gets its instants. */
  #askClock(): void {
    const { clock, log } = this.#options;
    if (!isClockSet(clock)) return;
    this.#isUnset = false;
    const startedAt = (clock.now() - clock.monotonic()) as Instant;
    this.#core.mover.bootedAt(HUB_DEVICE, this.#core.session, { at: startedAt, errorMs: START_ERROR }).catch((error: unknown) => {
      this.#isUnset = true;
      log.warn("Readings that came before the time was known could not be moved yet.", { reason: error instanceof Error ? error.message : String(error) });
    });
  }
}

function reportRepairs({ health }: TelemetryStoreOptions, repairs: readonly string[]): void {
  if (repairs.length > 0) health?.set("hub/store/repairs", "degraded", text("health.store-repaired", { what: repairs.join(" ") }));
}

/**
 * Opens the telemetry store, repairs what a crash left behind and reads what it needs to know.
 * @throws E_STORE_OPEN, E_STORE_LOCKED, E_STORE_NEWER, E_STORE_UNREADABLE, E_MIGRATION_FAILED
 */
export async function openTelemetryStore(options: TelemetryStoreOptions): Promise<TelemetryStore> {
  const { path, clock, log, config } = options;
  const { database, repairs } = await openTelemetryDatabase({ path, memoryMb: config.memoryMb, clock, log });
  try {
    const core = await StoreCore.open(options, database);
    const readers = await ReaderPool.create({ database, clock });
    const store = new DuckDbTelemetryStore(options, { database, repairs, core, readers });
    reportRepairs(options, repairs);
    core.mover.resume().catch((error: unknown) => log.warn("Readings that waited could not be moved yet.", { reason: String(error) }));
    return store;
  } catch (error) {
    database.close();
    throw error;
  }
}
