import type { Brand } from "./brand.js";

/** Name of a plugin (`shelly`). */
export type PluginId = Brand<string, "PluginId">;
/** `<driver>:<hardware id>` (`shelly:a8032412c3d4`). */
export type DeviceId = Brand<string, "DeviceId">;
/** `<device id>/<channel>` (`shelly:a8032412c3d4/switch:0`). */
export type ChannelId = Brand<string, "ChannelId">;
/** ULID of a point of measurement. */
export type PointId = Brand<string, "PointId">;
/** ULID of a site. */
export type SiteId = Brand<string, "SiteId">;
/** ULID of a person. */
export type UserId = Brand<string, "UserId">;

const UNSAFE = /[^A-Za-z0-9._~:@-]/gu;

const hex = (char: string): string => `%${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, "0")}`;

/** UTF-8 percent encoding of one code point; a lone surrogate becomes U+FFFD, as in UTF-8 encoders. */
function percent(char: string): string {
  if (/[\ud800-\udfff]/u.test(char)) return "%EF%BF%BD";
  return char <= "\u007f" ? hex(char) : encodeURIComponent(char);
}

/** Percent-encodes what has a meaning in ids, addresses and topics; keeps the case. */
const encode = (part: string): string => part.replace(UNSAFE, percent);
/** The id of a device from its driver and the protocol's stable hardware id. */
export const deviceId = (driver: string, hardwareId: string): DeviceId => `${driver}:${encode(hardwareId)}` as DeviceId;

/** The id of a channel from its device and the channel's key (`em:0/a` keeps its slash). */
export const channelId = (device: DeviceId, key: string): ChannelId =>
  `${device}/${key.split("/").map(encode).join("/")}` as ChannelId;

/** The device of a channel. */
export const deviceOf = (channel: ChannelId): DeviceId => channel.slice(0, channel.indexOf("/")) as DeviceId;

/** The driver, a plugin, of a device or of a channel. */
export const driverOf = (id: DeviceId | ChannelId): PluginId => id.slice(0, id.indexOf(":")) as PluginId;

/** The key of a channel within its device. */
export const channelKeyOf = (channel: ChannelId): string => channel.slice(channel.indexOf("/") + 1);

/** Whether an id names a channel; a point is a ULID and never holds a slash. */
export const isChannelId = (id: string): id is ChannelId => id.includes("/") && id.includes(":");
