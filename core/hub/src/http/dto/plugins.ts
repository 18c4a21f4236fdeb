import { type Static, Type } from "@vatio/plugin-api";
import { TextDto } from "./common.js";
import { at, closed, id, literals } from "./parts.js";

/** Where a plugin is in its life. */
export const PluginStateDto = literals([
  "incompatible",
  "disabled",
  "starting",
  "running",
  "degraded",
  "stopping",
  "stopped",
  "failed",
  "quarantined",
]);
export type PluginStateDto = Static<typeof PluginStateDto>;

/** A plugin. Settings, permissions, crashes and counters are for administrators and empty for others. */
export const PluginDto = Type.Object({
  id,
  name: Type.String(),
  version: Type.String(),
  description: Type.Optional(TextDto),
  state: PluginStateDto,
  reason: Type.Optional(TextDto),
  since: at,
  isolation: literals(["inline", "worker"]),
  firstParty: Type.Boolean(),
  memoryBytes: Type.Optional(Type.Number()),
  crashes: Type.Array(Type.Object({ at, message: Type.String(), stack: Type.Optional(Type.String()) })),
  permissions: Type.Array(Type.Object({ permission: Type.String(), usedAt: Type.Optional(at) })),
  configSchema: Type.Unknown({ description: "JSON Schema of the settings, with x-* annotations" }),
  config: Type.Unknown(),
  secretsSet: Type.Array(Type.String()),
  inbox: Type.Object({ messages: Type.Integer(), bytes: Type.Number() }),
  counters: Type.Array(Type.Object({ name: Type.String(), reason: Type.String(), count: Type.Number() })),
  ui: Type.Optional(
    Type.Object({
      module: Type.String({ description: "Address of the module" }),
      panels: Type.Array(
        Type.Object({ id, element: Type.String(), title: TextDto, icon: Type.Optional(Type.String()) }),
      ),
      cards: Type.Array(Type.Object({ type: Type.String(), element: Type.String(), title: TextDto })),
    }),
  ),
});
export type PluginDto = Static<typeof PluginDto>;

/** New settings of a plugin; of its secrets, null deletes one and those left out stay. */
export const PluginConfigBody = Type.Object(
  {
    config: Type.Record(Type.String(), Type.Unknown()),
    secrets: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String({ maxLength: 10_000 }), Type.Null()]))),
  },
  closed,
);
export type PluginConfigBody = Static<typeof PluginConfigBody>;

/** A message that was set aside because the plugin crashed over it. */
export const InboxMessageDto = Type.Object({
  id: Type.Integer(),
  at,
  topic: Type.String(),
  payload: Type.String(),
  bytes: Type.Integer(),
  crashes: Type.Integer(),
});
export type InboxMessageDto = Static<typeof InboxMessageDto>;
