import { type DeviceId, type PointId, type SiteId, type Static, Type } from "@vatio/plugin-api";
import type { AcceptDevice } from "../../registry/types.js";
import { defineRoute, type Route } from "../define-route.js";
import { AcceptBody, ChannelDto, DeviceDto, RawMessageDto, RenameBody } from "../dto.js";
import type { RouteContext } from "../route-context.js";
import { channelDto, deviceDto } from "../to-dto.js";
import { withoutUndefined } from "../without-undefined.js";
import { deviceSetupRoute } from "./device-setup.js";
import { IdParams } from "./params.js";
import { found } from "./targets.js";

interface WithId {
  readonly params: { readonly id: string };
}

const device = ({ params }: WithId) => ({ kind: "device" as const, id: params.id as DeviceId });
const known = ({ params }: WithId, hub: RouteContext) =>
  found(hub.devices.get(params.id as DeviceId), "DEVICE", params.id);

const readRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/devices",
    tag: "Devices",
    summary: "The devices that I may see, pending ones included",
    action: "read",
    resource: "per-item",
    response: Type.Array(DeviceDto),
    handler: ({ actor }, hub) =>
      hub.devices
        .list()
        .filter(({ id }) => hub.authorizer.can(actor, "read", { kind: "device", id }))
        .map(deviceDto),
  }),
  deviceSetupRoute,
  defineRoute({
    method: "GET",
    path: "/devices/{id}",
    tag: "Devices",
    summary: "One device",
    action: "read",
    resource: device,
    params: IdParams,
    response: DeviceDto,
    errors: ["E_DEVICE_UNKNOWN"],
    handler: (input, hub) => deviceDto(known(input, hub)),
  }),
  defineRoute({
    method: "GET",
    path: "/devices/{id}/messages",
    tag: "Devices",
    summary: "Its last messages as they came, and why any was rejected",
    action: "manage",
    resource: device,
    params: IdParams,
    response: Type.Array(RawMessageDto),
    errors: ["E_DEVICE_UNKNOWN"],
    handler: (input, hub) => [...hub.devices.rawMessages(known(input, hub).id)],
  }),
  defineRoute({
    method: "GET",
    path: "/channels",
    tag: "Devices",
    summary: "The channels that I may see, of all devices",
    action: "read",
    resource: "per-item",
    response: Type.Array(ChannelDto),
    handler: ({ actor }, hub) =>
      hub.devices
        .list()
        .flatMap(({ channels }) => channels)
        .filter(({ id }) => hub.authorizer.can(actor, "read", { kind: "channel", id }))
        .map(channelDto),
  }),
];

const changeRoutes: readonly Route[] = [
  defineRoute({
    method: "PATCH",
    path: "/devices/{id}",
    tag: "Devices",
    summary: "Rename a device",
    action: "manage",
    resource: device,
    audit: "device.rename",
    params: IdParams,
    body: RenameBody,
    response: DeviceDto,
    errors: ["E_DEVICE_UNKNOWN"],
    handler: async (input, hub) => deviceDto(await hub.devices.rename(known(input, hub).id, input.body.name)),
  }),
  defineRoute({
    method: "DELETE",
    path: "/devices/{id}",
    tag: "Devices",
    summary: "Remove a device; its history stays",
    action: "manage",
    resource: device,
    audit: "device.remove",
    params: IdParams,
    errors: ["E_DEVICE_UNKNOWN"],
    handler: (input, hub) => hub.devices.remove(known(input, hub).id),
  }),
  defineRoute({
    method: "POST",
    path: "/devices/{id}/accept",
    tag: "Devices",
    summary: "Accept a pending device under a name, or later channels of an accepted one",
    description:
      "Every metered channel of a pending device gets a point; those that are not named here get one after the device. Channels that an accepted device shows later have no point until they are named here; all of them get one when no channels are given.",
    action: "manage",
    resource: device,
    audit: "device.accept",
    params: IdParams,
    body: AcceptBody,
    response: DeviceDto,
    errors: ["E_DEVICE_UNKNOWN", "E_DEVICE_INVALID", "E_SITE_UNKNOWN"],
    handler: async (input, hub) => deviceDto(await hub.devices.accept(known(input, hub).id, acceptance(input.body))),
  }),
  defineRoute({
    method: "POST",
    path: "/devices/{id}/reject",
    tag: "Devices",
    summary: "Turn a pending device away; it may announce itself again",
    action: "manage",
    resource: device,
    audit: "device.reject",
    params: IdParams,
    errors: ["E_DEVICE_UNKNOWN"],
    handler: (input, hub) => hub.devices.reject(known(input, hub).id),
  }),
  defineRoute({
    method: "POST",
    path: "/devices/{id}/block",
    tag: "Devices",
    summary: "Turn a device away for good",
    action: "manage",
    resource: device,
    audit: "device.block",
    params: IdParams,
    errors: ["E_DEVICE_UNKNOWN"],
    handler: (input, hub) => hub.devices.block(known(input, hub).id),
  }),
];

/** Devices and their channels. */
export const deviceRoutes: readonly Route[] = [...readRoutes, ...changeRoutes];

function acceptance(body: Static<typeof AcceptBody>): AcceptDevice {
  const channels = body.channels?.map(({ parent, ...channel }) =>
    parent === undefined ? channel : { ...channel, parent: parent as PointId },
  );
  return withoutUndefined({ name: body.name, site: body.site as SiteId | undefined, channels });
}
