import type { PluginId } from "@vatio/model";

/** What somebody wants to do: each role of viewer, operator, manager and admin adds one. */
export type Action = "read" | "control" | "manage" | "administer";

/** Who acts. `via` names the plugin that acts in the name of another actor. */
export interface Actor {
  readonly kind: "user" | "token" | "plugin" | "rule" | "device" | "hub" | "anonymous";
  readonly id: string;
  readonly via?: PluginId;
}
