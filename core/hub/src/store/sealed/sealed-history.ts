import { rm } from "node:fs/promises";
import { type Batch, type Instant, text, type VatioError } from "@vatio/plugin-api";
import type { CommitWriter } from "../commit-writer.js";
import type { GroupCommit } from "../group-commit.js";
import type { HotTables } from "../hot-tables.js";
import type { Retention, SealReport, SegmentInfo, SegmentStore } from "../segment-types.js";
import { SerialQueue } from "../serial-queue.js";
import type { SqlConnection } from "../sql-connection.js";
import { checkFile } from "./check-file.js";
import { ImportSegments } from "./import-segments.js";
import { SealSchedule } from "./seal-schedule.js";
import { Sealer } from "./sealer.js";
import type { SegmentContext } from "./segment-options.js";
import { SegmentWriter } from "./segment-writer.js";
import { Swap } from "./swap.js";

/** What sealed history needs of the rest of the store. */
export interface SealedHistoryOptions {
  readonly context: SegmentContext;
  readonly queue: SerialQueue;
  /** The connection that writes, only inside the queue, and its appenders. */
  readonly writerSql: SqlConnection;
  readonly writer: CommitWriter;
  readonly tables: HotTables;
  readonly commit: GroupCommit;
  readonly retention: Retention;
  readonly connect: () => Promise<SqlConnection>;
  readonly onDoubt: (error: VatioError) => void;
  /** Rounds come by themselves. */
  readonly isScheduled: boolean;
  /** Its files are worth nothing once the store is closed. */
  readonly isTemporary: boolean;
}

const HEALTH = "hub/store/segments";
/** Late rows that are put into their files without waiting for the next day. */
const MANY_LATE = 100_000;

/** Sealed history: sealing, imports, and what watches over their files. */
export class SealedHistory implements SegmentStore {
  readonly #options: SealedHistoryOptions;
  readonly #sealer: Sealer;
  readonly #imports: ImportSegments;
  readonly #rounds = new SerialQueue();
  readonly #schedule: SealSchedule;
  #failure: string | undefined;

  constructor(options: SealedHistoryOptions) {
    const { context, queue, writerSql, writer: commits, tables } = options;
    this.#options = options;
    const swap = new Swap({ context, queue, sql: writerSql, writer: commits, tables });
    const writer = new SegmentWriter(context);
    this.#sealer = new Sealer({ ...options, writer, swap });
    this.#imports = new ImportSegments({ context, writer, swap, connect: options.connect });
    this.#schedule = new SealSchedule({
      clock: context.clock,
      round: (isFirstOfDay) => this.#round(isFirstOfDay || this.#lateRows > MANY_LATE),
    });
    this.#showHealth();
    if (options.isScheduled) this.#schedule.start();
  }

  list(): readonly SegmentInfo[] {
    return this.#options.context.manifest.files;
  }

  seal(): Promise<SealReport> {
    return this.#round(true);
  }

  addImport(importId: string, rows: AsyncIterable<Batch>): Promise<SegmentInfo> {
    return this.#imports.add(importId, rows);
  }

  removeImport(importId: string): Promise<boolean> {
    return this.#imports.remove(importId);
  }

  async verify(): Promise<readonly { readonly path: string; readonly problem: string }[]> {
    const { manifest } = this.#options.context;
    for (const file of manifest.files) manifest.setProblem(file.path, await checkFile(file));
    this.#showHealth();
    return [...manifest.problems].map(([path, problem]) => ({ path, problem }));
  }

  hold(): Disposable {
    return this.#options.context.sources.hold();
  }

  get sealedUntil(): Instant | undefined {
    const { context, tables } = this.#options;
    const end = context.manifest.sealedUntil;
    if (end === undefined) return undefined;
    const open = tables.all().filter(({ rows }) => rows > 0);
    return Math.min(end, ...open.map(({ range }) => range.from)) as Instant;
  }

  /** Ends the round that runs and begins no other. */
  async stop(): Promise<void> {
    const { context, isTemporary } = this.#options;
    this.#schedule.stop();
    this.#sealer.stop();
    context.sql.interrupt();
    await this.#imports.stop();
    await this.#rounds.drained();
    await context.heavy.drained();
    if (isTemporary) await rm(context.manifest.root, { recursive: true, force: true });
  }

  get #lateRows(): number {
    return this.#options.tables.openLate?.rows ?? 0;
  }

  #round(withLate: boolean): Promise<SealReport> {
    return this.#rounds.run(async () => {
      await this.#lookAgain();
      const report = await this.#sealer.round(withLate);
      this.#failure = report.failures[0];
      this.#showHealth();
      const { sealedDays, mergedMonths, freedBytes } = report;
      if (sealedDays + mergedMonths > 0)
        this.#options.context.log.info("Readings were sealed.", { sealedDays, mergedMonths, freedBytes });
      return report;
    });
  }

  /** A file that was missing or damaged may have been put back. */
  async #lookAgain(): Promise<void> {
    const { manifest } = this.#options.context;
    for (const path of [...manifest.problems.keys()]) {
      const file = manifest.find(path);
      if (file) manifest.setProblem(path, await checkFile(file));
    }
  }

  #showHealth(): void {
    const { health, manifest } = this.#options.context;
    const problems = [...manifest.problems].map(([path, problem]) => `${path} ${problem}`);
    if (problems.length > 0)
      health?.set(HEALTH, "degraded", text("health.segments-damaged", { files: problems.join("; ") }));
    else if (this.#failure !== undefined)
      health?.set(HEALTH, "degraded", text("health.sealing-failed", { why: this.#failure }));
    else health?.ok(HEALTH);
  }
}
