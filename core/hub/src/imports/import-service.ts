import { type Log, type PointId, type SiteId, VatioError } from "@vatio/plugin-api";
import { inputInvalid } from "../bad-paths.js";
import type { HubClock } from "../clock.js";
import type { EnergyService } from "../energy/types.js";
import { configProblems, withDefaults } from "../plugins/config-schema.js";
import type { PointRegistry, SiteRegistry } from "../registry/types.js";
import type { Settings } from "../settings/types.js";
import type { SegmentStore } from "../store/types.js";
import { conflictsOf } from "./conflicts.js";
import type { FormatTable, OfferedFormat } from "./format-table.js";
import { importBatches } from "./import-batches.js";
import type { ImportRecords, StoredImport } from "./import-records.js";
import { mostBytes } from "./import-settings.js";
import { LoneJob } from "./lone-job.js";
import { planImport } from "./plan-import.js";
import { type ReadFindings, type ReadOrder, readParts } from "./read-parts.js";
import { SeriesSums } from "./series-sums.js";
import type {
  ImportPreview,
  ImportRecord,
  ImportService,
  ReadChoice,
  SeriesTarget,
  UploadedFile,
  UploadPart,
} from "./types.js";
import { UploadFiles } from "./upload-files.js";
import { busy, type Scan, type Upload, Uploads, unknown } from "./uploads.js";

/** What imports work with. */
export interface ImportServiceOptions {
  readonly data: string;
  readonly clock: HubClock;
  readonly log: Log;
  readonly newId: () => string;
  readonly formats: FormatTable;
  readonly records: ImportRecords;
  readonly segments: Pick<SegmentStore, "addImport" | "removeImport">;
  readonly energy: Pick<EnergyService, "slots" | "recompute">;
  readonly points: Pick<PointRegistry, "get" | "create" | "remove">;
  readonly sites: Pick<SiteRegistry, "get">;
  readonly settings: Pick<Settings, "get">;
}

/** Makes the imports of a hub. */
export const createImports = (options: ImportServiceOptions): ImportService => new FileImports(options);

/** How a file is read, checked. */
interface CheckedChoice {
  readonly format: OfferedFormat;
  readonly options: unknown;
}

class FileImports implements ImportService {
  readonly #options: ImportServiceOptions;
  readonly #files: UploadFiles;
  readonly #uploads: Uploads;
  readonly #stopped = new AbortController();
  readonly #jobs: LoneJob;

  constructor(options: ImportServiceOptions) {
    this.#options = options;
    this.#files = new UploadFiles(options.data);
    this.#jobs = new LoneJob(options.clock);
    this.#uploads = new Uploads({
      ...options,
      files: this.#files,
      most: () => mostBytes(options.settings),
      zoneOf: (site) => this.#zoneOf(site),
    });
  }

  upload(site: SiteId, name: string, part: UploadPart): Promise<UploadedFile> {
    return this.#uploads.begin(site, name, part);
  }

  append(id: string, part: UploadPart): Promise<UploadedFile> {
    return this.#uploads.append(id, part);
  }

  uploads(): readonly UploadedFile[] {
    return this.#uploads.list();
  }

  siteOf(id: string): SiteId | undefined {
    return this.#uploads.get(id)?.site ?? this.#options.records.get(id)?.record.site;
  }

  list(): readonly ImportRecord[] {
    const applied = this.#options.records.all().filter(({ state }) => state === "applied");
    return applied.map(({ record }) => record).reverse();
  }

  async preview(id: string, choice: ReadChoice, targets: Readonly<Record<string, PointId>>): Promise<ImportPreview> {
    const upload = this.#require(id);
    const how = this.#check(upload, choice);
    return this.#jobs.run({
      key: JSON.stringify(["preview", id, how.format.id, how.options, targets]),
      progress: () => upload.progress,
      work: async () => {
        const { series, notes } = await this.#scan(upload, how);
        const conflicts = await conflictsOf(this.#options.energy, series, targets);
        return { id, format: choice.format, series: series.map((one) => one.summary()), notes, conflicts };
      },
    });
  }

  async apply(id: string, choice: ReadChoice, targets: readonly SeriesTarget[]): Promise<ImportRecord> {
    const done = this.#options.records.get(id);
    if (done?.state === "applied" && !this.#jobs.busy) return done.record;
    const upload = this.#require(id);
    const how = this.#check(upload, choice);
    return this.#jobs.run({
      key: JSON.stringify(["apply", id, how.format.id, how.options, targets]),
      progress: () => upload.progress,
      work: async () => {
        const scan = await this.#scan(upload, how);
        const record = await this.#apply(upload, how, { scan, targets });
        await this.#uploads.remove(id);
        return record;
      },
    });
  }

  async remove(id: string): Promise<void> {
    if (this.#uploads.get(id)) {
      if (this.#jobs.busy) throw busy("A file is being read. Try again when that is done.");
      await this.#uploads.remove(id);
      return;
    }
    const stored = this.#options.records.get(id);
    if (!stored) throw unknown(id);
    await this.#jobs.run({ key: `remove ${id}`, work: () => this.#takeAway(stored) });
  }

  async start(): Promise<void> {
    await this.#files.clear();
    for (const stored of this.#options.records.all().filter(({ state }) => state !== "applied")) {
      this.#options.log.warn("An import that was interrupted is taken away.", {
        import: stored.record.id,
        state: stored.state,
      });
      await this.#takeAway(stored);
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#jobs.settle();
    for (const { id } of this.#uploads.list()) await this.#uploads.remove(id);
  }

  #require(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (!upload) throw unknown(id);
    if (upload.complete) return upload;
    throw new VatioError("E_INPUT_INVALID", "The file is not complete. Send its last part first.");
  }

  #check(upload: Upload, { format: id, options: given }: ReadChoice): CheckedChoice {
    const format = this.#options.formats.get(id);
    if (!format)
      throw new VatioError("E_INPUT_INVALID", `No format is called "${id}". Choose one that the upload listed.`);
    const suggested = upload.formats.find((choice) => choice.id === id)?.suggested ?? {};
    const options = withDefaults(format.options, { ...suggested, ...given });
    const problems = configProblems(format.options, options).map(({ path, message }) => ({
      path: `/options${path}`,
      problem: message,
    }));
    if (problems.length > 0) throw inputInvalid("The options", problems);
    return { format, options };
  }

  async #scan(upload: Upload, how: CheckedChoice): Promise<Scan> {
    const key = JSON.stringify([how.format.id, how.options]);
    if (upload.scan?.how === key) return upload.scan;
    const zone = this.#zoneOf(upload.site);
    const findings: ReadFindings = { notes: [] };
    const sums = new Map<string, SeriesSums>();
    for await (const rows of readParts(this.#order(upload, how), findings, this.#options.clock)) {
      const series = sums.get(rows.series.key) ?? new SeriesSums(rows.series, zone);
      sums.set(series.key, series);
      series.add(rows);
    }
    upload.scan = { how: key, series: [...sums.values()], notes: findings.notes };
    return upload.scan;
  }

  #order(upload: Upload, how: CheckedChoice): ReadOrder {
    const { path, name } = upload;
    const onProgress = (share: number): void => {
      upload.progress = share;
    };
    return { path, name, ...how, onProgress, signal: this.#stopped.signal };
  }

  async #apply(
    upload: Upload,
    how: CheckedChoice,
    { scan, targets }: { readonly scan: Scan; readonly targets: readonly SeriesTarget[] },
  ): Promise<ImportRecord> {
    const { clock, records } = this.#options;
    const plan = await planImport(this.#options, { upload, format: how.format.id, scan, targets, at: clock.now() });
    const { stored } = plan;
    try {
      await records.put({ ...stored, state: "applying" });
      const parts = readParts(this.#order(upload, how), { notes: [] }, clock);
      await this.#options.segments.addImport(upload.id, importBatches(parts, plan.circuits));
      await records.put(stored);
    } catch (error) {
      await this.#undo(stored, plan.newPoints);
      throw error;
    }
    await this.#recompute(stored);
    return stored.record;
  }

  async #undo({ record: { id } }: StoredImport, newPoints: readonly PointId[]): Promise<void> {
    const { points, records, segments } = this.#options;
    await segments.removeImport(id);
    await records.delete(id);
    for (const point of newPoints) await points.remove(point);
  }

  async #takeAway(stored: StoredImport): Promise<void> {
    const { records, segments } = this.#options;
    const { id } = stored.record;
    await records.put({ ...stored, state: "removing" });
    await segments.removeImport(id);
    await this.#recompute(stored);
    await records.delete(id);
  }

  async #recompute({ record: { circuits } }: StoredImport): Promise<void> {
    for (const { channel, range } of circuits) await this.#options.energy.recompute(channel, range);
  }

  #zoneOf(site: SiteId): string {
    return this.#options.sites.get(site)?.zone ?? "UTC";
  }
}
