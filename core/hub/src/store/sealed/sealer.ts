import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { days, type Instant, type MetricName, VatioError } from "@vatio/plugin-api";
import type { GroupCommit } from "../group-commit.js";
import type { HotTables } from "../hot-tables.js";
import { isClockSet } from "../plausible-time.js";
import type { Retention, SealReport } from "../segment-types.js";
import { relationsOf, type Source } from "../source.js";
import { checkFile } from "./check-file.js";
import { type Period, pathOf } from "./layout.js";
import { countsSql } from "./merged-sql.js";
import { notesOf } from "./notes.js";
import { type LateTable, type Piece, planRound } from "./plan.js";
import { hullOf, type SealedFile, sealedFile } from "./sealed-file.js";
import type { SegmentContext } from "./segment-options.js";
import type { SegmentWriter } from "./segment-writer.js";
import type { Swap } from "./swap.js";

const DAY = days(1);
/** Bytes that a value of a hot table takes in a file at most. */
const BYTES_PER_VALUE = 4;
const FIXED_COLUMNS = 2;

/** What sealing works with. */
export interface SealerOptions {
  readonly context: SegmentContext;
  readonly tables: HotTables;
  readonly commit: GroupCommit;
  readonly retention: Retention;
  readonly writer: SegmentWriter;
  readonly swap: Swap;
  /** It is not known what the database holds: only opening it again tells. */
  readonly onDoubt: (error: VatioError) => void;
}

/** What one round did so far. */
interface Round {
  sealedDays: number;
  mergedMonths: number;
  freedBytes: number;
  readonly failures: string[];
}

/** Turns days that are over, late rows and old months into sealed files. */
export class Sealer {
  readonly #options: SealerOptions;
  #isStopped = false;

  constructor(options: SealerOptions) {
    this.#options = options;
  }

  /** One round. `withLate`: late rows are put into their files, which are written anew for it. */
  async round(withLate: boolean): Promise<SealReport> {
    const { swap } = this.#options;
    const round: Round = { sealedDays: 0, mergedMonths: 0, freedBytes: 0, failures: [] };
    if (!isClockSet(this.#options.context.clock)) return round;
    round.freedBytes += await swap.unlinkLeft();
    const late = withLate ? await this.#freezeLate() : [];
    const { pieces, blocked } = this.#plan(late);
    for (const file of blocked) this.#fail(round, file, "it is damaged or missing, and what belongs to it waits");
    for (const piece of pieces) if (!this.#isStopped) await this.#seal(piece, round);
    await this.#dropFolded(late, round);
    await swap.checkpoint().catch((error: unknown) => this.#fail(round, "telemetry.duckdb", VatioError.from(error)));
    return round;
  }

  /** No further piece is begun. */
  stop(): void {
    this.#isStopped = true;
  }

  #plan(late: readonly LateTable[]): ReturnType<typeof planRound> {
    const { context, tables, retention } = this.#options;
    return planRound({
      now: context.clock.now(),
      files: context.manifest.files,
      days: tables.days(),
      late,
      retention,
      channelOf: (number) => context.channels.channelOf(number),
      damaged: new Set(context.manifest.problems.keys()),
    });
  }

  /** Late rows up to now get a table of their own, which takes no more. */
  async #freezeLate(): Promise<LateTable[]> {
    const { context, tables } = this.#options;
    if (tables.openLate) await this.#freeze(tables.openLate.name);
    return Promise.all(
      tables.frozenLate().map(async (table) => {
        const rows = await context.heavy.run(() =>
          context.sql.all<{ day: number }>(`SELECT DISTINCT "at" // ${DAY} AS day FROM ${table.name}`),
        );
        return { table, days: rows.map(({ day }) => (day * DAY) as Instant) };
      }),
    );
  }

  /** Settles when all rows that a table will ever have are committed. */
  async #freeze(name: string): Promise<void> {
    const { tables, commit } = this.#options;
    tables.freeze(name);
    const pending = commit.undecided.filter((generation) => generation.tables.has(name));
    if (pending.length > 0) commit.hurry();
    await Promise.allSettled(pending.map(({ done }) => done));
  }

  async #seal(piece: Piece, round: Round): Promise<void> {
    const { tables, onDoubt } = this.#options;
    try {
      for (const { name } of piece.tables) await this.#freeze(name);
      const changed = { ...piece, tables: piece.tables.flatMap(({ name }) => tables.get(name) ?? []) };
      round.freedBytes += await this.#options.context.heavy.run(() => this.#write(changed));
      if (piece.period.kind === "day") round.sealedDays++;
      else round.mergedMonths++;
    } catch (error) {
      const cause = VatioError.from(error);
      if (cause.code === "E_SQL_FAILED") await this.#lookAt(piece.files);
      if (cause.code === "E_SEGMENT_DOUBTFUL") onDoubt(cause);
      else for (const { name } of piece.tables) tables.thaw(name);
      if (!this.#isStopped) this.#fail(round, pathOf(piece.period, 1), cause);
    }
  }

  /** Whether files that could not be merged are damaged. */
  async #lookAt(files: readonly SealedFile[]): Promise<void> {
    const { manifest } = this.#options.context;
    for (const file of files) manifest.setProblem(file.path, await checkFile(file));
  }

  /** Writes the file of a piece and lets it count. @returns the bytes that were freed */
  async #write(piece: Piece): Promise<number> {
    const { context, writer, swap } = this.#options;
    await context.onStep("begin");
    const sources = [...piece.files, ...piece.tables, ...piece.late];
    const drop = piece.tables.map(({ name }) => name);
    const counts = await this.#counts(sources, piece.period);
    if (counts.size === 0) return swap.run({ added: [], removed: piece.files }, drop);
    const { name, generation } = this.#newPath(piece);
    const file = path.join(context.manifest.root, ...name.split("/"));
    const metrics = [...new Set(sources.flatMap(({ metrics: held }) => held))].sort();
    const { kind, range } = piece.period;
    const notes = await notesOf(context, { kind, range, generation, metrics, channels: [...counts.keys()], sources });
    const written = await writer.write({
      file,
      notes,
      relations: relationsOf(sources),
      metrics,
      range,
      expired: piece.expired,
      counts,
      mayOverlap: mayOverlap(piece),
      estimate: estimateOf(sources, metrics),
    });
    if (written.different > 0) context.counters.add("store", "sealing-kept-out", "different-value", written.different);
    const sealed = sealedFile(context.manifest.root, {
      ...{ path: name, kind, period: range, generation, arrival: 0, folded: piece.folded, overlaps: false },
      ...written,
      newestArrival: await this.#newestArrival(piece),
    });
    const added = sealed.rows === 0 ? [] : [sealed];
    try {
      const freed = await swap.run({ added, removed: piece.files }, drop);
      if (added.length === 0) await rm(file, { force: true });
      return freed;
    } catch (error) {
      // In doubt it stays: the next start knows whether it counts.
      const isDoubtful = VatioError.is(error) && error.code === "E_SEGMENT_DOUBTFUL";
      if (!isDoubtful && !context.manifest.find(name)) await rm(file, { force: true });
      throw error;
    }
  }

  async #counts(sources: readonly Source[], { range }: Period): Promise<Map<number, number>> {
    const counts = new Map<number, number>();
    const { sql } = this.#options.context;
    for (const relation of relationsOf(sources)) {
      for (const { channel, n } of await sql.all<{ channel: number; n: number }>(countsSql(relation, range)))
        counts.set(channel, (counts.get(channel) ?? 0) + n);
    }
    return counts;
  }

  /** A name that no file has, on the disk either. */
  #newPath({ period, files }: Piece): { name: string; generation: number } {
    const { root } = this.#options.context.manifest;
    let generation =
      Math.max(0, ...files.filter(({ kind }) => kind === period.kind).map((file) => file.generation)) + 1;
    while (existsSync(path.join(root, pathOf(period, generation)))) generation++;
    return { name: pathOf(period, generation), generation };
  }

  async #newestArrival({ files, tables, late }: Piece): Promise<number> {
    let newest = Math.max(0, ...files.map(({ newestArrival }) => newestArrival));
    for (const { name } of [...tables, ...late]) {
      const [row] = await this.#options.context.sql.all<{ newest: number | null }>(
        `SELECT max(arrival) AS newest FROM ${name}`,
      );
      newest = Math.max(newest, row?.newest ?? 0);
    }
    return newest;
  }

  /** Tables of late rows go when every day of theirs is in a file. */
  async #dropFolded(late: readonly LateTable[], round: Round): Promise<void> {
    const { context, swap } = this.#options;
    const isFolded = ({ table, days: dates }: LateTable): boolean =>
      dates.every((day) =>
        context.manifest.files.some(
          ({ kind, range, folded }) =>
            kind !== "import" && day >= range.from && day < range.to && folded.includes(table.name),
        ),
      );
    const done = late.filter(isFolded).map(({ table }) => table.name);
    if (done.length === 0 || this.#isStopped) return;
    await swap.run({ added: [], removed: [] }, done).catch((error: unknown) => {
      this.#fail(round, done.join(", "), VatioError.from(error));
    });
  }

  #fail({ failures }: Round, what: string, why: VatioError | string): void {
    const { counters, log } = this.#options.context;
    const reason = typeof why === "string" ? why : why.message;
    failures.push(`${what}: ${reason}`);
    counters.add("store", "sealing-failed", typeof why === "string" ? "blocked" : why.code);
    log.error("Readings could not be sealed. They stay where they are, and it is tried again.", { what, reason });
  }
}

/** Sealed files of different times hold each instant once; everything else may tell of one twice. */
function mayOverlap({ files, tables, late }: Piece): boolean {
  if (tables.length + late.length > 0 || files.some(({ overlaps }) => overlaps)) return true;
  const sorted = [...files].sort((a, b) => a.range.from - b.range.from);
  return sorted.some((file, i) => file.range.from < hullOf(sorted.slice(0, i).map(({ range }) => range)).to);
}

const isFile = (source: Source): source is SealedFile => source.file !== undefined;

const estimateOf = (sources: readonly Source[], metrics: readonly MetricName[]): number =>
  sources.reduce(
    (sum, source) =>
      sum + (isFile(source) ? source.bytes : source.rows * BYTES_PER_VALUE * (metrics.length + FIXED_COLUMNS)),
    0,
  );
