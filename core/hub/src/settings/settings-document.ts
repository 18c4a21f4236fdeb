import { type Actor, type Json, type TSchema, Type, VatioError } from "@vatio/plugin-api";
import { isMap, parseDocument, stringify } from "yaml";
import { badPaths } from "../bad-paths.js";
import { hasUnsafeKey } from "../unsafe-keys.js";

/** Version of the document's form. A later version comes with a step from this one. */
const FORM = 1;
const MOST_CHARACTERS = 4_194_304;

/** What a section did with its part of a document. */
export interface SectionReport {
  /** Entries that were taken over. */
  readonly applied: number;
  /** Entries that were left out, each with why. */
  readonly skipped: readonly string[];
}

/** One part of the document: sites, points, plugins and so on. Whoever owns the data makes the section. */
export interface SettingsSection {
  /** Key in the document. */
  readonly name: string;
  readonly schema: TSchema;
  read(): Json | Promise<Json>;
  /** What is wrong beyond the schema, before anything is changed; `path` is within the section. */
  problems?(value: Json): readonly DocumentProblem[];
  apply(actor: Actor, value: Json): Promise<SectionReport>;
  /** Back to what `read` said before; `apply` when left out. */
  restore?(actor: Actor, before: Json): Promise<unknown>;
}

/** Something that a document may not say. */
export interface DocumentProblem {
  readonly path: string;
  readonly problem: string;
}

/** What became of an import, by section. */
export type ImportReport = Readonly<Record<string, SectionReport>>;

/** All that people changed in the interface, as one YAML document. Secrets and history are not in it. */
export interface SettingsDocument {
  export(): Promise<string>;
  /**
   * Checks everything, then takes it over, all or nothing. What the document does not name stays; what is not known here is left out and named.
   * @throws E_SETTINGS_INVALID with every bad path in `details.paths`, nothing was changed then; or what kept a section from being stored: those
   * before it were put back
   */
  import(actor: Actor, yaml: string): Promise<ImportReport>;
}

/** Makes the document from its sections, in the order in which they are written and taken over. */
export function createSettingsDocument({
  sections,
}: {
  readonly sections: readonly SettingsSection[];
}): SettingsDocument {
  const schema = Type.Object(
    {
      vatio: Type.Literal(FORM),
      ...Object.fromEntries(sections.map((section) => [section.name, Type.Optional(section.schema)])),
    },
    { additionalProperties: false },
  );
  let last: Promise<unknown> = Promise.resolve();
  /** Two documents at once would leave a mixture of both. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
  return {
    async export() {
      const parts: [string, Json][] = [["vatio", FORM]];
      for (const section of sections) parts.push([section.name, await section.read()]);
      return stringify(Object.fromEntries(parts), { lineWidth: 120, aliasDuplicateObjects: false });
    },
    import: (actor, yaml) =>
      inTurn(() => {
        const document = checked(parse(yaml), schema, sections);
        return applyAll(actor, document, sections);
      }),
  };
}

async function applyAll(
  actor: Actor,
  document: Readonly<Record<string, Json>>,
  sections: readonly SettingsSection[],
): Promise<ImportReport> {
  const report: Record<string, SectionReport> = {};
  const undo: (() => Promise<unknown>)[] = [];
  try {
    for (const section of sections) {
      const value = document[section.name];
      if (value === undefined) continue;
      // A copy: what is read may be the very objects that change.
      const before = structuredClone(await section.read());
      undo.push(() => (section.restore ?? section.apply)(actor, before));
      report[section.name] = await section.apply(actor, value);
    }
    return report;
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

function invalid(problems: readonly DocumentProblem[]): VatioError {
  const lines = problems.map(({ path, problem }) => `${path === "" ? "the document" : path} ${problem}`).join("; ");
  return new VatioError("E_SETTINGS_INVALID", `The document was not taken over: ${lines}.`, {
    details: { paths: problems },
  });
}

function parse(yaml: string): Readonly<Record<string, Json>> {
  if (yaml.length > MOST_CHARACTERS)
    throw invalid([{ path: "", problem: `has more than ${MOST_CHARACTERS} characters` }]);
  const document = parseDocument(yaml, { prettyErrors: true, logLevel: "error" });
  if (document.errors.length > 0)
    throw invalid(document.errors.map((error) => ({ path: "", problem: `is not YAML: ${error.message}` })));
  if (!isMap(document.contents)) throw invalid([{ path: "", problem: "is no map" }]);
  const values = plain(document);
  if (hasUnsafeKey(values)) throw invalid([{ path: "", problem: "holds the key __proto__" }]);
  return values;
}

function plain(document: ReturnType<typeof parseDocument>): Readonly<Record<string, Json>> {
  try {
    // Without aliases: a few lines of them could grow to gigabytes.
    return document.toJS({ maxAliasCount: 0 }) as Readonly<Record<string, Json>>;
  } catch {
    throw invalid([{ path: "", problem: "uses aliases; write the values out" }]);
  }
}

function checked(
  document: Readonly<Record<string, Json>>,
  schema: TSchema,
  sections: readonly SettingsSection[],
): Readonly<Record<string, Json>> {
  const newer = typeof document.vatio === "number" && document.vatio > FORM;
  if (newer)
    throw invalid([{ path: "vatio", problem: `is ${document.vatio}, from a newer hub; update this one first` }]);
  const shape = badPaths(schema, document).map(({ path, problem }) => ({ path: path.slice(1), problem }));
  if (shape.length > 0) throw invalid(shape);
  const meaning = sections.flatMap((section) => {
    const value = document[section.name];
    const found = value === undefined ? [] : (section.problems?.(value) ?? []);
    return found.map(({ path, problem }) => ({
      path: path === "" ? section.name : `${section.name}/${path}`,
      problem,
    }));
  });
  if (meaning.length > 0) throw invalid(meaning);
  return document;
}
