import type {
  Actor,
  ChannelId,
  DeviceId,
  EventPattern,
  PluginId,
  PointId,
  SiteId,
  VatioEvent,
} from "@vatio/plugin-api";
import { type Authorizer, HUB, type Resource } from "../auth/types.js";

const PATTERN = /^(?:\*|[a-z][\w-]*(?:\.[\w-]+)*(?:\.\*)?)$/i;

/** Whether a text is a pattern of events: an exact name, `prefix.*` or `*`. */
export const isEventPattern = (text: string): text is EventPattern => PATTERN.test(text);

/** Whether a pattern matches the name of an event. */
export function matchesPattern(pattern: string, type: string): boolean {
  if (pattern === "*") return true;
  return pattern.endsWith(".*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}

/** The event as an actor may see it: whole, with fewer channels, or not at all. */
export function visibleEvent(event: VatioEvent, actor: Actor, authorizer: Authorizer): VatioEvent | undefined {
  if (event.type === "telemetry.updated" || event.type === "energy.updated") {
    const channels = event.payload.channels.filter((id) => authorizer.can(actor, "read", { kind: "channel", id }));
    return channels.length === 0 ? undefined : { ...event, payload: { channels } };
  }
  const action = event.type === "settings.changed" ? "administer" : "read";
  return resourcesOf(event).every((resource) => authorizer.can(actor, action, resource)) ? event : undefined;
}

const RESOURCES: Readonly<Record<string, (id: string) => Resource>> = {
  device: (id) => ({ kind: "device", id: id as DeviceId }),
  channel: (id) => ({ kind: "channel", id: id as ChannelId }),
  point: (id) => ({ kind: "point", id: id as PointId }),
  site: (id) => ({ kind: "site", id: id as SiteId }),
  plugin: (id) => ({ kind: "plugin", id: id as PluginId }),
};

/** What an event is about: what its payload names, and else the hub. */
function resourcesOf({ payload }: VatioEvent): readonly Resource[] {
  const named = Object.entries(payload).flatMap(([name, id]) =>
    typeof id === "string" && Object.hasOwn(RESOURCES, name) ? [RESOURCES[name]?.(id)] : [],
  );
  const known = named.filter((resource) => resource !== undefined);
  return known.length === 0 ? [HUB] : known;
}
