import type { PluginRecord } from "../plugins/types.js";
import type { PluginDto } from "./dto.js";
import type { RouteContext } from "./route-context.js";
import { withoutUndefined } from "./without-undefined.js";

/** A plugin as the API shows it. Without `whole`, what only administrators may see is left empty. */
export function pluginDto(record: PluginRecord, hub: RouteContext, whole: boolean): PluginDto {
  const { id, manifest, state, reason, since, isolation, firstParty, memoryBytes, inbox } = record;
  return withoutUndefined({
    id,
    name: manifest.name,
    version: manifest.version,
    description: manifest.description,
    state,
    reason,
    since,
    isolation,
    firstParty,
    memoryBytes,
    inbox,
    ui: uiOf(record, hub),
    ...(whole ? detailsOf(record, hub) : NO_DETAILS),
  });
}

type Details = Pick<PluginDto, "crashes" | "permissions" | "configSchema" | "config" | "secretsSet" | "counters">;

const NO_DETAILS: Details = {
  crashes: [],
  permissions: [],
  configSchema: {},
  config: {},
  secretsSet: [],
  counters: [],
};

function detailsOf(record: PluginRecord, hub: RouteContext): Details {
  const { id, manifest, crashes, permissionsUsed, config, secretsSet } = record;
  return {
    crashes: crashes.map((crash) => ({ ...crash })),
    permissions: manifest.permissions.map((permission) =>
      withoutUndefined({ permission, usedAt: permissionsUsed[permission] }),
    ),
    configSchema: manifest.config,
    config,
    secretsSet: [...secretsSet],
    counters: hub.counters
      .snapshot()
      .filter(({ scope }) => scope === `plugin:${id}`)
      .map(({ name, reason, count }) => ({ name, reason, count })),
  };
}

function uiOf({ id, manifest, state }: PluginRecord, hub: RouteContext): PluginDto["ui"] {
  const module = hub.pluginModule(id);
  if (!manifest.ui || module === undefined || state === "disabled" || state === "incompatible") return undefined;
  return {
    module,
    panels: (manifest.ui.panels ?? []).map((panel) => ({ ...panel })),
    cards: (manifest.ui.cards ?? []).map(({ type, element, title }) => ({ type, element, title })),
  };
}
