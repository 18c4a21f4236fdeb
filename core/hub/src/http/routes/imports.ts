import { type PointId, type SiteId, Type } from "@vatio/plugin-api";
import { HUB, type Resource } from "../../auth/types.js";
import type { ReadChoice, SeriesTarget } from "../../imports/types.js";
import { defineRoute, type Route } from "../define-route.js";
import { ApplyImportBody, ImportDto, ImportPreviewDto, ImportsDto, ReadImportBody, UploadDto } from "../dto.js";
import { importDto, previewDto, uploadDto } from "../import-dto.js";
import type { RouteContext } from "../route-context.js";
import { IdParams } from "./params.js";
import { found } from "./targets.js";

const closed = { additionalProperties: false } as const;

/** Bytes of one part; a browser sends a larger file in several, and each within the time that a request may take. */
const PART_BYTES = 16_777_216;

const bytes = Type.Unsafe<AsyncIterable<Uint8Array>>({ type: "string", format: "binary" });
const more = Type.Optional(Type.Boolean({ default: false, description: "Further parts follow" }));

const UploadQuery = Type.Object(
  {
    site: Type.String({ minLength: 1, maxLength: 512 }),
    name: Type.String({ minLength: 1, maxLength: 1_000, description: "Of the file" }),
    more,
  },
  closed,
);

const PartQuery = Type.Object(
  { offset: Type.Integer({ minimum: 0, description: "Bytes of the file that were sent before" }), more },
  closed,
);

interface ById {
  readonly params: { readonly id: string };
}

/** The site of an import or upload. That an id is not known is told to managers of the hub only. */
function siteOf({ params }: ById, hub: RouteContext): Resource {
  const site = hub.imports.siteOf(params.id);
  return site === undefined ? HUB : { kind: "site", id: site };
}

const READING = ["E_IMPORT_UNKNOWN", "E_IMPORT_UNREADABLE", "E_IMPORT_FAILED", "E_IMPORT_BUSY"] as const;
const SENDING = [
  "E_IMPORT_BUSY",
  "E_IMPORT_TOO_LARGE",
  "E_IMPORT_DISK_FULL",
  "E_BODY_TOO_LARGE",
  "E_IMPORT_UNREADABLE",
] as const;

/** Import of history from files. */
export const importRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/imports",
    tag: "Imports",
    summary: "Imports of the sites that I may see, the newest first, and files that wait for a decision",
    action: "read",
    resource: "per-item",
    response: ImportsDto,
    handler: ({ actor }, hub) => {
      const may = (action: "read" | "manage", site: SiteId): boolean =>
        hub.authorizer.can(actor, action, { kind: "site", id: site });
      const imports = hub.imports.list().filter(({ site }) => may("read", site));
      const uploads = hub.imports.uploads().filter(({ site }) => may("manage", site));
      return { imports: imports.map(importDto), uploads: uploads.map(uploadDto) };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/imports",
    tag: "Imports",
    summary: "Upload a file, or its first part, and learn which formats it may be of",
    description:
      "The body is the file itself, at most 16 MiB of it at a time. Send the first part with `more=true` and the others to `/imports/{id}/parts`. A gzip file is unpacked. A file that nobody decides about goes away after a day.",
    action: "manage",
    resource: ({ query }) => ({ kind: "site" as const, id: query.site as SiteId }),
    audit: "import.upload",
    query: UploadQuery,
    body: bytes,
    bodyType: "stream",
    bodyLimit: PART_BYTES,
    response: UploadDto,
    errors: ["E_SITE_UNKNOWN", ...SENDING],
    handler: async ({ query, body }, hub) => {
      const { id } = found(hub.sites.get(query.site as SiteId), "SITE", query.site);
      return uploadDto(await hub.imports.upload(id, query.name, { offset: 0, more: query.more ?? false, body }));
    },
  }),
  defineRoute({
    method: "POST",
    path: "/imports/{id}/parts",
    tag: "Imports",
    summary: "Upload a further part of a file",
    action: "manage",
    resource: siteOf,
    params: IdParams,
    query: PartQuery,
    body: bytes,
    bodyType: "stream",
    bodyLimit: PART_BYTES,
    response: UploadDto,
    errors: ["E_IMPORT_UNKNOWN", "E_IMPORT_OFFSET", ...SENDING],
    handler: async (input, hub) => {
      const { body, query } = input;
      const part = { offset: query.offset, more: query.more ?? false, body };
      return uploadDto(await hub.imports.append(input.params.id, part));
    },
  }),
  defineRoute({
    method: "POST",
    path: "/imports/{id}/preview",
    tag: "Imports",
    summary: "Read an uploaded file and see what it would import; nothing is written",
    description:
      "Options that are left out are those that the file suggests. Energy is in Wh by calendar month of the site. With `points`, the answer tells what these points have already. A large file takes longer than an answer may: `E_IMPORT_BUSY` with `details.progress` (0 to 1) says that the reading goes on; ask the same again.",
    action: "manage",
    resource: siteOf,
    params: IdParams,
    body: ReadImportBody,
    response: ImportPreviewDto,
    errors: ["E_POINT_UNKNOWN", ...READING],
    handler: async (input, hub) => {
      const { id } = input.params;
      const points = Object.fromEntries(
        Object.entries(input.body.points ?? {}).map(([key, point]) => [key, knownPoint(point, id, hub)]),
      );
      return previewDto(await hub.imports.preview(id, choiceOf(input.body), points));
    },
  }),
  defineRoute({
    method: "POST",
    path: "/imports/{id}/apply",
    tag: "Imports",
    summary: "Import an uploaded file: all circuits that are named, or nothing",
    description:
      "`gaps`: the import counts only where the point has nothing. `replace`: where the import tells something, it counts instead. Several circuits may go to one point, which has their sum. While it goes on for long, `E_IMPORT_BUSY` with `details.progress` answers; ask the same again.",
    action: "manage",
    resource: siteOf,
    audit: "import.apply",
    params: IdParams,
    body: ApplyImportBody,
    response: ImportDto,
    errors: ["E_POINT_UNKNOWN", "E_POINT_INVALID", "E_IMPORT_CONFLICT", "E_IMPORT_EMPTY", "E_STORE_BUSY", ...READING],
    handler: async (input, hub) => {
      const { id } = input.params;
      return importDto(await hub.imports.apply(id, choiceOf(input.body), input.body.series.map(targetOf)));
    },
  }),
  defineRoute({
    method: "DELETE",
    path: "/imports/{id}",
    tag: "Imports",
    summary: "Remove an import with all that it changed, or an uploaded file",
    action: "manage",
    resource: siteOf,
    audit: "import.remove",
    params: IdParams,
    errors: ["E_IMPORT_UNKNOWN", "E_IMPORT_BUSY", "E_STORE_BUSY"],
    handler: ({ params }, hub) => hub.imports.remove(params.id),
  }),
];

const choiceOf = ({ format, options = {} }: Pick<ReadImportBody, "format" | "options">): ReadChoice => ({
  format,
  options,
});

function knownPoint(point: string, upload: string, hub: RouteContext): PointId {
  const { id, site } = found(hub.points.get(point as PointId), "POINT", point);
  return found(site === hub.imports.siteOf(upload) ? id : undefined, "POINT", point);
}

function targetOf(series: ApplyImportBody["series"][number]): SeriesTarget {
  const { key, policy, reversed = false } = series;
  const to = "point" in series ? { point: series.point as PointId } : { newPoint: newPointOf(series.newPoint) };
  return { key, policy, reversed, to };
}

type NewPointTarget = Extract<SeriesTarget["to"], { newPoint: unknown }>["newPoint"];
type GivenPoint = Extract<ApplyImportBody["series"][number], { newPoint: unknown }>["newPoint"];

const newPointOf = ({ name, role, parent }: GivenPoint): NewPointTarget => ({
  name,
  role,
  ...(parent === undefined ? {} : { parent: parent as PointId }),
});
