import { existsSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Log, MetricName } from "@vatio/plugin-api";
import { intersects, parquetSql } from "../source.js";
import type { SqlConnection } from "../sql-connection.js";
import { putMeta } from "../store-meta.js";
import type { ChannelNumbers } from "../types.js";
import { importArrival } from "./import-segments.js";
import { meaningOf, type PathMeaning } from "./layout.js";
import type { Manifest, ManifestChange } from "./manifest.js";
import { type NotedSources, parseNotes, type ReadNotes, rowsOf } from "./notes.js";
import { hashOf, readNotes } from "./parquet-file.js";
import { hullOf, type SealedFile, sealedFile } from "./sealed-file.js";
import { readParts } from "./segment-writer.js";

/** What making files and manifest agree needs. Nothing else uses the database yet. */
export interface ReconcileOptions {
  readonly manifest: Manifest;
  readonly sql: SqlConnection;
  readonly channels: ChannelNumbers;
  readonly database: string;
  readonly log: Log;
}

const TEMPORARY = ".tmp";
const PARQUET = ".parquet";

/** Every file of a folder and of those in it, relative, with `/`. */
async function filesIn(root: string): Promise<string[]> {
  if (!existsSync(root)) return [];
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"));
}

/** What is wrong with a listed file, as far as that shows without reading it. */
export async function glance({ file, bytes }: SealedFile): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return "is missing";
  return found.size === bytes ? undefined : `has ${found.size} bytes instead of ${bytes}`;
}

/** Makes the files on the disk and the manifest agree after whatever happened. Never deletes what may be the only copy. */
export class Reconciler {
  readonly #options: ReconcileOptions;
  readonly #repairs: string[] = [];

  constructor(options: ReconcileOptions) {
    this.#options = options;
  }

  /** @returns what was done, as sentences for a person */
  async run(): Promise<readonly string[]> {
    const { manifest } = this.#options;
    await this.#unlinkReplaced();
    const found = await filesIn(manifest.root);
    for (const name of found.filter((file) => file.endsWith(TEMPORARY))) await this.#remove(name);
    const isListed = new Set([...manifest.files.map((file) => file.path), ...manifest.unlink]);
    const unlisted = found.filter((name) => name.endsWith(PARQUET) && !isListed.has(name));
    for (const name of unlisted.sort()) await this.#decide(name);
    for (const file of manifest.files) manifest.setProblem(file.path, await glance(file));
    return this.#repairs;
  }

  /** Files that the manifest replaced before the hub ended. */
  async #unlinkReplaced(): Promise<void> {
    const { manifest, sql } = this.#options;
    if (manifest.unlink.length === 0) return;
    for (const name of manifest.unlink.filter((file) => !manifest.find(file))) await this.#remove(name);
    const { sql: statement, parameters } = manifest.unlinkedStatement(manifest.unlink);
    await sql.run(statement, parameters);
    manifest.unlinked(manifest.unlink);
  }

  #remove(name: string): Promise<void> {
    return rm(path.join(this.#options.manifest.root, ...name.split("/")), { force: true });
  }

  /** A file that nobody knows of: left over from sealing, or all that is left of a database that is gone. */
  async #decide(name: string): Promise<void> {
    const { manifest, sql, database, log } = this.#options;
    const meaning = meaningOf(name);
    const file = path.join(manifest.root, ...name.split("/"));
    if (!meaning) {
      log.warn("A file in the folder of the readings is none of Vatio's and is left alone.", { file: name });
      return;
    }
    try {
      const notes = parseNotes(await readNotes(sql, file));
      if (!notes) manifest.setProblem(name, "does not say what it holds");
      else if (notes.database === database && (await this.#hasSources(notes.sources))) await this.#remove(name);
      else await this.#adopt(name, meaning, notes);
    } catch (error) {
      manifest.setProblem(name, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Whether all that a file was made of is still there: then it was about to count when the hub ended, and is made again. */
  async #hasSources(sources: NotedSources): Promise<boolean> {
    const { manifest, sql } = this.#options;
    for (const source of sources) {
      if ("file" in source) {
        const listed = manifest.find(source.file);
        if (listed?.hash !== source.hash || (await glance(listed)) !== undefined) return false;
      } else if ((await this.#tableRows(source.table, sql)) < source.rows) return false;
    }
    return sources.length > 0;
  }

  async #tableRows(table: string, sql: SqlConnection): Promise<number> {
    const known = await sql.all("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]);
    return known.length === 0 ? -1 : rowsOf({ sql }, table);
  }

  /** Takes a file in that the manifest does not know, in the place of those that are in it. */
  async #adopt(name: string, meaning: PathMeaning, notes: ReadNotes): Promise<void> {
    const { manifest, sql, channels, log } = this.#options;
    const strange = [...notes.channels].filter(([number, channel]) => channels.channelOf(number) !== channel);
    if (strange.length > 0) {
      manifest.setProblem(name, `has channels that are not known here, such as ${strange[0]?.[1]}`);
      return;
    }
    const adopted = await this.#describe(name, meaning);
    const inside = manifest.files.filter(({ path: file, hash }) =>
      notes.sources.some((source) => "file" in source && source.file === file && source.hash === hash),
    );
    const change: ManifestChange = { added: [adopted], removed: inside };
    await sql.run("BEGIN");
    for (const { sql: statement, parameters } of manifest.statements(change)) await sql.run(statement, parameters);
    await sql.run("COMMIT");
    manifest.apply(change);
    const repair = `${name} was on the disk and not in the database: its ${adopted.rows} readings were taken in.`;
    this.#repairs.push(repair);
    log.warn(repair);
  }

  async #describe(name: string, { kind, period, generation, importId }: PathMeaning): Promise<SealedFile> {
    const { manifest, sql } = this.#options;
    const file = path.join(manifest.root, ...name.split("/"));
    const parts = await readParts(sql, file, await metricsOf(sql, file));
    const range = period?.range ?? hullOf([...parts.values()].map((part) => part.range));
    const overlaps = manifest.files.some((listed) => intersects(listed.range, range)) || (await hasTables(sql));
    const bytes = (await stat(file)).size;
    const hash = await hashOf(file);
    const isImport = kind === "import";
    return sealedFile(manifest.root, {
      ...{ path: name, kind, period: range, bytes, hash, generation, parts, overlaps, folded: [], newestArrival: 0 },
      arrival: isImport ? importArrival(manifest.files) : 0,
      isAdopted: true,
      ...(importId === undefined ? {} : { importId }),
    });
  }
}

/** Whether the database holds rows of its own. */
async function hasTables(sql: SqlConnection): Promise<boolean> {
  const rows = await sql.all("SELECT 1 FROM duckdb_tables() WHERE table_name LIKE 'hot%' AND estimated_size > 0");
  return rows.length > 0;
}

const FIXED: ReadonlySet<string> = new Set(["channel", "at", "origin"]);

async function metricsOf(sql: SqlConnection, file: string): Promise<MetricName[]> {
  const rows = await sql.all<{ column_name: string }>(`DESCRIBE SELECT * FROM ${parquetSql([file])}`);
  return rows.map(({ column_name }) => column_name).filter((name) => !FIXED.has(name)) as MetricName[];
}

const DATABASE_KEY = "database.id";

/** Name of a database, made once; files say by it where they come from. */
export async function databaseName(sql: SqlConnection, now: number): Promise<string> {
  const [row] = await sql.all<{ value: string }>("SELECT value FROM meta WHERE key = ?", [DATABASE_KEY]);
  if (row) return row.value;
  const name = `telemetry-${now}`;
  const { sql: statement, parameters } = putMeta(DATABASE_KEY, name);
  await sql.run(statement, parameters);
  return name;
}
