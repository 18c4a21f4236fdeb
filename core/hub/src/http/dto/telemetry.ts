import { type Static, Type } from "@vatio/plugin-api";
import { at, id, literals } from "./parts.js";

/** An entry of the metric registry. */
export const MetricDto = Type.Object({
  name: Type.String(),
  unit: Type.String(),
  kind: literals(["gauge", "counter", "state"]),
  decimals: Type.Integer(),
});
export type MetricDto = Static<typeof MetricDto>;

/** Values of a metric, null where there is none. */
export const column = Type.Array(Type.Union([Type.Number(), Type.Null()]));

/** Newest values. */
export const LastDto = Type.Record(
  Type.String(),
  Type.Record(Type.String(), Type.Object({ at, value: Type.Number() })),
  { description: "By point or channel id, then by metric" },
);
export type LastDto = Static<typeof LastDto>;

/** Metrics over a range, in columns of one length. */
export const SeriesDto = Type.Object({
  target: id,
  from: at,
  to: at,
  bucketMs: Type.Number(),
  at: Type.Array(Type.Number(), { description: "First instant of each bucket" }),
  metrics: Type.Array(
    Type.Object({
      metric: Type.String(),
      unit: Type.String(),
      min: column,
      avg: column,
      max: column,
      coverage: Type.Array(Type.Number()),
      quality: Type.Array(Type.Integer()),
    }),
  ),
});
export type SeriesDto = Static<typeof SeriesDto>;

/** What a command answered. */
export const CommandResultDto = Type.Object({ result: Type.Unknown() });
export type CommandResultDto = Static<typeof CommandResultDto>;
