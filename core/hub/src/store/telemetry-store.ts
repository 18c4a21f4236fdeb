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
  VatioError,
  type Written,
} from "@vatio/plugin-api";
import { createDerivedStore, type DerivedStore } from "./derived-store.js";
import { type Draft, HUB_DEVICE } from "./draft.js";
import { lastOfPoint } from "./last-values.js";
import type { Accepted } from "./late-lane.js";
import { Listeners } from "./listeners.js";
import { bytesOnDisk } from "./maintenance.js";
import { type OpenedStore, openParts } from "./opened-store.js";
import { isClockSet } from "./plausible-time.js";
import type { QueryDoor } from "./query-door.js";
import { Recovery } from "./recovery.js";
import type { KeptOut, Rejections } from "./rejections.js";
import type { SegmentStore } from "./segment-types.js";
import { segmentsOf } from "./segments.js";
import type { StoreCore } from "./store-core.js";
import type { TelemetryStoreOptions } from "./store-options.js";
import type {
  ExportBlock,
  ExportQuery,
  InboxStore,
  SeriesQuery,
  Sql,
  StoreFigures,
  StoreStatus,
  TelemetryStore,
  WriteOptions,
} from "./types.js";

const MEGABYTE = 1024 * 1024;
/** How far off the time of the hub's own start may be. */
const START_ERROR = seconds(1);
const HEALTH_REPAIRS = "hub/store/repairs";

class DuckDbTelemetryStore implements TelemetryStore {
  readonly #options: TelemetryStoreOptions;
  readonly #onBatch: Listeners<Batch>;
  readonly #onCommit: Listeners<readonly ChannelId[]>;
  readonly #onKeptOut: Listeners<readonly KeptOut[]>;
  readonly #recovery: Recovery;
  readonly #repairs: string[] = [];
  #opened: OpenedStore | undefined;
  /** The hub's clock was not set yet: what it stamped waits. */
  #isUnset: boolean;
  #closing: Promise<void> | undefined;

  constructor(options: TelemetryStoreOptions) {
    this.#options = options;
    this.#isUnset = !isClockSet(options.clock);
    this.#onBatch = new Listeners((error) => this.#listenerFailed(error));
    this.#onCommit = new Listeners((error) => this.#listenerFailed(error));
    this.#onKeptOut = new Listeners((error) => this.#listenerFailed(error));
    this.#recovery = new Recovery({ ...options, reopen: (error) => this.#reopen(error) });
  }

  async open(): Promise<void> {
    this.#opened = await openParts(this.#options, {
      onBatch: this.#onBatch,
      onCommit: this.#onCommit,
      onFatal: (error) => this.#recovery.begin(error),
      session: this.#opened?.core.session,
    });
    this.#noteRepairs(this.#opened.repairs);
    this.#core.mover
      .resume()
      .catch((error: unknown) =>
        this.#options.log.warn("Readings that waited could not be moved yet.", { reason: String(error) }),
      );
  }

  write(batches: readonly Batch[], options: WriteOptions = {}): Promise<Written> {
    // Not an async function on purpose: its frame would keep every batch alive until the commit.
    try {
      if (this.#core.gate.isOpen) return this.#write(batches, options);
      return this.#core.assertOpen().then(() => this.#write(batches, options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async bootedAt(device: DeviceId, boot: string, at: Instant, errorMs: number): Promise<void> {
    await this.#core.assertOpen();
    await this.#core.mover.bootedAt(device, boot, { at, errorMs });
  }

  last(target: PointId | ChannelId): LastValues {
    const { channels, assignments } = this.#options;
    const segments = segmentsOf(target, assignments, channels);
    if (isChannelId(target)) return segments[0] ? this.#core.last.get(segments[0].number) : {};
    return lastOfPoint(segments.map(({ number, range }) => ({ values: this.#core.last.get(number), ...range })));
  }

  series(query: SeriesQuery): Promise<readonly Series[]> {
    return this.#parts.series.read(query);
  }

  exportRows(query: ExportQuery): AsyncIterable<ExportBlock> {
    return this.#parts.exporter.read(query);
  }

  onBatch(listener: (batch: Batch) => void): Disposable {
    return this.#onBatch.add(listener);
  }

  onCommit(listener: (channels: readonly ChannelId[]) => void): Disposable {
    return this.#onCommit.add(listener);
  }

  onKeptOut(listener: (rows: readonly KeptOut[]) => void): Disposable {
    return this.#onKeptOut.add(listener);
  }

  readonly inbox: InboxStore = {
    put: (plugin, message) => this.#core.inbox.put(plugin, message),
    read: (plugin, limit) => this.#core.inbox.read(plugin, limit),
    remove: (plugin, ids) => this.#core.inbox.remove(plugin, ids),
    crashed: (plugin, id) => this.#core.inbox.crashed(plugin, id),
    size: (plugin) => this.#core.inbox.size(plugin),
    aside: (plugin) => this.#core.inbox.aside(plugin),
    dropAside: (plugin, id) => this.#core.inbox.dropAside(plugin, id),
  };

  readonly derived: DerivedStore = createDerivedStore(() => {
    const { core, readers, manifest } = this.#parts;
    const { sources, queue, connection } = core;
    return { readers, sources, manifest, queue, connection, assertOpen: () => core.assertOpen() };
  });

  readonly queries: QueryDoor = { read: (work) => this.#parts.queries.read(work) };

  readonly segments: SegmentStore = segmentsBehind(() => this.#parts.history);

  snapshot<T>(target: string, measure: (sql: Sql) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#parts.snapshots.snapshot(target, measure, signal);
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
    const { manifest, core } = this.#parts;
    const { tables, commit, gate, guard, growth } = core;
    await guard?.check();
    const free = guard?.free ?? freemem();
    const daysLeft = growth.daysUntil(free - this.#options.config.minFreeMb * MEGABYTE);
    return {
      rows: tables.rows + manifest.rows,
      bytesOnDisk: (await bytesOnDisk(this.#options.path)) + manifest.bytes,
      freeBytes: free,
      pendingRows: commit.pending,
      repairs: this.#repairs,
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
      queries: this.#parts.readers.load,
      heldRows: holding.rows,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #parts(): OpenedStore {
    if (this.#opened) return this.#opened;
    throw new VatioError("E_STORE_CLOSED", "The store is not open.", { retryable: true });
  }

  get #core(): StoreCore {
    return this.#parts.core;
  }

  async #close(): Promise<void> {
    await this.#recovery.stop();
    const { core, readers, database, snapshots, queries, history } = this.#parts;
    await queries.stop();
    await snapshots.stop();
    await history.stop();
    await core.end();
    await readers.close();
    database.close();
  }

  /** Gives the database up that failed for good and opens it again. */
  async #reopen(error: VatioError): Promise<void> {
    const { core, readers, database, snapshots, queries, history } = this.#parts;
    await queries.stop();
    await snapshots.stop();
    await history.stop();
    await core.abandon(error);
    await readers.close();
    database.close();
    await this.open();
  }

  #write(batches: readonly Batch[], options: WriteOptions): Promise<Written> {
    if (this.#isUnset) this.#askClock();
    const draft = this.#core.drafter.draft(batches, options);
    const { rejections } = draft;
    const accepted = this.#accept(draft);
    if (accepted) return this.#settle(accepted, rejections);
    return this.#core.lane.submit(draft).then((later) => this.#settle(later, rejections));
  }

  /** What became of a write, once that is durable. */
  #settle({ written, stored }: Accepted, rejections: Rejections): Promise<Written> {
    this.#count(written);
    const keptOut = rejections.keptOut();
    if (keptOut.length > 0) this.#onKeptOut.call(keptOut);
    return stored.then(() => written);
  }

  /** Takes a draft at once. @returns undefined when it must wait for a look-up or for room */
  #accept(draft: Draft): Accepted | undefined {
    const { commit, intake } = this.#core;
    if (commit.roomFor(draft.rows) || intake.lateSpans(draft, undefined).length > 0) return undefined;
    const written = intake.accept(draft, commit.open);
    // What was held already may still be on its way to the disk: its sender hears of it when it is there.
    const isMoot = written.accepted === 0 && (written.duplicate === 0 || (commit.open.isEmpty && commit.isIdle));
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
    this.#core.mover
      .bootedAt(HUB_DEVICE, this.#core.session, { at: startedAt, errorMs: START_ERROR })
      .catch((error: unknown) => {
        this.#isUnset = true;
        log.warn("Readings that came before the time was known could not be moved yet.", {
          reason: error instanceof Error ? error.message : String(error),
        });
      });
  }

  #noteRepairs(repairs: readonly string[]): void {
    this.#repairs.push(...repairs);
    if (this.#repairs.length > 0)
      this.#options.health?.set(
        HEALTH_REPAIRS,
        "degraded",
        text("health.store-repaired", { what: this.#repairs.join(" ") }),
      );
  }

  #listenerFailed(error: unknown): void {
    this.#options.counters.add("store", "listener-failed", VatioError.from(error).code);
    this.#options.log.error("A listener of the store failed.", {
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}

/** Sealed history of a store that may be opened again meanwhile. */
const segmentsBehind = (history: () => SegmentStore): SegmentStore => ({
  list: () => history().list(),
  seal: () => history().seal(),
  addImport: (importId, rows) => history().addImport(importId, rows),
  removeImport: (importId) => history().removeImport(importId),
  verify: () => history().verify(),
  hold: () => history().hold(),
  get sealedUntil() {
    return history().sealedUntil;
  },
});

/**
 * Opens the telemetry store, repairs what a crash left behind and reads what it needs to know.
 * @throws E_STORE_OPEN, E_STORE_LOCKED, E_STORE_NEWER, E_STORE_UNREADABLE, E_MIGRATION_FAILED
 */
export async function openTelemetryStore(options: TelemetryStoreOptions): Promise<TelemetryStore> {
  const store = new DuckDbTelemetryStore(options);
  await store.open();
  return store;
}
