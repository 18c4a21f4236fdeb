import { type Range, type Series, type Static, Type, VatioError } from "@vatio/plugin-api";
import { encodeCbor } from "../cbor.js";
import { defineRoute, type Route } from "../define-route.js";
import { LastDto, MetricDto, SeriesDto } from "../dto.js";
import { Reply } from "../reply.js";
import { metricDtos } from "../to-dto.js";
import { commaList, instantParam } from "./params.js";
import { requireTarget, targetResource } from "./targets.js";

const target = Type.String({ minLength: 1, maxLength: 512, description: "Id of a point or of a channel" });
const closed = { additionalProperties: false } as const;

const LastQuery = Type.Object({ target: Type.Array(target, { minItems: 1, maxItems: 500 }) }, closed);

const SeriesQuery = Type.Object(
  {
    target,
    metrics: commaList(Type.String({ minLength: 1, maxLength: 63 }), 32),
    from: instantParam,
    to: instantParam,
    buckets: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 2000,
        default: 600,
        description: "At most so many; the width of the chart in pixels",
      }),
    ),
  },
  closed,
);

const DEFAULT_BUCKETS = 600;

/** Readings: newest values and series. */
export const telemetryRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/metrics",
    tag: "Telemetry",
    summary: "The metric registry: names, units, kinds",
    action: "signed-in",
    response: Type.Array(MetricDto),
    handler: (_input, hub) => metricDtos(hub.metrics),
  }),
  defineRoute({
    method: "GET",
    path: "/last",
    tag: "Telemetry",
    summary: "The newest value of every metric of points or channels",
    action: "read",
    resource: ({ query }) => query.target.map(targetResource),
    query: LastQuery,
    response: LastDto,
    errors: ["E_TARGET_UNKNOWN"],
    handler: ({ query }, hub) =>
      Object.fromEntries(query.target.map((id) => [id, hub.store.last(requireTarget(id, hub))])),
  }),
  defineRoute({
    method: "GET",
    path: "/series",
    tag: "Telemetry",
    summary: "Metrics of a point or channel over a range, in buckets",
    description:
      "Columns of one length: the first instant of each bucket, and for every metric its least, mean and greatest value, " +
      "the share of the bucket that readings cover and a bit set of quality (1 measured, 2 estimated, 4 corrected, 8 replayed, " +
      "16 imported; 0 no data). Missing values are null. With `Accept: application/cbor` the columns are typed arrays " +
      "(RFC 8746) and missing values are NaN.",
    action: "read",
    resource: ({ query }) => targetResource(query.target),
    query: SeriesQuery,
    response: SeriesDto,
    responseTypes: ["application/cbor"],
    errors: ["E_TARGET_UNKNOWN", "E_RANGE_INVALID", "E_METRIC_UNKNOWN", "E_STORE_BUSY"],
    handler: async ({ query, request }, hub) => {
      const range = rangeOf(query);
      const series = await hub.store.series({
        target: requireTarget(query.target, hub),
        metrics: [...new Set(query.metrics)],
        range,
        maxBuckets: query.buckets ?? DEFAULT_BUCKETS,
      });
      const head = { target: query.target, from: range.from, to: range.to, bucketMs: series[0]?.bucketMs ?? 0 };
      return wantsCbor(request.headers) ? cborSeries(head, series) : { ...head, ...jsonColumns(series) };
    },
  }),
];

function rangeOf({ from, to }: { readonly from: number; readonly to: number }): Range {
  if (from < to) return { from, to } as Range;
  throw new VatioError("E_RANGE_INVALID", "The range is empty: `from` must be before `to`.", { details: { from, to } });
}

const wantsCbor = (headers: Headers): boolean => /\bapplication\/cbor\b/i.test(headers.get("accept") ?? "");

type SeriesHead = Omit<Static<typeof SeriesDto>, "at" | "metrics">;

function jsonColumns(series: readonly Series[]): Pick<Static<typeof SeriesDto>, "at" | "metrics"> {
  return {
    at: [...(series[0]?.from ?? [])],
    metrics: series.map(({ metric, unit, min, avg, max, coverage, quality }) => ({
      metric,
      unit,
      min: nullable(min),
      avg: nullable(avg),
      max: nullable(max),
      coverage: [...coverage],
      quality: [...quality],
    })),
  };
}

/** JSON has no NaN. */
const nullable = (column: Float64Array): (number | null)[] =>
  Array.from(column, (value) => (Number.isFinite(value) ? value : null));

function cborSeries(head: SeriesHead, series: readonly Series[]): Reply<Static<typeof SeriesDto>> {
  const columns = series.map(({ metric, unit, min, avg, max, coverage, quality }) => ({
    metric,
    unit,
    min,
    avg,
    max,
    coverage,
    quality,
  }));
  return new Reply({
    raw: encodeCbor({ ...head, at: series[0]?.from ?? new Float64Array(), metrics: columns }),
    headers: [
      ["content-type", "application/cbor"],
      ["vary", "accept"],
    ],
  });
}
