import type { MetricKind, MetricRegistry } from "@vatio/model";
import { type ChannelId, type PointId, type Static, type TSchema, Type } from "@vatio/plugin-api";
import type { Settings } from "../settings/types.js";
import type { Retention } from "./segment-types.js";

/** Days that readings are kept; 0: for ever. */
const keptDays = (): ReturnType<typeof Type.Integer> => Type.Integer({ minimum: 0, maximum: 36_500 });

const POINTS = Type.Record(
  Type.String({ pattern: "^[0-9A-Z]{26}$" }),
  Type.Object(
    { gaugeDays: Type.Optional(keptDays()), counterDays: Type.Optional(keptDays()) },
    { additionalProperties: false },
  ),
  { additionalProperties: false },
);

/** Settings of how long readings are kept, by key. */
export const RETENTION_SETTINGS: Readonly<Record<string, TSchema>> = {
  "retention.gaugeDays": keptDays(),
  "retention.counterDays": keptDays(),
  "retention.points": POINTS,
};

/** What a retention by settings looks at. */
export interface RetentionOptions {
  readonly settings: Pick<Settings, "get">;
  readonly metrics: MetricRegistry;
  /** Point that a channel measures now. */
  readonly pointOf: (channel: ChannelId) => PointId | undefined;
}

type Key = "gaugeDays" | "counterDays";

const keyOf = (kind: MetricKind | undefined): Key => (kind === "counter" ? "counterDays" : "gaugeDays");

/** How long readings are kept as settings say: first those of the point that a channel measures, then those of all. For ever by default. */
export function createRetention({ settings, metrics, pointOf }: RetentionOptions): Retention {
  return {
    daysOf(channel, metric) {
      // What nobody knows is not thrown away.
      const kind = metrics.get(metric)?.kind;
      if (kind === undefined) return undefined;
      const key = keyOf(kind);
      const point = pointOf(channel);
      const ofPoint =
        point === undefined ? undefined : settings.get<Static<typeof POINTS>>("retention.points")?.[point];
      const days = ofPoint?.[key] ?? settings.get<number>(`retention.${key}`) ?? 0;
      return days === 0 ? undefined : days;
    },
  };
}
