import type { Actor, Slots } from "@vatio/plugin-api";
import type { PluginScope } from "../scope.js";

/** Energy of points, as far as the plugin may read them, and no further than what the actor may see. */
export function slotsService(scope: PluginScope, actor?: Actor): Slots {
  const { authorizer, energy } = scope.services;
  const check = (point: Parameters<Slots["read"]>[0]): void => {
    scope.live();
    scope.permissions.require("telemetry.read");
    if (actor) authorizer.require(actor, "read", { kind: "point", id: point });
  };
  return {
    read: async (point, range) => {
      check(point);
      const slots = await scope.serve(() => energy.slots(point, range));
      return slots.map((slot) => ({ point, ...slot, slot: slot.slot as never }));
    },
    daily: async (point, from, to) => {
      check(point);
      return scope.serve(() => energy.daily(point, from, to));
    },
  };
}
