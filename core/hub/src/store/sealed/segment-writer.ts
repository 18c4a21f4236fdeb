import { existsSync } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { type Instant, type MetricName, VatioError } from "@vatio/plugin-api";
import { parquetSql } from "../source.js";
import type { SqlConnection } from "../sql-connection.js";
import { syncToDisk } from "../wal.js";
import {
  type ChannelSpan,
  COUNT_TWICE_SQL,
  differentSql,
  digestSql,
  findTwiceSql,
  type MergeInput,
  mergedSql,
  partsSql,
} from "./merged-sql.js";
import { copySql, type FileNotes, hashOf, joinFiles } from "./parquet-file.js";
import type { ChannelPart } from "./sealed-file.js";
import type { SegmentContext } from "./segment-options.js";

/** Rows that are sorted at a time: they bound the memory that sealing takes. */
const BATCH_ROWS = 1_000_000;

/** A sorted file that is to be written. */
export interface WriteOrder extends MergeInput {
  /** Full path; nothing is there yet. */
  readonly file: string;
  readonly notes: FileNotes;
  /** Rows of each channel, duplicates included. */
  readonly counts: ReadonlyMap<number, number>;
  /** Several rows may tell of one instant of a channel. */
  readonly mayOverlap: boolean;
  /** Bytes that it will have at most. */
  readonly estimate: number;
}

/** A sorted file that was written, synced and read back. */
export interface WrittenFile {
  readonly bytes: number;
  readonly hash: string;
  readonly parts: ReadonlyMap<number, ChannelPart>;
  /** Values that were kept out because their metric has another one at that instant. */
  readonly different: number;
}

/** Figures of rows, whatever their order. */
interface Digest {
  rows: number;
  firstAt: number;
  lastAt: number;
  hash: bigint;
}

interface DigestRow {
  readonly rows: number;
  readonly first_at: number;
  readonly last_at: number;
  readonly hash: string;
}

type PartRow = { readonly channel: number; readonly from_at: number; readonly to_at: number; readonly rows: number } & {
  readonly [metric: `m${number}`]: number;
};

const temporary = (file: string): string => `${file}.tmp`;
const partFile = (file: string, part: number): string => `${file}.part${part}.tmp`;

/** Spans of channels with about so many rows each. */
export function spansOf(counts: ReadonlyMap<number, number>, rows = BATCH_ROWS): ChannelSpan[] {
  const spans: { first: number; last: number; rows: number }[] = [];
  for (const [channel, count] of [...counts].sort(([a], [b]) => a - b)) {
    const open = spans.at(-1);
    if (open && open.rows + count <= rows) {
      open.last = channel;
      open.rows += count;
    } else spans.push({ first: channel, last: channel, rows: count });
  }
  return spans;
}

const add = (sum: Digest, row: DigestRow): Digest =>
  row.rows === 0
    ? sum
    : {
        rows: sum.rows + row.rows,
        firstAt: Math.min(sum.firstAt, row.first_at),
        lastAt: Math.max(sum.lastAt, row.last_at),
        hash: sum.hash ^ BigInt(row.hash),
      };

const NOTHING: Digest = {
  rows: 0,
  firstAt: Number.POSITIVE_INFINITY,
  lastAt: Number.NEGATIVE_INFINITY,
  hash: 0n,
};

/** Writes rows, sorted by channel and instant, to a Parquet file that is durable and was read back before it counts. */
export class SegmentWriter {
  readonly #context: SegmentContext;

  constructor(context: SegmentContext) {
    this.#context = context;
  }

  /**
   * Leaves nothing behind when it fails. `sql`: the connection that sees the rows.
   * @throws E_STORE_DISK_FULL, E_SEGMENT_UNVERIFIED, E_SQL_FAILED
   */
  async write(order: WriteOrder, sql: SqlConnection = this.#context.sql): Promise<WrittenFile> {
    const spans = spansOf(order.counts);
    await this.#assertRoom(order, spans.length);
    const parts = spans.map((_, i) => (spans.length === 1 ? temporary(order.file) : partFile(order.file, i)));
    try {
      await this.#makeFolder(path.dirname(order.file));
      const { digest, different } = await this.#copyAll(order, sql, spans, parts);
      if (spans.length > 1) await joinFiles(parts, temporary(order.file), order.notes);
      await this.#context.onStep("copied");
      await this.#publish(order.file);
      return { different, ...(await this.#verify(order, sql, digest)) };
    } catch (error) {
      await rm(order.file, { force: true });
      throw error;
    } finally {
      for (const file of [...parts, temporary(order.file)]) await rm(file, { force: true });
    }
  }

  async #assertRoom({ estimate }: WriteOrder, parts: number): Promise<void> {
    const { freeSpace, minFreeBytes } = this.#context;
    const needed = estimate * (parts > 1 ? 2 : 1);
    const free = await freeSpace().catch(() => Number.POSITIVE_INFINITY);
    if (free - needed >= minFreeBytes) return;
    throw new VatioError(
      "E_STORE_DISK_FULL",
      `Readings cannot be sealed: about ${Math.ceil(needed / 1e6)} MB are needed beside what must stay free, and ${Math.floor(free / 1e6)} MB are left on the disk. Free some space; nothing is lost meanwhile.`,
      { retryable: true, details: { freeBytes: free, neededBytes: needed } },
    );
  }

  /** Makes a folder durably. */
  async #makeFolder(folder: string): Promise<void> {
    if (existsSync(folder)) return;
    await this.#makeFolder(path.dirname(folder));
    await mkdir(folder, { recursive: true });
    await syncToDisk(path.dirname(folder));
  }

  async #copyAll(
    order: WriteOrder,
    sql: SqlConnection,
    spans: readonly ChannelSpan[],
    files: readonly string[],
  ): Promise<{ digest: Digest; different: number }> {
    let [digest, different] = [NOTHING, 0];
    for (const [i, span] of spans.entries()) {
      const hasTwice = order.mayOverlap && (await this.#findTwice(order, sql, span));
      if (hasTwice) different += await one(sql, differentSql(order, span));
      const select = mergedSql(order, span, hasTwice);
      const notes = spans.length === 1 ? order.notes : {};
      await sql.run(copySql(`${select} ORDER BY channel, "at"`, files[i] ?? "", notes));
      digest = add(digest, await this.#digest(sql, select, order.metrics));
      await this.#context.onStep("part");
    }
    return { digest, different };
  }

  async #findTwice(order: WriteOrder, sql: SqlConnection, span: ChannelSpan): Promise<boolean> {
    await sql.run(findTwiceSql(order, span));
    return (await one(sql, COUNT_TWICE_SQL)) > 0;
  }

  async #digest(sql: SqlConnection, select: string, metrics: readonly MetricName[]): Promise<DigestRow> {
    const [row] = await sql.all<DigestRow>(digestSql(select, metrics));
    return row ?? { rows: 0, first_at: 0, last_at: 0, hash: "0" };
  }

  /** From its temporary name to its own, so that no crash leaves half a file under it. */
  async #publish(file: string): Promise<void> {
    const { onStep } = this.#context;
    await syncToDisk(temporary(file));
    await onStep("synced");
    await rename(temporary(file), file);
    await onStep("renamed");
    await syncToDisk(path.dirname(file));
    await onStep("folder-synced");
  }

  /** Reads the file back and compares it with the rows that it was made of. */
  async #verify(
    { file, metrics }: WriteOrder,
    sql: SqlConnection,
    wanted: Digest,
  ): Promise<Omit<WrittenFile, "different">> {
    const relation = parquetSql([file]);
    const found = add(NOTHING, await this.#digest(sql, `SELECT * FROM ${relation}`, metrics));
    const isSame =
      found.rows === wanted.rows &&
      found.hash === wanted.hash &&
      found.firstAt === wanted.firstAt &&
      found.lastAt === wanted.lastAt;
    if (!isSame)
      throw new VatioError(
        "E_SEGMENT_UNVERIFIED",
        `${path.basename(file)} does not hold what was written to it, and was thrown away: ${found.rows} rows instead of ${wanted.rows}. Check the disk; nothing is lost.`,
        { retryable: true },
      );
    const parts = await readParts(sql, file, metrics);
    const { size } = await stat(file);
    const hash = await hashOf(file);
    await this.#context.onStep("verified");
    return { bytes: size, hash, parts };
  }
}

/** What a file holds of each channel. */
export async function readParts(
  sql: SqlConnection,
  file: string,
  metrics: readonly MetricName[],
): Promise<Map<number, ChannelPart>> {
  const rows = await sql.all<PartRow>(partsSql(parquetSql([file]), metrics));
  return new Map(
    rows.map((row) => [
      row.channel,
      {
        range: { from: row.from_at as Instant, to: row.to_at as Instant },
        rows: row.rows,
        metrics: metrics.filter((_, i) => (row[`m${i}`] ?? 0) > 0),
      },
    ]),
  );
}

async function one(sql: SqlConnection, statement: string): Promise<number> {
  const [row] = await sql.all<{ n: number }>(statement);
  return row?.n ?? 0;
}
