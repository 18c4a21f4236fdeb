import type { MetricName, PointId, Range, SiteId, Static } from "@vatio/plugin-api";
import { Type, VatioError } from "@vatio/plugin-api";
import type { Resource } from "../../auth/types.js";
import type { CsvStyle, ExportedFile, FileRequest } from "../../export/index.js";
import { defineRoute, type Route } from "../define-route.js";
import { EnergyExportBucketDto, ExportFormatDto } from "../dto.js";
import { Reply } from "../reply.js";
import type { RouteContext } from "../route-context.js";
import { commaList, instantParam } from "./params.js";
import { found, requireTarget, targetResource } from "./targets.js";

const closed = { additionalProperties: false } as const;
const id = Type.String({ minLength: 1, maxLength: 512 });
const MOST = 500;

const style = {
  format: ExportFormatDto,
  decimal: Type.Optional(
    Type.Union([Type.Literal("point"), Type.Literal("comma")], { default: "point", description: "CSV only" }),
  ),
  separator: Type.Optional(
    Type.Union([Type.Literal(","), Type.Literal(";"), Type.Literal("tab")], {
      description: "CSV only; `;` when the decimal is a comma, else `,`",
    }),
  ),
  bom: Type.Optional(
    Type.Boolean({ default: false, description: "CSV only: begin with a byte order mark, for spreadsheets" }),
  ),
};

const ReadingsQuery = Type.Object(
  {
    targets: commaList(id, MOST),
    metrics: Type.Optional(commaList(Type.String({ minLength: 1, maxLength: 63 }), 64)),
    from: instantParam,
    to: instantParam,
    ...style,
  },
  closed,
);

const EnergyQuery = Type.Object(
  {
    site: Type.Optional(id),
    points: Type.Optional(commaList(id, MOST)),
    from: instantParam,
    to: instantParam,
    bucket: EnergyExportBucketDto,
    ...style,
  },
  closed,
);

const FILE_TYPES = ["text/csv", "application/vnd.apache.parquet"] as const;
const ERRORS = ["E_EXPORT_BUSY", "E_EXPORT_DISK_FULL", "E_RANGE_INVALID", "E_STORE_BUSY"] as const;
const HOW =
  "The answer is made while it is read, so it may be of any size; two run at a time. CSV follows RFC 4180: a header with units, times in UTC " +
  "and in the site's zone, decimal points unless asked otherwise, empty cells where nothing is known, and an apostrophe before names that a " +
  "spreadsheet would run as a formula. Parquet (zstd) has the same columns.";

/** Everything out, in open formats. */
export const exportRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/export/readings",
    tag: "Export",
    summary: "Raw readings of points or channels as a file",
    description: `One row for each channel and instant, a column for each metric; all metrics that the targets have when none is named. ${HOW}`,
    action: "read",
    resource: ({ query }) => query.targets.map(targetResource),
    query: ReadingsQuery,
    response: Type.String(),
    responseTypes: FILE_TYPES,
    errors: ["E_TARGET_UNKNOWN", "E_METRIC_UNKNOWN", ...ERRORS],
    handler: async ({ query }, hub) => {
      const targets = query.targets.map((target) => requireTarget(target, hub));
      const metrics = query.metrics ? { metrics: knownMetrics(query.metrics, hub) } : {};
      return download(await hub.exports.readings({ targets, range: rangeOf(query), ...metrics }, fileOf(query)));
    },
  }),
  defineRoute({
    method: "GET",
    path: "/export/energy",
    tag: "Export",
    summary: "Energy of a site or of points as a file",
    description: `One row for each point and bucket of which anything is known, in Wh. Name a \`site\`, or \`points\`. ${HOW}`,
    action: "read",
    resource: ({ query }) => energyResources(query),
    query: EnergyQuery,
    response: Type.String(),
    responseTypes: FILE_TYPES,
    errors: ["E_SITE_UNKNOWN", "E_POINT_UNKNOWN", ...ERRORS],
    handler: async ({ query }, hub) => {
      const request = { subject: subjectOf(query, hub), range: rangeOf(query), bucket: query.bucket };
      return download(await hub.exports.energy(request, fileOf(query)));
    },
  }),
];

type EnergyQuery = Static<typeof EnergyQuery>;

/** Every point is asked about, and the site as well when it is named. */
const energyResources = ({ site, points = [] }: EnergyQuery): readonly Resource[] => [
  ...(site === undefined ? [] : [{ kind: "site" as const, id: site as SiteId }]),
  ...points.map((point) => ({ kind: "point" as const, id: point as PointId })),
  ...(site === undefined && points.length === 0 ? [{ kind: "hub" as const }] : []),
];

function subjectOf({ site, points }: EnergyQuery, hub: RouteContext) {
  if (points) return { points: points.map((point) => found(hub.points.get(point as PointId), "POINT", point).id) };
  if (site !== undefined) return { site: found(hub.sites.get(site as SiteId), "SITE", site).id };
  throw new VatioError("E_INPUT_INVALID", "Energy of what? Name a site or points.", {
    details: { paths: [{ path: "/query/site", problem: "must be there when points are not" }] },
  });
}

function knownMetrics(metrics: readonly MetricName[], hub: RouteContext): readonly MetricName[] {
  const unknown = metrics.filter((metric) => !hub.metrics.get(metric));
  if (unknown.length === 0) return metrics;
  throw new VatioError(
    "E_METRIC_UNKNOWN",
    `No metric is called ${unknown.join(", ")}. The list of metrics is at /api/v1/metrics.`,
    { details: { unknown } },
  );
}

function rangeOf({ from, to }: { readonly from: number; readonly to: number }): Range {
  if (from >= 0 && from < to) return { from, to } as Range;
  throw new VatioError("E_RANGE_INVALID", "The range must begin in 1970 or later, and `from` must be before `to`.", {
    details: { from, to },
  });
}

type Style = Pick<EnergyQuery, "format" | "decimal" | "separator" | "bom">;

const SEPARATORS = { ",": ",", ";": ";", tab: "\t" } as const;

function fileOf({ format, decimal = "point", separator, bom = false }: Style): FileRequest {
  const usual: CsvStyle["separator"] = decimal === "comma" ? ";" : ",";
  return { format, csv: { decimal, separator: separator === undefined ? usual : SEPARATORS[separator], bom } };
}

const download = ({ name, type, stream }: ExportedFile): Reply<string> =>
  new Reply<string>({
    stream,
    headers: [
      ["content-type", type],
      ["content-disposition", `attachment; filename="${name}"`],
    ],
  });
