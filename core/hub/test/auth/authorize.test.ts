import type { Action, Actor, ChannelId, DeviceId, PluginId, PointId, SiteId, UserId } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAuthorizer } from "../../src/auth/authorize.js";
import { HUB, type Resource, type TokenScope, type User } from "../../src/auth/types.js";

const ACTIONS: readonly Action[] = ["read", "control", "manage", "administer"];
const ROLES: readonly User["role"][] = ["viewer", "operator", "manager", "admin"];
const SCOPES: readonly TokenScope[] = ["ingest", "metrics", "read", "control"];
const PLUGIN: Resource = { kind: "plugin", id: "shelly" as PluginId };
const RESOURCES: readonly Resource[] = [
  HUB,
  PLUGIN,
  { kind: "site", id: "01S" as SiteId },
  { kind: "point", id: "01P" as PointId },
  { kind: "channel", id: "shelly:a/main" as ChannelId },
  { kind: "device", id: "shelly:a" as DeviceId },
];

const authorizer = createAuthorizer({
  userOf: (id: UserId) => (ROLES.includes(id as never) ? { role: id as unknown as User["role"] } : undefined),
  tokenOf: (id) => (SCOPES.includes(id as never) ? { scope: id as TokenScope } : undefined),
  pluginMay: (plugin, action) => plugin === "reader" && action === "read",
});
const user = (role: string): Actor => ({ kind: "user", id: role });
const allowed = (actor: Actor, resource: Resource = HUB): readonly Action[] =>
  ACTIONS.filter((action) => authorizer.can(actor, action, resource));

describe("authorize", () => {
  it.each([
    [user("viewer"), ["read"]],
    [user("operator"), ["read", "control"]],
    [user("manager"), ["read", "control", "manage"]],
    [user("admin"), ["read", "control", "manage", "administer"]],
    [user("nobody"), []],
    [{ kind: "token", id: "read" }, ["read"]],
    [{ kind: "token", id: "control" }, ["read", "control"]],
    [{ kind: "token", id: "ingest" }, []],
    [{ kind: "token", id: "metrics" }, []],
    [{ kind: "token", id: "revoked" }, []],
    [{ kind: "plugin", id: "reader" }, ["read"]],
    [{ kind: "plugin", id: "stranger" }, []],
    [{ kind: "hub", id: "hub" }, ["read", "control", "manage", "administer"]],
    [{ kind: "rule", id: "1" }, []],
    [{ kind: "device", id: "shelly:a" }, []],
    [{ kind: "anonymous", id: "anonymous" }, []],
  ] as const satisfies readonly (readonly [Actor, readonly Action[]])[])(
    "lets %o do %j with anything",
    (actor, actions) => {
      for (const resource of RESOURCES) {
        if (actor.id !== "ingest") expect(allowed(actor, resource)).toEqual(actions);
      }
      expect(allowed(actor)).toEqual(actions);
    },
  );

  it("lets an ingest token hand data to plugins and nothing else", () => {
    for (const resource of RESOURCES) {
      expect(allowed({ kind: "token", id: "ingest" }, resource)).toEqual(resource.kind === "plugin" ? ["control"] : []);
    }
  });

  it("never gives a person more through a plugin than the plugin has", () => {
    expect(allowed({ ...user("admin"), via: "reader" as PluginId })).toEqual(["read"]);
    expect(allowed({ ...user("admin"), via: "stranger" as PluginId })).toEqual([]);
    expect(allowed({ ...user("nobody"), via: "reader" as PluginId })).toEqual([]);
  });

  it("grows with the role", () => {
    const anyRole = fc.integer({ min: 0, max: 3 });
    fc.assert(
      fc.property(
        anyRole,
        anyRole,
        fc.constantFrom(...ACTIONS),
        fc.constantFrom(...RESOURCES),
        (one, other, action, resource) => {
          const [low = "", high = ""] = [ROLES[Math.min(one, other)], ROLES[Math.max(one, other)]];
          if (authorizer.can(user(low), action, resource))
            expect(authorizer.can(user(high), action, resource)).toBe(true);
        },
      ),
    );
  });

  it("says what was refused", () => {
    expect(() => authorizer.require(user("viewer"), "control", PLUGIN)).toThrowError(
      /may not control the plugin shelly/,
    );
    expect(() => authorizer.require(user("admin"), "administer", HUB)).not.toThrow();
  });
});
