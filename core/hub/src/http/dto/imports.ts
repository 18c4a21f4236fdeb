import { type Static, Type } from "@vatio/plugin-api";
import { at, closed, id, literals } from "./parts.js";
import { PointRoleDto } from "./places.js";

const text = Type.Object({
  key: Type.String(),
  params: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))),
});
const wh = Type.Number({ description: "Wh" });
const options = Type.Record(Type.String(), Type.Unknown());

/** How an import and what a point has already go together. */
export const ConflictPolicyDto = literals(["gaps", "replace"]);
export type ConflictPolicyDto = Static<typeof ConflictPolicyDto>;

/** A format that a file may be of. */
export const ImportFormatDto = Type.Object({
  id,
  title: text,
  sure: Type.Number({ description: "0 to 1" }),
  extensions: Type.Array(Type.String()),
  options: Type.Unknown({ description: "JSON Schema of the form of its options" }),
  suggested: Type.Record(Type.String(), Type.Unknown(), { description: "Options that the file suggests" }),
});
export type ImportFormatDto = Static<typeof ImportFormatDto>;

/** A file that waits for a decision. */
export const UploadDto = Type.Object({
  id,
  site: id,
  name: Type.String(),
  bytes: Type.Integer({ description: "Of the file, as far as it was sent" }),
  at,
  formats: Type.Array(ImportFormatDto, { description: "The surest first; empty until the last part was sent" }),
});
export type UploadDto = Static<typeof UploadDto>;

const note = Type.Object({ note: text, count: Type.Integer(), line: Type.Optional(Type.Integer()) });

const summary = {
  key: id,
  name: Type.String(),
  rows: Type.Integer(),
  firstDay: Type.String(),
  lastDay: Type.String(),
  range: Type.Object({ from: at, to: at }),
  importWh: wh,
  exportWh: wh,
  months: Type.Array(Type.Object({ month: Type.String({ description: "2024-03" }), importWh: wh, exportWh: wh })),
};

/** How a file is to be read. */
export const ReadImportBody = Type.Object(
  {
    format: Type.String({ minLength: 1, maxLength: 64 }),
    options: Type.Optional(options),
    points: Type.Optional(
      Type.Record(Type.String({ minLength: 1, maxLength: 512 }), id, {
        description:
          "Points that circuits may go to, by the key of the circuit: the answer tells what they have already",
      }),
    ),
  },
  closed,
);
export type ReadImportBody = Static<typeof ReadImportBody>;

/** A file as it would be imported. */
export const ImportPreviewDto = Type.Object({
  id,
  format: id,
  series: Type.Array(Type.Object(summary)),
  notes: Type.Array(note),
  conflicts: Type.Array(Type.Object({ key: id, point: id, slots: Type.Integer(), importWh: wh, exportWh: wh })),
});
export type ImportPreviewDto = Static<typeof ImportPreviewDto>;

const target = {
  key: Type.String({ minLength: 1, maxLength: 512 }),
  policy: ConflictPolicyDto,
  reversed: Type.Optional(Type.Boolean({ description: "Import and export change places" })),
};
const newPoint = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 200 }), role: PointRoleDto, parent: Type.Optional(id) },
  closed,
);

/** Where the circuits of a file go; those that are not named are left out. */
export const ApplyImportBody = Type.Object(
  {
    format: Type.String({ minLength: 1, maxLength: 64 }),
    options: Type.Optional(options),
    series: Type.Array(
      Type.Union([Type.Object({ ...target, point: id }, closed), Type.Object({ ...target, newPoint }, closed)]),
      { minItems: 1, maxItems: 2_000 },
    ),
  },
  closed,
);
export type ApplyImportBody = Static<typeof ApplyImportBody>;

/** An import. */
export const ImportDto = Type.Object({
  id,
  site: id,
  name: Type.String({ description: "Of the file" }),
  bytes: Type.Integer(),
  format: id,
  at,
  rows: Type.Integer(),
  circuits: Type.Array(
    Type.Object({ ...summary, channel: id, point: id, policy: ConflictPolicyDto, reversed: Type.Boolean() }),
  ),
  notes: Type.Array(note),
});
export type ImportDto = Static<typeof ImportDto>;

/** Imports, and files that wait for a decision. */
export const ImportsDto = Type.Object({ imports: Type.Array(ImportDto), uploads: Type.Array(UploadDto) });
export type ImportsDto = Static<typeof ImportsDto>;
