import { type Actor, type CommandBus, SHARED_COMMANDS, VatioError } from "@vatio/plugin-api";
import type { AnyCommandHandler } from "../../bus/command-bus.js";
import type { PluginScope } from "../scope.js";

/** Commands: a plugin handles its own and the shared ones, and calls its own and those that its permissions name. */
export function commandsService(scope: PluginScope, actor: Actor): CommandBus {
  const { commands } = scope.services;
  return {
    handle: (name, handler) => {
      scope.live();
      if (!isOwn(scope, name) && !(name in SHARED_COMMANDS)) throw notOwn(scope, name);
      return scope.serve(() => {
        const registered = commands.handle(scope, name, containedHandler(scope, handler as AnyCommandHandler));
        return scope.opened.push("command handler", () => registered[Symbol.dispose]());
      });
    },
    call: async (name, input, options) => {
      scope.live();
      if (!isOwn(scope, name)) scope.permissions.requireFor("commands.call", name);
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

const isOwn = (scope: PluginScope, name: string): boolean => name.startsWith(`${scope.id}.`);

function notOwn(scope: PluginScope, name: string): VatioError {
  const message = `The plugin ${scope.id} handles its own commands (${scope.id}.…) and the shared ones; ${name} is neither.`;
  return new VatioError("E_PERMISSION", message, { details: { name } });
}
