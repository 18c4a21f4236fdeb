import { hours, type Instant, type SiteId, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { FormatTable, OfferedFormat } from "./format-table.js";
import type { SeriesSums } from "./series-sums.js";
import { headOf, storedFile } from "./stored-file.js";
import type { FormatChoice, NoteCount, UploadedFile, UploadPart } from "./types.js";
import { isGzip, UNPACK_RATIO, unpackInPlace } from "./unpack.js";
import type { UploadFiles } from "./upload-files.js";

/** What reading a file once has told. */
export interface Scan {
  /** Format and options. */
  readonly how: string;
  readonly series: readonly SeriesSums[];
  readonly notes: readonly NoteCount[];
}

/** A file that waits for a decision. */
export interface Upload {
  readonly id: string;
  readonly site: SiteId;
  readonly path: string;
  readonly at: Instant;
  name: string;
  bytes: number;
  complete: boolean;
  formats: readonly FormatChoice[];
  scan: Scan | undefined;
  /** Share of the file that was read in the pass that goes on, 0 to 1. */
  progress: number | undefined;
}

/** What uploads work with. */
export interface UploadsOptions {
  readonly files: UploadFiles;
  readonly formats: FormatTable;
  readonly clock: HubClock;
  readonly newId: () => string;
  /** Most bytes of a file. */
  readonly most: () => number;
  /** Zone of a site. */
  readonly zoneOf: (site: SiteId) => string;
}

/** Files that may wait at once. */
const MAX_WAITING = 8;

/** How long a file waits for a decision. */
const KEPT = hours(24);

const MAX_NAME = 255;

/** Files that were uploaded and wait for a decision. */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #uploads = new Map<string, Upload>();
  readonly #writing = new Set<string>();

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  list(): readonly UploadedFile[] {
    return [...this.#uploads.values()].map(shown);
  }

  get(id: string): Upload | undefined {
    return this.#uploads.get(id);
  }

  async begin(site: SiteId, name: string, part: UploadPart): Promise<UploadedFile> {
    await this.#expire();
    if (this.#uploads.size >= MAX_WAITING)
      throw busy("Too many files wait for a decision. Apply or remove one of them.");
    if (part.offset !== 0) throw wrongOffset(0);
    const { clock, files, newId } = this.#options;
    const path = await files.create();
    const basics = { id: newId(), site, path, at: clock.now(), name: plainName(name) };
    const upload: Upload = { ...basics, bytes: 0, complete: false, formats: [], scan: undefined, progress: undefined };
    this.#uploads.set(upload.id, upload);
    try {
      await this.#write(upload, part);
    } catch (error) {
      await this.remove(upload.id);
      throw error;
    }
    return shown(upload);
  }

  async append(id: string, part: UploadPart): Promise<UploadedFile> {
    const upload = this.#uploads.get(id);
    if (!upload) throw unknown(id);
    if (upload.complete || part.offset !== upload.bytes) throw wrongOffset(upload.bytes);
    await this.#write(upload, part);
    return shown(upload);
  }

  async remove(id: string): Promise<boolean> {
    const upload = this.#uploads.get(id);
    this.#uploads.delete(id);
    if (upload) await this.#options.files.remove(upload.path);
    return upload !== undefined;
  }

  async #write(upload: Upload, part: UploadPart): Promise<void> {
    if (this.#writing.has(upload.id)) throw busy("A part of this file is being written.");
    this.#writing.add(upload.id);
    try {
      upload.bytes = await this.#options.files.write(upload.path, part, this.#options.most());
      if (!part.more) await this.#finish(upload);
    } finally {
      this.#writing.delete(upload.id);
    }
  }

  async #finish(upload: Upload): Promise<void> {
    if (await isGzip(upload.path)) {
      await unpackInPlace(upload.path, upload.bytes, { bytes: this.#options.most(), ratio: UNPACK_RATIO });
      upload.name = upload.name.replace(/\.gz$/i, "");
    }
    const head = await headOf(await storedFile(upload.path, upload.name));
    const zone = this.#options.zoneOf(upload.site);
    upload.formats = this.#options.formats
      .list()
      .map((format) =>
        choiceOf(format, {
          sure: format.recognise(head),
          suggested: { ...zoneOptions(format, zone), ...format.suggest(head) },
        }),
      )
      .sort((a, b) => b.sure - a.sure);
    upload.complete = true;
  }

  async #expire(): Promise<void> {
    const until = this.#options.clock.now() - KEPT;
    for (const { id, at } of [...this.#uploads.values()]) if (at < until) await this.remove(id);
  }
}

const shown = ({ id, site, name, bytes, at, formats }: Upload): UploadedFile => ({
  id,
  site,
  name,
  bytes,
  at,
  formats,
});

const choiceOf = (
  { id, title, extensions, options }: OfferedFormat,
  found: Pick<FormatChoice, "sure" | "suggested">,
): FormatChoice => ({ id, title, extensions, options, ...found });

/** A zone that the file does not tell is that of the site. */
function zoneOptions({ options }: OfferedFormat, zone: string): object {
  const { properties = {} } = options as { properties?: Readonly<Record<string, object>> };
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, schema]) => ("x-zone" in schema ? [[name, zone]] : [])),
  );
}

/** Browsers send names only, but a program may send a path. */
const plainName = (name: string): string =>
  name
    .replace(/^.*[/\\]/, "")
    .replace(/\p{Cc}/gu, "")
    .slice(-MAX_NAME) || "file";

/** The error of an id that is neither an upload nor an import. */
export const unknown = (id: string): VatioError =>
  new VatioError("E_IMPORT_UNKNOWN", "There is no such import, or its file waited too long. Load the list again.", {
    details: { id },
  });

/** The error of work that has to wait. */
export const busy = (message: string, details?: object): VatioError =>
  new VatioError("E_IMPORT_BUSY", message, { retryable: true, ...(details ? { details } : {}) });

const wrongOffset = (bytes: number): VatioError =>
  new VatioError("E_IMPORT_OFFSET", `The next part begins at byte ${bytes}. Send it from there.`, {
    details: { bytes },
  });
