import type {
  ChannelId,
  Instant,
  LocalDate,
  PointId,
  PointRole,
  Range,
  SiteId,
  Text,
  TSchema,
} from "@vatio/plugin-api";

/**
 * How an import and what a point has already go together.
 *
 * - `gaps`: the import counts only where nothing else of the point does.
 * - `replace`: where the import tells something, it counts instead of everything else of the point.
 */
export type ConflictPolicy = "gaps" | "replace";

/** Slots of 15 minutes by their numbers since the epoch; `to` is not in. */
export interface SlotRun {
  readonly from: number;
  readonly to: number;
}

/** What an import gives to a point. */
export interface ImportLink {
  readonly importId: string;
  /** Never empty. Their energy is added up: the two directions, or the tariffs, of one meter may be circuits of their own in a file. */
  readonly channels: readonly ChannelId[];
  readonly policy: ConflictPolicy;
  /** Slots in which the import counts for the point, and everything else does not. In order, apart from each other. */
  readonly slots: readonly SlotRun[];
}

/** Which imports belong to a point: what energy asks when it resolves a point to its channels. */
export interface ImportLinks {
  /** The slots of two of them never meet. Empty for nearly every point. */
  linksOf(point: PointId): readonly ImportLink[];
}

/** A format that a file may be of. */
export interface FormatChoice {
  readonly id: string;
  readonly title: Text;
  /** 0 to 1. */
  readonly sure: number;
  readonly extensions: readonly string[];
  /** Form of its options. */
  readonly options: TSchema;
  /** Its options for this file: defaults, and what the file suggests. */
  readonly suggested: object;
}

/** A file that was uploaded and waits for a decision. */
export interface UploadedFile {
  readonly id: string;
  readonly site: SiteId;
  readonly name: string;
  /** As it was sent. */
  readonly bytes: number;
  readonly at: Instant;
  /** The surest first; empty until the file is complete. */
  readonly formats: readonly FormatChoice[];
}

/** Something in a file that could not be used as it stands. */
export interface NoteCount {
  readonly note: Text;
  readonly count: number;
  readonly line?: number;
}

/** Energy of a calendar month of the site, in Wh. */
export interface MonthEnergy {
  /** `2024-03`. */
  readonly month: string;
  readonly importWh: number;
  readonly exportWh: number;
}

/** What a circuit of a file comes to. */
export interface SeriesSummary {
  readonly key: string;
  readonly name: string;
  readonly rows: number;
  readonly firstDay: LocalDate;
  readonly lastDay: LocalDate;
  /** Instants that it tells something about. */
  readonly range: Range;
  /** In Wh: of intervals, and the rise of registers. */
  readonly importWh: number;
  readonly exportWh: number;
  readonly months: readonly MonthEnergy[];
}

/** Data that a point has already where a circuit of a file lies. */
export interface Conflict {
  readonly key: string;
  readonly point: PointId;
  /** Slots that both tell something about. */
  readonly slots: number;
  /** What the point has in them, in Wh. */
  readonly importWh: number;
  readonly exportWh: number;
}

/** A file as it would be imported. Nothing was written. */
export interface ImportPreview {
  readonly id: string;
  readonly format: string;
  readonly series: readonly SeriesSummary[];
  readonly notes: readonly NoteCount[];
  readonly conflicts: readonly Conflict[];
}

/** How a file is to be read. */
export interface ReadChoice {
  readonly format: string;
  /** Missing ones are filled in with what the file suggests, or their default. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A point that is made for a circuit of a file. */
export interface NewPoint {
  readonly name: string;
  readonly role: PointRole;
  readonly parent?: PointId;
}

/** Where a circuit of a file goes. Circuits that are not named are left out; several may go to one point, which has their sum. */
export interface SeriesTarget {
  readonly key: string;
  readonly to: { readonly point: PointId } | { readonly newPoint: NewPoint };
  readonly policy: ConflictPolicy;
  /** Import and export change places: a meter that looks the other way. */
  readonly reversed: boolean;
}

/** A circuit of an import and where it went. */
export interface ImportedCircuit extends SeriesSummary {
  readonly channel: ChannelId;
  readonly point: PointId;
  readonly policy: ConflictPolicy;
  readonly reversed: boolean;
}

/** An import. */
export interface ImportRecord {
  readonly id: string;
  readonly site: SiteId;
  /** Of the file. */
  readonly name: string;
  readonly bytes: number;
  readonly format: string;
  readonly at: Instant;
  readonly rows: number;
  readonly circuits: readonly ImportedCircuit[];
  readonly notes: readonly NoteCount[];
}

/** The bytes of a file, or a part of them. */
export interface UploadPart {
  /** Bytes of the file that came before. */
  readonly offset: number;
  /** More parts follow. */
  readonly more: boolean;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Imports of history from files: uploaded, looked at, applied as a whole, removed as a whole. */
export interface ImportService {
  /**
   * Takes a file, or its first part. @throws E_IMPORT_TOO_LARGE, E_IMPORT_DISK_FULL, E_IMPORT_UNREADABLE, E_IMPORT_BUSY (retryable)
   */
  upload(site: SiteId, name: string, part: UploadPart): Promise<UploadedFile>;
  /** Takes a further part. @throws E_IMPORT_UNKNOWN, E_IMPORT_OFFSET with the bytes that are there, and as `upload` */
  append(id: string, part: UploadPart): Promise<UploadedFile>;
  /** Files that wait for a decision. */
  uploads(): readonly UploadedFile[];
  /**
   * Reads a file. What takes long goes on: E_IMPORT_BUSY with `details.progress` says so, and the same call gets the answer later.
   * @throws E_IMPORT_UNKNOWN, E_IMPORT_UNREADABLE, E_IMPORT_FAILED, E_INPUT_INVALID, E_IMPORT_BUSY (retryable)
   */
  preview(id: string, choice: ReadChoice, targets: Readonly<Record<string, PointId>>): Promise<ImportPreview>;
  /** Stores the circuits that have a target: all or nothing. @throws as `preview`, E_POINT_UNKNOWN, E_STORE_* (retryable) */
  apply(id: string, choice: ReadChoice, targets: readonly SeriesTarget[]): Promise<ImportRecord>;
  /** The newest first. */
  list(): readonly ImportRecord[];
  /** Takes an import with all that it changed, or an uploaded file, away. @throws E_IMPORT_UNKNOWN, E_STORE_* (retryable) */
  remove(id: string): Promise<void>;
  /** Site of an upload or an import; undefined when there is none of that id. */
  siteOf(id: string): SiteId | undefined;
  /** Finishes what a stop interrupted. */
  start(): Promise<void>;
  stop(): Promise<void>;
}
