import type { Actor, CommandBus } from "@vatio/plugin-api";
import type { AnyCommandHandler } from "../../bus/command-bus.js";
import type { PluginScope } from "../scope.js";
import { mayCall, mayHandle } from "./checks.js";

/** Commands: a plugin handles its own and the shared ones, and calls its own and those that its permissions name. */
export function commandsService(scope: PluginScope, actor: Actor): CommandBus {
  const { commands } = scope.services;
  return {
    handle: (name, handler) => {
      mayHandle(scope, name);
      return scope.serve(() => {
        const registered = commands.handle(scope, name, containedHandler(scope, handler as AnyCommandHandler));
        return scope.opened.push("command handler", () => registered[Symbol.dispose]());
      });
    },
    call: async (name, input, options) => {
      mayCall(scope, name);
      return scope.serve(() => commands.call(actor, name, input, options)) as never;
    },
  };
}

/** While a command is handled, its handler may act in the name of whoever called. */
function containedHandler(scope: PluginScope, handler: AnyCommandHandler): AnyCommandHandler {
  return async (input, call) => {
    const handed = scope.actors.hand(call.actor);
    const busy = scope.opened.hold("command");
    try {
      return await handler(input, call);
    } finally {
      busy[Symbol.dispose]();
      handed[Symbol.dispose]();
    }
  };
}
