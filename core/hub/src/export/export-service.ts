import { isChannelId, type MetricRegistry } from "@vatio/model";
import { days, type Instant, type Log, type Point, type Range, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import type { EnergyService } from "../energy/types.js";
import type { DeviceRegistry, PointRegistry, SiteRegistry } from "../registry/types.js";
import { freeSpaceOf } from "../store/disk-guard.js";
import type { TelemetryStore } from "../store/types.js";
import { type ByteSource, byteStream } from "./byte-stream.js";
import { csvPieces } from "./csv-stream.js";
import { type EnergySubject, energyTable } from "./energy-table.js";
import { ExportGate } from "./export-gate.js";
import { exportFileName } from "./file-name.js";
import { parquetPieces } from "./parquet-stream.js";
import { readingsTable } from "./readings-table.js";
import { TempFolders } from "./temp-folders.js";
import type {
  CsvStyle,
  EnergyRequest,
  ExportedFile,
  ExportTable,
  FileRequest,
  ReadingsRequest,
  Subject,
} from "./types.js";

/** What exports are made with. */
export interface ExportServiceOptions {
  readonly store: Pick<TelemetryStore, "exportRows" | "last">;
  readonly energy: Pick<EnergyService, "slots" | "usage">;
  readonly points: PointRegistry;
  readonly devices: DeviceRegistry;
  readonly sites: SiteRegistry;
  readonly metrics: MetricRegistry;
  readonly clock: HubClock;
  readonly counters: CounterTable;
  readonly log: Log;
  /** Folder of the hub's data. */
  readonly data: string;
  /** What must stay free of the disk, in bytes. */
  readonly minFreeBytes: number;
  /** Free bytes of the disk; asks the system when left out. */
  readonly freeSpace?: () => Promise<number>;
}

const SCOPE = "export";
const TYPES = { csv: "text/csv; charset=utf-8", parquet: "application/vnd.apache.parquet" } as const;
/** Imports and clocks that run ahead may lie a little in the future. */
const FUTURE = days(1);

interface NamedTable {
  readonly table: ExportTable;
  readonly what: "readings" | "energy";
  readonly subject?: string;
  readonly range: Range;
}

const csvSource = (table: ExportTable, style: CsvStyle): ByteSource => ({
  pieces: csvPieces(table, style),
  abort: () => undefined,
});

/** Exports of any size as streams, a few at a time. */
export class ExportService {
  readonly #options: ExportServiceOptions;
  readonly #gate = new ExportGate();
  readonly #folders: TempFolders;

  constructor(options: ExportServiceOptions) {
    this.#options = options;
    this.#folders = new TempFolders(options.data);
  }

  /** Exports that run. */
  get running(): number {
    return this.#gate.running;
  }

  /** Takes away what a hub that was killed left on the disk. */
  async start(): Promise<void> {
    await this.#folders.clear().catch((error: unknown) => {
      this.#options.log.warn("Files of earlier exports could not be removed.", { reason: String(error) });
    });
  }

  /** Raw readings. @throws E_EXPORT_BUSY, E_EXPORT_DISK_FULL, E_RANGE_INVALID, E_METRIC_UNKNOWN, E_STORE_BUSY */
  readings(request: ReadingsRequest, file: FileRequest): Promise<ExportedFile> {
    const [only] = request.targets.length === 1 ? request.targets : [];
    const table = readingsTable({ ...this.#options, subjectOf: (target) => this.#subjectOf(target) }, request);
    const subject = only === undefined ? "" : this.#subjectOf(only).point || only;
    return this.#file({ table, what: "readings", subject, range: request.range }, file);
  }

  /** Energy of points. @throws E_EXPORT_BUSY, E_EXPORT_DISK_FULL, E_RANGE_INVALID, E_STORE_BUSY */
  energy(request: EnergyRequest, file: FileRequest): Promise<ExportedFile> {
    const subjects = this.#energySubjects(request);
    const range = this.#pastOf(request.range);
    const table = energyTable({ energy: this.#options.energy, subjects }, { ...request, range });
    const [only] = subjects.length === 1 ? subjects : [];
    const site = "site" in request.subject ? this.#options.sites.get(request.subject.site)?.name : undefined;
    return this.#file({ table, what: "energy", subject: site ?? only?.point.name ?? "", range }, file);
  }

  async #file({ table, what, subject = "", range }: NamedTable, { format, csv }: FileRequest): Promise<ExportedFile> {
    const leave = this.#enter();
    const source = format === "csv" ? csvSource(table, csv) : this.#parquetSource(table);
    const stream = await byteStream(source, (error) => {
      leave();
      if (error !== undefined) this.#failed(error);
    });
    return { name: exportFileName({ what, subject, range, format }), type: TYPES[format], stream };
  }

  #parquetSource(table: ExportTable): ByteSource {
    const { clock, log, minFreeBytes } = this.#options;
    const aborter = new AbortController();
    const freeSpace = this.#options.freeSpace ?? (() => freeSpaceOf(`${this.#folders.root}/file`));
    const options = { clock, log, minFreeBytes, freeSpace, folders: this.#folders, signal: aborter.signal };
    return { pieces: parquetPieces(table, options), abort: () => aborter.abort() };
  }

  #enter(): () => void {
    try {
      return this.#gate.enter();
    } catch (error) {
      this.#options.counters.add(SCOPE, "refused", VatioError.from(error).code);
      throw error;
    }
  }

  #failed(error: unknown): void {
    const { code, message } = VatioError.from(error);
    this.#options.counters.add(SCOPE, "failed", code);
    this.#options.log.warn("An export ended before it was complete.", { code, reason: message });
  }

  #subjectOf(target: Subject["target"]): Subject {
    const { points, sites } = this.#options;
    const id = isChannelId(target) ? points.pointOf(target) : target;
    const point = id === undefined ? undefined : points.get(id);
    const site = (point && sites.get(point.site)) ?? sites.first();
    return { target, point: point?.name ?? "", zone: site?.zone ?? "UTC" };
  }

  #energySubjects({ subject }: EnergyRequest): EnergySubject[] {
    const { points, sites } = this.#options;
    const wanted: readonly (Point | undefined)[] =
      "site" in subject
        ? points.list().filter(({ site }) => site === subject.site)
        : [...new Set(subject.points)].map((id) => points.get(id));
    return wanted.flatMap((point) => (point ? [{ point, zone: sites.get(point.site)?.zone ?? "UTC" }] : []));
  }

  /** Of a range up to the end of time, what may hold something. @throws E_RANGE_INVALID */
  #pastOf({ from, to }: Range): Range {
    const end = Math.min(to, this.#options.clock.now() + FUTURE) as Instant;
    if (from >= 0 && from < to) return { from: Math.min(from, end - 1) as Instant, to: end };
    throw new VatioError("E_RANGE_INVALID", "The range must begin in 1970 or later and end after it begins.", {
      details: { from, to },
    });
  }
}
