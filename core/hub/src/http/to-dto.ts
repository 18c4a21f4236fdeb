import type { MetricRegistry } from "@vatio/model";
import type { Point, Site } from "@vatio/plugin-api";
import type { User } from "../auth/types.js";
import type { MqttCredential } from "../mqtt/types.js";
import type { ChannelRecord, DeviceRecord } from "../registry/types.js";
import type { ChannelDto, CredentialDto, DeviceDto, MetricDto, PointDto, SiteDto, UserDto } from "./dto.js";
import type { RouteContext } from "./route-context.js";
import { withoutUndefined } from "./without-undefined.js";

/** A person as the API shows one. */
export const userDto = ({ id, name, role, language, region, theme }: User): UserDto => ({
  id,
  name,
  role,
  language,
  region,
  theme,
});

/** A site as the API shows it. */
export const siteDto = (site: Site): SiteDto => ({ ...site });

/** A channel as the API shows it. */
export function channelDto(channel: ChannelRecord): ChannelDto {
  const { id, device, key, kind, phase, point } = channel;
  return withoutUndefined({
    id,
    device,
    key,
    kind,
    metrics: [...channel.metrics],
    switchable: channel.switchable ?? false,
    phase,
    point,
  });
}

/** A device as the API shows it. */
export function deviceDto(device: DeviceRecord): DeviceDto {
  const { id, driver, hardwareId, name, model, firmware, address, state, online, offlineReason, addedAt, seenAt } =
    device;
  return withoutUndefined({
    id,
    driver,
    hardwareId,
    name,
    model,
    firmware,
    address,
    state,
    online,
    offlineReason,
    addedAt,
    seenAt,
    channels: device.channels.map(channelDto),
  });
}

/** A point with what its channel and device say at present. */
export function pointDto(point: Point, hub: Pick<RouteContext, "points" | "devices">): PointDto {
  const channelId = hub.points.channelOf(point.id);
  const channel = channelId === undefined ? undefined : hub.devices.channel(channelId);
  const device = channel && hub.devices.get(channel.device);
  return withoutUndefined({
    ...point,
    channel: channelId,
    device: channel?.device,
    metrics: [...(channel?.metrics ?? [])],
    switchable: channel?.switchable ?? false,
    phase: channel?.phase,
    online: device?.online ?? false,
  });
}

/** The metric registry as the API shows it. */
export const metricDtos = (metrics: MetricRegistry): MetricDto[] =>
  metrics.all().map(({ name, unit, kind, decimals }) => ({ name, unit, kind, decimals }));

/** An MQTT credential as the API shows it. */
export function credentialDto(credential: MqttCredential): CredentialDto {
  const { id, kind, username, device, createdAt, lastUsedAt } = credential;
  return withoutUndefined({
    id,
    kind,
    username,
    device,
    publish: [...credential.publish],
    subscribe: [...credential.subscribe],
    createdAt,
    lastUsedAt,
  });
}
