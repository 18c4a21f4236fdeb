import { type Action, type Actor, type PluginId, type UserId, VatioError } from "@vatio/plugin-api";
import type { ApiToken, Authorizer, Resource, User } from "./types.js";

/** What each role may do at most: viewer, operator, manager and admin add one action each. */
const ROLE_RANK: Readonly<Record<User["role"], number>> = { viewer: 0, operator: 1, manager: 2, admin: 3 };
const ACTION_RANK: Readonly<Record<Action, number>> = { read: 0, control: 1, manage: 2, administer: 3 };

/** What the decision needs to know of the hub. */
export interface AuthorizerOptions {
  readonly userOf: (id: UserId) => Pick<User, "role"> | undefined;
  readonly tokenOf: (id: string) => Pick<ApiToken, "scope"> | undefined;
  /** What a plugin's own permissions come to; a plugin that is not known may do nothing. */
  readonly pluginMay: (plugin: PluginId, action: Action, resource: Resource) => boolean;
}

/** Most that a machine token may do. `ingest` and `metrics` open single doors instead of an action. */
const SCOPE_RANK: Readonly<Record<ApiToken["scope"], number>> = { ingest: -1, metrics: -1, read: 0, control: 1 };

/** An ingest token may hand data to a plugin's own routes and nothing else. */
const ingests = (action: Action, resource: Resource): boolean => action === "control" && resource.kind === "plugin";

/**
 * The one place that decides who may do what.
 * @example createAuthorizer({ userOf, tokenOf, pluginMay }).can(actor, "control", { kind: "point", id })
 */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const roleAllows = (id: string, action: Action): boolean => {
    const user = options.userOf(id as UserId);
    return user !== undefined && ROLE_RANK[user.role] >= ACTION_RANK[action];
  };
  const tokenAllows = (id: string, action: Action, resource: Resource): boolean => {
    const scope = options.tokenOf(id)?.scope;
    if (scope === undefined) return false;
    return scope === "ingest" ? ingests(action, resource) : SCOPE_RANK[scope] >= ACTION_RANK[action];
  };
  const allows = (actor: Actor, action: Action, resource: Resource): boolean => {
    switch (actor.kind) {
      case "hub":
        return true;
      case "user":
        return roleAllows(actor.id, action);
      case "token":
        return tokenAllows(actor.id, action, resource);
      case "plugin":
        return options.pluginMay(actor.id as PluginId, action, resource);
      // Rules come with a later version; devices speak through their driver; strangers have nothing but public mounts.
      case "rule":
      case "device":
      case "anonymous":
        return false;
    }
  };
  const can: Authorizer["can"] = (actor, action, resource) =>
    allows(actor, action, resource) && (actor.via === undefined || options.pluginMay(actor.via, action, resource));
  return {
    can,
    require(actor, action, resource) {
      if (!can(actor, action, resource)) throw refused(actor, action, resource);
    },
  };
}

function refused(actor: Actor, action: Action, resource: Resource): VatioError {
  const what = resource.kind === "hub" ? "the hub" : `the ${resource.kind} ${resource.id}`;
  return new VatioError(
    "E_PERMISSION",
    `This ${actor.kind} may not ${action} ${what}. Ask an administrator for a role or token that may.`,
    { details: { action, resource } },
  );
}
