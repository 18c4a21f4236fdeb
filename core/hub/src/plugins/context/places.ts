import type { Actor, Points, Sites } from "@vatio/plugin-api";
import type { Resource } from "../../auth/types.js";
import type { PluginScope } from "../scope.js";

/** Sites that the actor may read; all of them for the plugin itself. */
export function sitesService(scope: PluginScope, actor?: Actor): Sites {
  const { sites } = scope.services;
  const visible = visibleTo(scope, actor);
  return {
    list: async () => scope.serve(() => sites.list().filter(({ id }) => visible({ kind: "site", id }))),
    get: async (id) => scope.serve(() => (visible({ kind: "site", id }) ? sites.get(id) : undefined)),
  };
}

/** Points that the actor may read; all of them for the plugin itself. */
export function pointsService(scope: PluginScope, actor?: Actor): Points {
  const { points } = scope.services;
  const visible = visibleTo(scope, actor);
  return {
    list: async () => scope.serve(() => points.list().filter(({ id }) => visible({ kind: "point", id }))),
    get: async (id) => scope.serve(() => (visible({ kind: "point", id }) ? points.get(id) : undefined)),
    assignments: async (id) => scope.serve(() => (visible({ kind: "point", id }) ? [...points.assignmentsOf(id)] : [])),
  };
}

const visibleTo =
  (scope: PluginScope, actor: Actor | undefined) =>
  (resource: Resource): boolean =>
    actor === undefined || scope.services.authorizer.can(actor, "read", resource);
