import { type ImportFile, type ImportFormat, type ImportPart, VatioError } from "@vatio/plugin-api";

/** Who offers a format: calls into it run in its name. */
export interface FormatOwner {
  readonly id: string;
  /** Aborted when the owner is to stop. */
  readonly signal: AbortSignal;
  enter<T>(call: () => T, where?: string): T;
  failed(error: unknown, where: string): void;
}

/** A format that is on offer, its calls contained. */
export interface OfferedFormat extends Pick<ImportFormat, "id" | "title" | "extensions" | "options"> {
  readonly plugin: string;
  /** 0 to 1; 0 as well when asking it failed. */
  recognise(file: FileHead): number;
  /** Empty as well when asking it failed. */
  suggest(file: FileHead): object;
  /** @throws E_IMPORT_UNREADABLE, E_INPUT_INVALID, E_IMPORT_FAILED for a fault of the format, E_ABORTED */
  read(file: ImportFile, options: unknown, signal: AbortSignal): AsyncIterable<ImportPart>;
}

/** What a file is recognised by: its name and its first bytes. */
export interface FileHead {
  readonly name: string;
  readonly head: Uint8Array;
}

interface Entry {
  readonly owner: FormatOwner;
  readonly format: ImportFormat;
  readonly revoked: AbortController;
}

const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const MAX_ID = 64;

/** The formats that plugins offer at the moment. */
export class FormatTable {
  readonly #entries = new Map<string, Entry>();

  /** @throws E_IMPORT_FORMAT_INVALID when the id is not kebab-case or is taken */
  provide(owner: FormatOwner, format: ImportFormat): Disposable {
    const { id } = format;
    if (!ID.test(id) || id.length > MAX_ID) throw invalid(id, "is not kebab-case");
    if (this.#entries.has(id)) throw invalid(id, "is offered by another plugin already");
    const entry = { owner, format, revoked: new AbortController() };
    this.#entries.set(id, entry);
    return {
      [Symbol.dispose]: () => {
        if (this.#entries.get(id) === entry) this.#entries.delete(id);
        entry.revoked.abort();
      },
    };
  }

  list(): readonly OfferedFormat[] {
    return [...this.#entries.values()].map(offered);
  }

  get(id: string): OfferedFormat | undefined {
    const entry = this.#entries.get(id);
    return entry && offered(entry);
  }
}

const invalid = (id: string, why: string): VatioError =>
  new VatioError("E_IMPORT_FORMAT_INVALID", `The format "${id}" ${why}. Give it another id.`, { details: { id } });

function offered({ owner, format, revoked }: Entry): OfferedFormat {
  const asked = <T>(call: () => T, instead: T): T => {
    try {
      return owner.enter(call, "import");
    } catch (error) {
      owner.failed(error, "import");
      return instead;
    }
  };
  const { id, title, extensions, options } = format;
  return {
    ...{ id, title, extensions, options, plugin: owner.id },
    recognise: (file) => within01(asked(() => format.recognise(file), 0)),
    suggest: (file) => asked(() => format.suggest?.(file) as object | undefined, undefined) ?? {},
    read: (file, chosen, signal) =>
      contained(
        owner,
        (any) => format.read(file, chosen, any),
        AbortSignal.any([signal, owner.signal, revoked.signal]),
      ),
  };
}

const within01 = (sure: unknown): number => (typeof sure === "number" && sure >= 0 ? Math.min(sure, 1) : 0);

/** Every step of the format runs in its owner's name. */
async function* contained(
  owner: FormatOwner,
  read: (signal: AbortSignal) => AsyncIterable<ImportPart>,
  signal: AbortSignal,
): AsyncGenerator<ImportPart> {
  let iterator: AsyncIterator<ImportPart> | undefined;
  try {
    const opened = owner.enter(() => read(signal)[Symbol.asyncIterator](), "import");
    iterator = opened;
    for (;;) {
      if (signal.aborted) throw givenUp();
      const step = await owner.enter(async () => opened.next(), "import");
      if (step.done) {
        iterator = undefined;
        return;
      }
      yield step.value;
    }
  } catch (error) {
    throw attributed(owner, error, signal);
  } finally {
    await release(owner, iterator);
  }
}

/** A file that a format has open is closed before the file is taken away. */
async function release(owner: FormatOwner, iterator: AsyncIterator<ImportPart> | undefined): Promise<void> {
  if (!iterator) return;
  await owner.enter(async () => iterator.return?.(), "import").catch(() => undefined);
}

function attributed(owner: FormatOwner, error: unknown, signal: AbortSignal): VatioError {
  if (signal.aborted) return givenUp();
  if (VatioError.is(error) && error.code !== "E_INTERNAL") return error;
  owner.failed(error, "import");
  const why = VatioError.from(error).message;
  return new VatioError("E_IMPORT_FAILED", `The plugin ${owner.id} failed to read the file: ${why}`, {
    cause: error,
    details: { plugin: owner.id },
  });
}

const givenUp = (): VatioError => new VatioError("E_ABORTED", "Reading the file was given up.");
