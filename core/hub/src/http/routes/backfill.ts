import type { DeviceId } from "@vatio/plugin-api";
import type { BackfillProgress } from "../../backfill/types.js";
import { defineRoute, type Route } from "../define-route.js";
import { type BackfillDeviceDto, BackfillDto } from "../dto.js";
import type { RouteContext } from "../route-context.js";
import { IdParams } from "./params.js";
import { found } from "./targets.js";

interface WithId {
  readonly params: { readonly id: string };
}

const device = ({ params }: WithId) => ({ kind: "device" as const, id: params.id as DeviceId });
const known = ({ params }: WithId, hub: RouteContext) =>
  found(hub.devices.get(params.id as DeviceId), "DEVICE", params.id).id;

const ERRORS = ["E_DEVICE_UNKNOWN", "E_STORE_BUSY"] as const;

/** Gaps, and how far they are filled from the devices' own memory. */
export const backfillRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/backfill",
    tag: "Backfill",
    summary: "How far gaps are filled from the devices' own memory",
    description:
      "Devices that are worked on, wait, are paused, or were finished in the last day. `why` says what a device waits for; the event `backfill.progress` says when to ask again.",
    action: "read",
    resource: "per-item",
    response: BackfillDto,
    handler: ({ actor }, hub) => ({
      days: hub.backfill.days,
      devices: hub.backfill
        .list()
        .filter(({ device: id }) => hub.authorizer.can(actor, "read", { kind: "device", id }))
        .map(backfillDto),
    }),
  }),
  defineRoute({
    method: "POST",
    path: "/backfill/{id}/pause",
    tag: "Backfill",
    summary: "Ask a device for nothing that is missing until further notice",
    action: "manage",
    resource: device,
    audit: "backfill.pause",
    params: IdParams,
    errors: ERRORS,
    handler: (input, hub) => hub.backfill.pause(known(input, hub)),
  }),
  defineRoute({
    method: "POST",
    path: "/backfill/{id}/resume",
    tag: "Backfill",
    summary: "Go on asking a device for what is missing",
    action: "manage",
    resource: device,
    audit: "backfill.resume",
    params: IdParams,
    errors: ERRORS,
    handler: (input, hub) => hub.backfill.resume(known(input, hub)),
  }),
  defineRoute({
    method: "POST",
    path: "/backfill/{id}/now",
    tag: "Backfill",
    summary: "Look for the gaps of a device and fill them before those of the others",
    description: "It is also asked again for what it once said that it does not have.",
    action: "manage",
    resource: device,
    audit: "backfill.now",
    params: IdParams,
    errors: ERRORS,
    handler: (input, hub) => hub.backfill.now(known(input, hub)),
  }),
];

const backfillDto = ({ gaps, ...progress }: BackfillProgress): BackfillDeviceDto => ({ ...progress, gaps: [...gaps] });
