import { Type } from "@vatio/plugin-api";
import { Compile } from "typebox/compile";
import { isObject, type JsonObject } from "../json.js";

const word = Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Null()]));
const DeviceInfo = Compile(
  Type.Object({
    id: Type.String({ minLength: 1, maxLength: 80 }),
    mac: Type.String({ maxLength: 32 }),
    gen: Type.Optional(Type.Integer({ minimum: 1, maximum: 99 })),
    name: word,
    model: word,
    app: word,
    ver: word,
    profile: word,
  }),
);

/** What a device says about itself. */
export interface DeviceSelf {
  readonly generation?: number;
  readonly name?: string;
  readonly model?: string;
  readonly app?: string;
  readonly firmware?: string;
  readonly profile?: string;
  readonly address?: string;
  /** Channels whose clamp or direction a person reversed in the device: their sign is right as it comes. */
  readonly reversed?: readonly string[];
}

/** The result of Shelly.GetDeviceInfo; undefined when it is none. */
export function decodeDeviceInfo(result: unknown): DeviceSelf | undefined {
  if (!DeviceInfo.Check(result)) return undefined;
  const { gen, name, model, app, ver, profile } = result;
  return {
    ...(gen === undefined ? {} : { generation: gen }),
    ...(name ? { name } : {}),
    ...(model ? { model } : {}),
    ...(app ? { app } : {}),
    ...(ver ? { firmware: ver } : {}),
    ...(profile ? { profile } : {}),
  };
}

/** What a configuration (Shelly.GetConfig) adds: the name, and which channels are reversed. */
export function decodeConfig(result: unknown): DeviceSelf | undefined {
  if (!isObject(result)) return undefined;
  const device = isObject(result.sys) && isObject(result.sys.device) ? result.sys.device : {};
  const name = typeof device.name === "string" && device.name !== "" ? device.name.slice(0, 200) : undefined;
  return { ...(name === undefined ? {} : { name }), reversed: reversedChannels(result) };
}

function reversedChannels(config: JsonObject): readonly string[] {
  return Object.entries(config).flatMap(([key, component]) => {
    if (!isObject(component)) return [];
    if (component.reverse === true) return [key];
    const { reverse } = component;
    return isObject(reverse)
      ? ["a", "b", "c"].filter((phase) => reverse[phase] === true).map((p) => `${key}/${p}`)
      : [];
  });
}

/** The address on the network that a full status tells. */
export function decodeAddress(status: JsonObject): string | undefined {
  const wired = isObject(status.eth) ? status.eth.ip : undefined;
  const wireless = isObject(status.wifi) ? status.wifi.sta_ip : undefined;
  return [wired, wireless].find((ip): ip is string => typeof ip === "string" && /^[0-9a-fA-F.:]{3,45}$/.test(ip));
}

/** Revision of the configuration, raised by every change of it. */
export function decodeConfigRevision(status: JsonObject): number | undefined {
  const revision = isObject(status.sys) ? status.sys.cfg_rev : undefined;
  return typeof revision === "number" ? revision : undefined;
}
