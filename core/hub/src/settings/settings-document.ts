import { type Actor, type Json, type TSchema, Type, VatioError } from "@vatio/plugin-api";
import { Value } from "typebox/value";
import { isMap, parseDocument, stringify } from "yaml";

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
   * Checks everything, then takes it over. What the document does not name stays.
   * @throws E_SETTINGS_INVALID with every bad path in `details.paths`; nothing was changed then
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
  return {
    async export() {
      const parts: [string, Json][] = [["vatio", FORM]];
      for (const section of sections) parts.push([section.name, await section.read()]);
      return stringify(Object.fromEntries(parts), { lineWidth: 120, aliasDuplicateObjects: false });
    },
    async import(actor, yaml) {
      const document = checked(parse(yaml), schema, sections);
      const report: Record<string, SectionReport> = {};
      for (const section of sections) {
        const value = document[section.name];
        if (value !== undefined) report[section.name] = await section.apply(actor, value);
      }
      return report;
    },
  };
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
  const document = parseDocument(yaml, { prettyErrors: true });
  if (document.errors.length > 0)
    throw invalid(document.errors.map((error) => ({ path: "", problem: `is not YAML: ${error.message}` })));
  if (!isMap(document.contents)) throw invalid([{ path: "", problem: "is no map" }]);
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
  const shape = Value.Errors(schema, document).map(({ instancePath, message }) => ({
    path: instancePath.slice(1),
    problem: message,
  }));
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
