import { rm } from "node:fs/promises";
import path from "node:path";
import { type Batch, days, type Instant, type MetricName, type Range, VatioError } from "@vatio/plugin-api";
import { ChunkWriter } from "../chunk-writer.js";
import { Rejections } from "../rejections.js";
import { RowBuffer } from "../row-buffer.js";
import type { SegmentInfo } from "../segment-types.js";
import type { SqlConnection } from "../sql-connection.js";
import { assertShape, type CheckedBatch, ORIGIN_CODES, validateBatch } from "../validate-batch.js";
import { importPath } from "./layout.js";
import { countsSql } from "./merged-sql.js";
import { notesOf } from "./notes.js";
import { hullOf, type SealedFile, sealedFile } from "./sealed-file.js";
import type { SegmentContext } from "./segment-options.js";
import type { SegmentWriter, WrittenFile } from "./segment-writer.js";
import type { Swap } from "./swap.js";

/** Above every number of a row that arrived: what is live wins, and of two imports the first. */
const FIRST_ARRIVAL = 2 ** 52;
const STAGING = "import_rows";
/** Rows that are handed to the database at a time. */
const FLUSH_ROWS = 32_768;
const BYTES_PER_VALUE = 4;
const ALWAYS: Range = { from: 0 as Instant, to: 8.64e15 as Instant };

/** The arrival number of the next import. */
export const importArrival = (files: readonly SealedFile[]): number =>
  Math.max(FIRST_ARRIVAL, ...files.filter(({ kind }) => kind === "import").map(({ arrival }) => arrival)) + 1;

/** What importing works with. */
export interface ImportSegmentsOptions {
  readonly context: SegmentContext;
  readonly writer: SegmentWriter;
  readonly swap: Swap;
  /** A connection of its own for each import. */
  readonly connect: () => Promise<SqlConnection>;
}

/** Rows of an import that wait in a table of their connection. */
class Staging {
  readonly #context: SegmentContext;
  readonly #sql: SqlConnection;
  readonly metrics: MetricName[] = [];
  #buffer = new RowBuffer();
  #writer: ChunkWriter | undefined;
  #arrival = 0;
  rows = 0;

  constructor(context: SegmentContext, sql: SqlConnection) {
    this.#context = context;
    this.#sql = sql;
  }

  async open(): Promise<void> {
    await this.#sql.run(`CREATE TEMP TABLE ${STAGING} (channel INTEGER, "at" BIGINT, arrival BIGINT, origin UTINYINT)`);
  }

  async add(batch: Batch, rejections: Rejections): Promise<void> {
    assertShape(batch);
    const { channels, metrics, clock } = this.#context;
    if (channels.numberOf(batch.channel) === undefined) await channels.allocate([batch.channel]);
    const limits = { metrics, from: 0, to: clock.now() + days(1), offset: 0 };
    const checked = validateBatch(batch, channels.numberOf(batch.channel) ?? 0, limits, rejections);
    if (!checked) return;
    this.#append({ ...checked, origin: "import", originCode: ORIGIN_CODES.import });
    if (this.#buffer.rows >= FLUSH_ROWS) await this.flush();
  }

  async flush(): Promise<void> {
    const missing = [...this.#buffer.metrics.keys()].filter((metric) => !this.metrics.includes(metric));
    if (missing.length > 0) this.close();
    for (const metric of missing) await this.#sql.run(`ALTER TABLE ${STAGING} ADD COLUMN "${metric}" DOUBLE`);
    this.metrics.push(...missing);
    this.#writer ??= new ChunkWriter(await this.#sql.raw.createAppender(STAGING, undefined, "temp"), this.metrics);
    this.#writer.write(this.#buffer);
    this.#buffer = new RowBuffer();
  }

  close(): void {
    this.#writer?.discard();
    this.#writer = undefined;
  }

  #append(batch: CheckedBatch): void {
    this.#buffer.append(batch, 0, batch.at.length, this.#arrival);
    this.#arrival += batch.at.length;
    this.rows += batch.at.length;
  }
}

/** Imports as files of their own. */
export class ImportSegments {
  readonly #options: ImportSegmentsOptions;
  readonly #underWay = new Set<string>();
  /** What is under way in the database. */
  #work: Promise<unknown> = Promise.resolve();
  #isStopped = false;

  constructor(options: ImportSegmentsOptions) {
    this.#options = options;
  }

  /** @throws E_IMPORT_KNOWN, E_IMPORT_INVALID, E_IMPORT_EMPTY, E_BATCH_INVALID, E_STORE_* (retryable) */
  async add(importId: string, rows: AsyncIterable<Batch>): Promise<SegmentInfo> {
    const name = importPath(importId);
    if (this.#underWay.has(importId) || this.#find(importId))
      throw new VatioError("E_IMPORT_KNOWN", `There is an import ${importId} already. Remove it first.`, {
        details: { importId },
      });
    this.#underWay.add(importId);
    const sql = await this.#options.connect();
    try {
      return await this.#add(importId, name, rows, sql);
    } finally {
      sql.close();
      this.#underWay.delete(importId);
    }
  }

  /** Imports that run end at their next rows. Settles when none uses the database any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#work.catch(() => undefined);
  }

  /** @returns false when there is none of that id */
  async remove(importId: string): Promise<boolean> {
    const file = this.#find(importId);
    if (!file) return false;
    await this.#options.swap.run({ added: [], removed: [file] }, []);
    await this.#options.swap.checkpoint();
    return true;
  }

  #find(importId: string): SealedFile | undefined {
    return this.#options.context.manifest.files.find((file) => file.importId === importId);
  }

  async #add(importId: string, name: string, rows: AsyncIterable<Batch>, sql: SqlConnection): Promise<SegmentInfo> {
    const { context, swap } = this.#options;
    const staging = new Staging(context, sql);
    const rejections = new Rejections();
    await staging.open();
    try {
      for await (const batch of rows) await this.#run(() => staging.add(batch, rejections));
      await this.#run(() => staging.flush());
    } finally {
      staging.close();
    }
    for (const { reason, rows: count } of rejections.list())
      context.counters.add("store", "import-kept-out", reason, count);
    const file = path.join(context.manifest.root, ...name.split("/"));
    // A file that is left of one that was removed just now, or could not be.
    await rm(file, { force: true });
    const written = await context.heavy.run(() => this.#write(importId, file, staging, sql));
    const sealed = sealedFile(context.manifest.root, {
      ...{ path: name, kind: "import", importId, generation: 1, folded: [], overlaps: false, newestArrival: 0 },
      ...written,
      period: hullOf([...written.parts.values()].map(({ range }) => range)),
      arrival: importArrival(context.manifest.files),
    });
    try {
      await swap.run({ added: [sealed], removed: [] }, []);
    } catch (error) {
      if (!context.manifest.find(name)) await rm(file, { force: true });
      throw error;
    }
    return sealed;
  }

  #run(work: () => Promise<void>): Promise<void> {
    if (this.#isStopped)
      throw new VatioError("E_STORE_CLOSED", "The store is closing. Import it again when the hub is back.", {
        retryable: true,
      });
    const done = work();
    this.#work = Promise.allSettled([this.#work, done]);
    return done;
  }

  async #write(importId: string, file: string, staging: Staging, sql: SqlConnection): Promise<WrittenFile> {
    const { context, writer } = this.#options;
    const { metrics } = staging;
    const relation = { sql: STAGING, arrival: "arrival", metrics: new Set(metrics) };
    const found = await sql.all<{ channel: number; n: number }>(countsSql(relation, ALWAYS));
    if (found.length === 0)
      throw new VatioError("E_IMPORT_EMPTY", "The import has no reading that can be stored.", {
        details: { importId },
      });
    const counts = new Map(found.map(({ channel, n }) => [channel, n]));
    const [span] = await sql.all<{ from_at: number; to_at: number }>(
      `SELECT min("at") AS from_at, max("at") + 1 AS to_at FROM ${STAGING}`,
    );
    const range = { from: (span?.from_at ?? 0) as Instant, to: (span?.to_at ?? 0) as Instant };
    const about = { kind: "import" as const, range, generation: 1, metrics, channels: [...counts.keys()] };
    const notes = await notesOf(context, { ...about, sources: [], importId });
    const estimate = staging.rows * (metrics.length + 2) * BYTES_PER_VALUE;
    const order = { file, notes, relations: [relation], metrics, range: ALWAYS, expired: new Map(), counts, estimate };
    return writer.write({ ...order, mayOverlap: true }, sql);
  }
}
