import { type PointId, type Range, type SiteId, Type, VatioError } from "@vatio/plugin-api";
import { defineRoute, type Route } from "../define-route.js";
import { ChannelQualityDto, CounterEventDto, EnergyBucketDto, UsageDto } from "../dto.js";
import { usageDto } from "../usage-dto.js";
import { commaList, instantParam } from "./params.js";
import { found } from "./targets.js";

const closed = { additionalProperties: false } as const;
const id = Type.String({ minLength: 1, maxLength: 512 });

const UsageQuery = Type.Object(
  {
    site: id,
    from: instantParam,
    to: instantParam,
    bucket: EnergyBucketDto,
    points: Type.Optional(commaList(id, 500)),
  },
  closed,
);

const EventsQuery = Type.Object(
  {
    from: instantParam,
    to: instantParam,
    points: Type.Optional(commaList(id, 500)),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 100 })),
  },
  closed,
);

const EVENTS = 100;

/** Energy: what was used, and what counters did. */
export const energyRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/energy",
    tag: "Energy",
    summary: "Energy of a site and its points over a range, in buckets of its calendar",
    description:
      "Columns of one length, in Wh. Days, weeks (from Monday), months and years are those of the site's zone. A bucket without " +
      "any data is null, never 0. `childrenWh` is what the points right below used together and `remainderWh` the rest; a " +
      "negative rest is listed under `findings`, unless it is within what meters differ by. At most 8,800 buckets (the hours of a " +
      "year), and 200,000 figures of one kind in all points together.",
    action: "read",
    resource: ({ query }) => ({ kind: "site" as const, id: query.site as SiteId }),
    query: UsageQuery,
    response: UsageDto,
    errors: ["E_SITE_UNKNOWN", "E_POINT_UNKNOWN", "E_RANGE_INVALID", "E_STORE_BUSY"],
    handler: async ({ query }, hub) => {
      const { id: site } = found(hub.sites.get(query.site as SiteId), "SITE", query.site);
      const points = query.points?.map((point) => found(hub.points.get(point as PointId), "POINT", point).id);
      const usage = await hub.energy.usage({
        site,
        range: rangeOf(query),
        bucket: query.bucket,
        ...(points ? { points } : {}),
      });
      return usageDto(usage);
    },
  }),
  defineRoute({
    method: "GET",
    path: "/energy/events",
    tag: "Energy",
    summary: "What counters did out of the ordinary, newest first",
    action: "read",
    resource: "per-item",
    query: EventsQuery,
    response: Type.Array(CounterEventDto),
    errors: ["E_POINT_UNKNOWN", "E_RANGE_INVALID", "E_STORE_BUSY"],
    handler: async ({ query, actor }, hub) => {
      const points = query.points?.map((point) => found(hub.points.get(point as PointId), "POINT", point).id);
      const events = await hub.energy.events({
        range: rangeOf(query),
        limit: query.limit ?? EVENTS,
        ...(points ? { points } : {}),
      });
      return events.filter(({ channel }) => hub.authorizer.can(actor, "read", { kind: "channel", id: channel }));
    },
  }),
  defineRoute({
    method: "GET",
    path: "/energy/quality",
    tag: "Energy",
    summary: "How good the data of each channel of a site is",
    description:
      "One entry for each channel that measures a point now: when it was last heard, what share of the last 30 days was measured, whether " +
      "its values stand still, how far its clock is off, and what it sent in vain. `skewMs` is known once it has sent something since the " +
      "hub started.",
    action: "read",
    resource: ({ query }) => ({ kind: "site" as const, id: query.site as SiteId }),
    query: Type.Object({ site: id }, closed),
    response: Type.Array(ChannelQualityDto),
    errors: ["E_SITE_UNKNOWN", "E_STORE_BUSY"],
    handler: async ({ query, actor }, hub) => {
      const { id: site } = found(hub.sites.get(query.site as SiteId), "SITE", query.site);
      const channels = await hub.energy.quality(site);
      return channels
        .filter(({ channel }) => hub.authorizer.can(actor, "read", { kind: "channel", id: channel }))
        .map((entry) => ({ ...entry, days: [...entry.days], rejected: [...entry.rejected] }));
    },
  }),
];

function rangeOf({ from, to }: { readonly from: number; readonly to: number }): Range {
  if (from < to) return { from, to } as Range;
  throw new VatioError("E_RANGE_INVALID", "The range is empty: `from` must be before `to`.", { details: { from, to } });
}
