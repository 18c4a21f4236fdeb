import { driverOf } from "@vatio/model";
import type { Action, Manifest } from "@vatio/plugin-api";
import type { Resource } from "./types.js";

type Granted = Pick<Manifest, "id" | "permissions">;

/**
 * What the permissions of a manifest come to. A plugin does what it likes with its own commands, devices and channels. It sees what places and
 * devices there are; the readings of others only with `telemetry.read`. Calling commands lets it control. It bounds the plugin itself, and
 * whomever it acts for.
 */
export function pluginMay(manifest: Granted | undefined, action: Action, resource: Resource): boolean {
  if (!manifest) return false;
  if (isOwn(manifest.id, resource)) return true;
  const { permissions } = manifest;
  if (action === "read") return resource.kind !== "channel" || permissions.includes("telemetry.read");
  return action === "control" && permissions.some((permission) => permission.startsWith("commands.call:"));
}

function isOwn(plugin: string, resource: Resource): boolean {
  if (resource.kind === "plugin") return resource.id === plugin;
  return (resource.kind === "device" || resource.kind === "channel") && driverOf(resource.id) === plugin;
}
