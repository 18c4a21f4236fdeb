import type { Action, Manifest } from "@vatio/plugin-api";

/** What the permissions of a manifest come to: reading telemetry lets a plugin read, calling commands lets it control. */
export function pluginMay(manifest: Pick<Manifest, "permissions"> | undefined, action: Action): boolean {
  const permissions = manifest?.permissions ?? [];
  if (action === "read") return permissions.includes("telemetry.read");
  return action === "control" && permissions.some((permission) => permission.startsWith("commands.call:"));
}
