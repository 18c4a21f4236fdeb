import type { EventBus } from "@vatio/plugin-api";
import type { AnyEventHandler } from "../../bus/event-bus.js";
import type { PluginScope } from "../scope.js";
import { mayPublish } from "./checks.js";

/** Events: a plugin publishes below its own id, and what its permissions name; it may listen to all. */
export function eventsService(scope: PluginScope): EventBus {
  const { events } = scope.services;
  return {
    publish: (type, payload) => {
      scope.live();
      mayPublish(scope, type);
      scope.serve(() => events.publish(scope, type, payload, { untrusted: scope.remote }));
    },
    subscribe: (pattern, handler, options) =>
      scope.serve(() => {
        const subscription = events.subscribe(scope, pattern, handler as unknown as AnyEventHandler, options);
        return scope.opened.push("event subscription", () => subscription[Symbol.dispose]());
      }),
  };
}
