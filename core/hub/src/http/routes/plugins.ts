import { type Actor, type Json, type PluginId, Type } from "@vatio/plugin-api";
import { payloadText } from "../../payload-text.js";
import type { PluginRecord } from "../../plugins/types.js";
import { defineRoute, type Route } from "../define-route.js";
import { InboxMessageDto, PluginConfigBody, PluginDto } from "../dto.js";
import { pluginDto } from "../plugin-dto.js";
import type { RouteContext } from "../route-context.js";
import { IdParams } from "./params.js";
import { found } from "./targets.js";

interface WithId {
  readonly params: { readonly id: string };
}

const plugin = ({ params }: WithId) => ({ kind: "plugin" as const, id: params.id as PluginId });
const known = ({ params }: WithId, hub: RouteContext): PluginRecord =>
  found(hub.plugins.get(params.id as PluginId), "PLUGIN", params.id);

/** Everything for those who administer it; its pages and state for those who only see it. */
const shown = (record: PluginRecord, actor: Actor, hub: RouteContext) =>
  pluginDto(record, hub, hub.authorizer.can(actor, "administer", { kind: "plugin", id: record.id }));

const readRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/plugins",
    tag: "Plugins",
    summary: "The plugins, with state, pages and, for administrators, settings and crashes",
    action: "read",
    resource: "per-item",
    response: Type.Array(PluginDto),
    handler: ({ actor }, hub) =>
      hub.plugins
        .list()
        .filter(({ id }) => hub.authorizer.can(actor, "read", { kind: "plugin", id }))
        .map((record) => shown(record, actor, hub)),
  }),
  defineRoute({
    method: "GET",
    path: "/plugins/{id}",
    tag: "Plugins",
    summary: "One plugin",
    action: "read",
    resource: plugin,
    params: IdParams,
    response: PluginDto,
    errors: ["E_PLUGIN_UNKNOWN"],
    handler: (input, hub) => shown(known(input, hub), input.actor, hub),
  }),
];

type Lifecycle = "enable" | "disable" | "restart";

function lifecycleRoute(verb: Lifecycle, summary: string): Route {
  return defineRoute({
    method: "POST",
    path: `/plugins/{id}/${verb}`,
    tag: "Plugins",
    summary,
    action: "administer",
    resource: plugin,
    params: IdParams,
    response: PluginDto,
    errors: ["E_PLUGIN_UNKNOWN", "E_PLUGIN_FAILED"],
    handler: async (input, hub) => {
      await hub.plugins[verb](input.actor, known(input, hub).id);
      return shown(known(input, hub), input.actor, hub);
    },
  });
}

const changeRoutes: readonly Route[] = [
  defineRoute({
    method: "PUT",
    path: "/plugins/{id}/config",
    tag: "Plugins",
    summary: "Replace the settings of a plugin; it restarts",
    description: "Secrets are written only: null deletes one, those that are left out stay.",
    action: "administer",
    resource: plugin,
    params: IdParams,
    body: PluginConfigBody,
    response: PluginDto,
    errors: ["E_PLUGIN_UNKNOWN", "E_CONFIG_INVALID"],
    handler: async (input, hub) => {
      const { config, secrets } = input.body;
      await hub.plugins.configure(input.actor, known(input, hub).id, config as Json, secrets ?? {});
      return shown(known(input, hub), input.actor, hub);
    },
  }),
  lifecycleRoute("enable", "Enable a plugin"),
  lifecycleRoute("disable", "Disable a plugin; messages for it are dropped from then on"),
  lifecycleRoute("restart", "Restart a plugin, also out of quarantine"),
];

const InboxParams = Type.Object(
  { id: IdParams.properties.id, message: Type.Integer({ minimum: 0 }) },
  { additionalProperties: false },
);

const inboxRoutes: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/plugins/{id}/inbox",
    tag: "Plugins",
    summary: "Messages that were set aside because the plugin crashed over them",
    action: "administer",
    resource: plugin,
    params: IdParams,
    response: Type.Array(InboxMessageDto),
    errors: ["E_PLUGIN_UNKNOWN"],
    handler: async (input, hub) => {
      const aside = await hub.store.inbox.aside(known(input, hub).id);
      return aside.map(({ id, at, topic, payload, crashes }) => ({
        id,
        at,
        topic,
        crashes,
        payload: payloadText(payload),
        bytes: payload.length,
      }));
    },
  }),
  defineRoute({
    method: "DELETE",
    path: "/plugins/{id}/inbox/{message}",
    tag: "Plugins",
    summary: "Throw away a message that was set aside",
    action: "administer",
    resource: plugin,
    audit: "plugin.inbox.drop",
    params: InboxParams,
    errors: ["E_PLUGIN_UNKNOWN"],
    handler: (input, hub) => hub.store.inbox.dropAside(known(input, hub).id, input.params.message),
  }),
];

/** Plugins: state, settings, lifecycle and inbox. */
export const pluginRoutes: readonly Route[] = [...readRoutes, ...changeRoutes, ...inboxRoutes];
