import { type Batch, type ChannelId, milliseconds, type Text, text, VatioError } from "@vatio/plugin-api";
import { Arrivals } from "./arrivals.js";
import { BootMover } from "./boot-mover.js";
import { Boots } from "./boots.js";
import { CommitWriter } from "./commit-writer.js";
import { DiskGuard, freeSpaceOf } from "./disk-guard.js";
import { Drafter } from "./draft.js";
import { type DuckDb, IN_MEMORY } from "./duckdb.js";
import { FrameRanges } from "./frame-ranges.js";
import { FrameStorage } from "./frame-storage.js";
import type { Generation } from "./generation.js";
import { GroupCommit } from "./group-commit.js";
import { Growth } from "./growth.js";
import { Holding } from "./holding.js";
import { HotTables } from "./hot-tables.js";
import { Inbox } from "./inbox.js";
import { Intake } from "./intake.js";
import { LastValueStorage } from "./last-value-storage.js";
import { LastValueTable } from "./last-values.js";
import { LateLane } from "./late-lane.js";
import type { Listeners } from "./listeners.js";
import { Maintenance } from "./maintenance.js";
import { QueuedSql } from "./queued-sql.js";
import { RecentValues } from "./recent-values.js";
import { checkFile } from "./sealed/check-file.js";
import type { Manifest } from "./sealed/manifest.js";
import { SerialQueue } from "./serial-queue.js";
import { Sources } from "./sources.js";
import type { SqlConnection } from "./sql-connection.js";
import type { TelemetryStoreOptions } from "./store-options.js";
import { WriteGate } from "./write-gate.js";

const SCOPE = "store";
const HEALTH = "hub/store";
const MEGABYTE = 1024 * 1024;
const MAX_ROWS = 8_192;
const HARD_CAP = 65_536;
const HELD_ROWS = 500_000;
const INBOX_MESSAGES = 100_000;
const INBOX_BYTES = 64 * MEGABYTE;

/** Connections of one database: `writer` for everything that writes, `service` for look-ups. */
interface CoreConnections {
  readonly writer: SqlConnection;
  readonly service: SqlConnection;
}

/** What outlives a core: after a fatal failure another one takes over. */
export interface CoreContext {
  readonly onBatch: Listeners<Batch>;
  readonly onCommit: Listeners<readonly ChannelId[]>;
  /** The database gave up; only opening it again helps. */
  readonly onFatal: (error: VatioError) => void;
  /** Name of this run of the hub, among all, once there was a core. */
  readonly session: string | undefined;
  /** Which sealed files count. */
  readonly manifest: Manifest;
}

/** The parts of the telemetry store that writing takes, wired together. */
export class StoreCore {
  readonly queue = new SerialQueue();
  readonly last: LastValueTable;
  readonly tables: HotTables;
  /** Tables and sealed files as one. */
  readonly sources: Sources;
  readonly holding: Holding;
  readonly commit: GroupCommit;
  readonly drafter: Drafter;
  readonly intake: Intake;
  readonly lane: LateLane;
  readonly mover: BootMover;
  readonly inbox: Inbox;
  readonly gate: WriteGate;
  readonly guard: DiskGuard | undefined;
  readonly growth = new Growth();
  /** Name of this run of the hub, among all. */
  readonly session: string;
  /** The connection that writes; only inside the queue. */
  readonly connection: SqlConnection;
  readonly writer: CommitWriter;
  readonly #options: TelemetryStoreOptions;
  readonly #context: CoreContext;
  readonly #service: QueuedSql;
  readonly #recent = new RecentValues();
  readonly #frames = new FrameRanges();
  readonly #boots = new Boots();
  readonly #frameStorage: FrameStorage;
  readonly #lastStorage: LastValueStorage;
  readonly #maintenance: Maintenance;
  /** Tables of commits that failed: whether a failed commit left a trace is not certain. */
  readonly #doubtful = new Set<string>();
  #committedArrival: number;
  #hasFailed = false;
  #rowsCommitted = 0;

  private constructor(
    options: TelemetryStoreOptions,
    context: CoreContext,
    { writer, service }: CoreConnections,
    arrivals: Arrivals,
  ) {
    const { clock, log, config, channels } = options;
    const sql = new QueuedSql(service);
    this.#options = options;
    this.last = new LastValueTable(options.clock);
    this.#context = context;
    this.#service = sql;
    this.connection = writer;
    this.#committedArrival = arrivals.last;
    this.session = context.session ?? `run-${arrivals.last}`;
    this.tables = new HotTables({
      clock,
      isSealed: (at) => context.manifest.covers(at),
      nextNumber: () => arrivals.last + 1,
    });
    this.sources = new Sources(this.tables, context.manifest, checkFile);
    this.holding = new Holding(channels, config.heldRows ?? HELD_ROWS);
    this.guard = this.#makeGuard();
    this.gate = new WriteGate(this.guard);
    this.writer = new CommitWriter({ connection: writer, tables: this.tables, log });
    this.#frameStorage = new FrameStorage(writer, this.#frames);
    this.#lastStorage = new LastValueStorage(this.last, clock);
    this.commit = this.#makeCommit();
    this.intake = new Intake({
      tables: this.tables,
      arrivals,
      recent: this.#recent,
      last: this.last,
      frames: this.#frames,
      holding: this.holding,
      onBatch: (batch) => context.onBatch.call(batch),
    });
    this.drafter = new Drafter({ ...options, boots: this.#boots, session: this.session });
    this.lane = new LateLane({
      intake: this.intake,
      commit: this.commit,
      sources: this.sources,
      sql,
      onError: (error) => this.#lookUpFailed(error),
    });
    this.mover = new BootMover({
      boots: this.#boots,
      holding: this.holding,
      drafter: this.drafter,
      lane: this.lane,
      commit: this.commit,
      sql,
    });
    this.inbox = this.#makeInbox(arrivals);
    this.#maintenance = this.#makeMaintenance(writer);
  }

  /** Connects and reads what the database holds. */
  static async open(options: TelemetryStoreOptions, context: CoreContext, database: DuckDb): Promise<StoreCore> {
    const connections = { writer: await database.connect(), service: await database.connect() };
    const core = new StoreCore(options, context, connections, await Arrivals.open(connections.writer));
    await core.#load(connections.writer);
    return core;
  }

  get rowsCommitted(): number {
    return this.#rowsCommitted;
  }

  /** Nothing waits and nothing is under way. */
  get isIdle(): boolean {
    return this.commit.isIdle && this.lane.isIdle && this.mover.isIdle && this.queue.size === 0;
  }

  count(name: string, reason: string, by = 1): void {
    this.#options.counters.add(SCOPE, name, reason, by);
  }

  /** @throws E_STORE_* (retryable) when nothing can be stored, and counts it */
  async assertOpen(): Promise<void> {
    if (this.gate.isOpen) return;
    try {
      await this.gate.assertOpen();
    } catch (error) {
      this.count("write-refused", VatioError.from(error).code);
      throw error;
    }
  }

  /** Commits everything, saves what makes the next start fast, and empties the log. */
  async end(): Promise<void> {
    this.gate.close();
    await this.lane.drained();
    this.#lastStorage.save(this.commit.open, Math.max(this.#committedArrival, this.commit.open.lastArrival), true);
    this.commit.touch().catch(() => undefined);
    await this.commit.flush();
    await this.queue.drained();
    await this.queue
      .run(() => this.writer.checkpoint())
      .catch((error: unknown) => this.#maintenanceFailed(VatioError.from(error)));
    this.writer.close();
    await this.#service.drained();
  }

  /** Gives everything up that waits; the database does not take it any more. */
  async abandon(error: VatioError): Promise<void> {
    this.gate.fail(error);
    this.lane.abort(error);
    await this.commit.flush();
    await this.queue.drained();
    this.writer.close();
    await this.#service.drained();
  }

  #makeCommit(): GroupCommit {
    const { clock, config } = this.#options;
    return new GroupCommit({
      clock,
      queue: this.queue,
      commitMs: milliseconds(config.commitMs),
      whenIdle: config.commitWhenIdle ?? false,
      maxRows: config.maxRows ?? MAX_ROWS,
      hardCap: config.hardCap ?? HARD_CAP,
      store: (generation) => this.#store(generation),
      onCommitted: (generation) => this.#committed(generation),
      onFailed: (generations, error) => this.#failed(generations, error),
    });
  }

  #makeInbox(arrivals: Arrivals): Inbox {
    const { config } = this.#options;
    return new Inbox({
      commit: this.commit,
      arrivals,
      sql: this.#service,
      assertWritable: () => this.assertOpen(),
      onFull: (plugin) => this.count("inbox-full", plugin),
      maxMessages: config.inboxMessages ?? INBOX_MESSAGES,
      maxBytes: config.inboxBytes ?? INBOX_BYTES,
    });
  }

  #makeMaintenance(sql: SqlConnection): Maintenance {
    const { path, clock, log } = this.#options;
    return new Maintenance({
      path,
      clock,
      log,
      queue: this.queue,
      sql,
      writer: this.writer,
      frames: this.#frameStorage,
      growth: this.growth,
      sealedBytes: () => this.#context.manifest.bytes,
      onError: (error) => this.#maintenanceFailed(error),
    });
  }

  #makeGuard(): DiskGuard | undefined {
    const { path, config, clock, log, freeSpace } = this.#options;
    if (path === IN_MEMORY && !freeSpace) return undefined;
    return new DiskGuard({
      freeSpace: freeSpace ?? (() => freeSpaceOf(path)),
      minFreeBytes: config.minFreeMb * MEGABYTE,
      clock,
      log,
      onChange: (blocked) => this.#blockedChanged(blocked),
    });
  }

  async #load(sql: SqlConnection): Promise<void> {
    await this.tables.load(sql, new Set(this.#context.manifest.files.flatMap(({ folded }) => folded)));
    await this.#lastStorage.load(sql, this.sources, this.#context.manifest);
    for (const channel of this.last.channels()) this.#recent.reset(channel, this.last.newestCommitted(channel));
    await this.#frameStorage.load();
    await this.#boots.load(sql);
    await this.holding.load(sql);
    await this.inbox.load();
    await this.#maintenance.load();
    await this.guard?.check();
  }

  async #store(generation: Generation): Promise<void> {
    if (generation.isEmpty) return;
    this.#lastStorage.save(generation, Math.max(this.#committedArrival, generation.lastArrival));
    for (const name of this.#doubtful)
      generation.statements.push({
        sql: "INSERT INTO overlapping VALUES (?) ON CONFLICT DO NOTHING",
        parameters: [name],
      });
    await this.writer.store(generation);
  }

  #committed(generation: Generation): void {
    const { channels } = this.#options;
    this.last.commit(generation.last);
    this.#frames.commit(generation.frames);
    this.#frameStorage.added(generation.frames.length);
    this.#committedArrival = Math.max(this.#committedArrival, generation.lastArrival);
    this.#rowsCommitted += generation.rows;
    this.#doubtful.clear();
    if (this.#hasFailed) this.#blockedChanged(undefined);
    this.#hasFailed = false;
    const changed = [...generation.channels].flatMap((number) => channels.channelOf(number) ?? []);
    if (changed.length > 0) this.#context.onCommit.call(changed);
    this.#maintenance.afterCommit();
  }

  #failed(generations: readonly Generation[], error: VatioError): void {
    this.intake.undo(generations);
    for (const name of generations[0]?.tables.keys() ?? [])
      if (this.tables.markOverlaps(name)) this.#doubtful.add(name);
    const rows = generations.reduce((sum, generation) => sum + generation.rows, 0);
    this.count("commit-failed", error.code);
    this.#options.log.error("A group of readings could not be stored. Whoever sent them is told to send them again.", {
      code: error.code,
      reason: error.message,
      rows,
    });
    this.#options.health?.set(HEALTH, "degraded", text("health.store-blocked", { why: error.message }));
    this.#hasFailed = true;
    this.#noteFailure(error);
  }

  #noteFailure(error: VatioError): void {
    if (error.code === "E_STORE_FATAL") {
      this.gate.fail(error);
      this.#blockedChanged(this.gate.blocked);
      this.#context.onFatal(error);
    }
    if (error.code === "E_STORE_DISK_FULL") void this.guard?.check();
  }

  #maintenanceFailed(error: VatioError): void {
    this.count("maintenance-failed", error.code);
    this.#noteFailure(error);
  }

  #lookUpFailed(error: VatioError): void {
    this.count("look-up-failed", error.code);
    this.#options.log.warn("A look-up of older readings failed; late rows were stored without it.", {
      reason: error.message,
    });
  }

  #blockedChanged(blocked: Text | undefined): void {
    const { health, log } = this.#options;
    if (blocked) {
      health?.set(HEALTH, "failed", blocked);
      log.error("Readings cannot be stored.", { why: blocked });
      return;
    }
    health?.ok(HEALTH);
    log.info("Readings are stored again.");
  }
}
