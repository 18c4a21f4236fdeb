import { type Static, Type } from "@vatio/plugin-api";
import { at, id, literals } from "./parts.js";
import { PointRoleDto } from "./places.js";
import { column } from "./telemetry.js";

/** Lengths of the buckets of energy; all but slot and hour follow the calendar of the site. */
export const EnergyBucketDto = literals(["slot", "hour", "day", "week", "month", "year"]);
export type EnergyBucketDto = Static<typeof EnergyBucketDto>;

/** Energy of a point in buckets, in Wh; null where nothing is known. */
export const PointUsageDto = Type.Object({
  point: id,
  role: PointRoleDto,
  parent: Type.Optional(Type.String({ description: "Nearest point above it that is in the answer as well" })),
  importWh: column,
  exportWh: column,
  coverage: Type.Array(Type.Number(), { description: "Share of the bucket, as far as it is past, that was measured" }),
  quality: Type.Array(Type.Integer()),
  childrenWh: Type.Optional(column),
  remainderWh: Type.Optional(column),
  remainderQuality: Type.Optional(
    Type.Array(Type.Integer(), {
      description: "Bits of the remainder: estimated where a child was not measured all the time",
    }),
  ),
});
export type PointUsageDto = Static<typeof PointUsageDto>;

/** Energy of a site over a range. */
export const UsageDto = Type.Object({
  site: id,
  zone: Type.String(),
  bucket: EnergyBucketDto,
  edges: Type.Array(at, { description: "Begins of the buckets, and the end of the last one" }),
  points: Type.Array(PointUsageDto),
  balance: Type.Object({
    usedWh: column,
    gridImportWh: column,
    gridExportWh: column,
    generationWh: column,
    solarDirectWh: column,
    storageChargeWh: column,
    storageDischargeWh: column,
  }),
  findings: Type.Array(Type.Object({ point: id, from: at, to: at, excessWh: Type.Number(), children: Type.Array(id) })),
  settledUntil: at,
});
export type UsageDto = Static<typeof UsageDto>;

/** A decision about a counter that was out of the ordinary. */
export const CounterEventDto = Type.Object({
  id,
  channel: id,
  point: Type.Optional(id),
  direction: literals(["import", "export"]),
  at,
  reason: literals(["reset", "rollover", "glitch", "rebase", "rounding", "jump", "gap"]),
  before: Type.Number(),
  after: Type.Number(),
  wh: Type.Number(),
  since: Type.Optional(at),
});
export type CounterEventDto = Static<typeof CounterEventDto>;

/** Quality of the data of a channel. */
export const ChannelQualityDto = Type.Object({
  channel: id,
  point: Type.Optional(id),
  lastAt: Type.Optional(at),
  days: Type.Array(Type.Object({ day: Type.String(), coverage: Type.Number() })),
  coverage7: Type.Number(),
  coverage30: Type.Number(),
  stuckSince: Type.Optional(at),
  skewMs: Type.Optional(Type.Number()),
  duplicates: Type.Integer(),
  resets: Type.Integer(),
  rejected: Type.Array(Type.Object({ reason: Type.String(), rows: Type.Integer() })),
  learntCeilingW: Type.Optional(
    Type.Number({ description: "Power ceiling that the readings suggest, for a person to confirm, in W" }),
  ),
});
export type ChannelQualityDto = Static<typeof ChannelQualityDto>;
