import type { PointId, SiteId } from "@vatio/plugin-api";
import { Type } from "@vatio/plugin-api";
import type { PointChange } from "../../registry/types.js";
import { defineRoute, type Route } from "../define-route.js";
import { PointBody, PointDto, SiteBody, SiteDto } from "../dto.js";
import { pointDto, siteDto } from "../to-dto.js";
import { withoutUndefined } from "../without-undefined.js";
import { IdParams } from "./params.js";
import { found } from "./targets.js";

const site = (input: { readonly params: { readonly id: string } }) => ({
  kind: "site" as const,
  id: input.params.id as SiteId,
});
const point = (input: { readonly params: { readonly id: string } }) => ({
  kind: "point" as const,
  id: input.params.id as PointId,
});

/** Sites and points of measurement. */
export const placeRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/sites",
    tag: "Sites",
    summary: "The sites that I may see",
    action: "read",
    resource: "per-item",
    response: Type.Array(SiteDto),
    handler: ({ actor }, hub) =>
      hub.sites
        .list()
        .filter(({ id }) => hub.authorizer.can(actor, "read", { kind: "site", id }))
        .map(siteDto),
  }),
  defineRoute({
    method: "PATCH",
    path: "/sites/{id}",
    tag: "Sites",
    summary: "Change a site",
    action: "manage",
    resource: site,
    audit: "site.update",
    params: IdParams,
    body: SiteBody,
    response: SiteDto,
    errors: ["E_SITE_UNKNOWN", "E_ZONE_UNKNOWN", "E_REGION_INVALID"],
    handler: async ({ params, body }, hub) => {
      const { id } = found(hub.sites.get(params.id as SiteId), "SITE", params.id);
      return siteDto(await hub.sites.update(id, withoutUndefined(body)));
    },
  }),
  defineRoute({
    method: "GET",
    path: "/points",
    tag: "Points",
    summary: "The points of measurement that I may see",
    action: "read",
    resource: "per-item",
    response: Type.Array(PointDto),
    handler: ({ actor }, hub) =>
      hub.points
        .list()
        .filter(({ id }) => hub.authorizer.can(actor, "read", { kind: "point", id }))
        .map((entry) => pointDto(entry, hub)),
  }),
  defineRoute({
    method: "GET",
    path: "/points/{id}",
    tag: "Points",
    summary: "One point of measurement",
    action: "read",
    resource: point,
    params: IdParams,
    response: PointDto,
    errors: ["E_POINT_UNKNOWN"],
    handler: ({ params }, hub) => pointDto(found(hub.points.get(params.id as PointId), "POINT", params.id), hub),
  }),
  defineRoute({
    method: "PATCH",
    path: "/points/{id}",
    tag: "Points",
    summary: "Change a point",
    description: "Null takes the parent or the power ceiling away.",
    action: "manage",
    resource: point,
    audit: "point.update",
    params: IdParams,
    body: PointBody,
    response: PointDto,
    errors: ["E_POINT_UNKNOWN", "E_POINT_INVALID"],
    handler: async ({ params, body }, hub) => {
      const { id } = found(hub.points.get(params.id as PointId), "POINT", params.id);
      return pointDto(await hub.points.update(id, pointChange(body)), hub);
    },
  }),
  defineRoute({
    method: "DELETE",
    path: "/points/{id}",
    tag: "Points",
    summary: "Remove a point; the history stays with its channel",
    description:
      "Nothing measures the point or is switched through it any more, and points below it move up. Accepting the channel again makes a new point with the whole history.",
    action: "manage",
    resource: point,
    audit: "point.remove",
    params: IdParams,
    errors: ["E_POINT_UNKNOWN"],
    handler: ({ params }, hub) => hub.points.remove(found(hub.points.get(params.id as PointId), "POINT", params.id).id),
  }),
];

function pointChange(body: Readonly<Record<string, unknown>>): PointChange {
  // Null means "take it away": the registry takes an undefined property as just that.
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, value === null ? undefined : value]));
}
