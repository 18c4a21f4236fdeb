import process from "node:process";
import { CallSlot } from "../call-slot.js";

/** In whose name code runs. */
export interface Suspect {
  /** Something escaped from code that ran in its name. */
  stray(error: unknown): void;
}

/** What escaped from code that ran in nobody's name: a fault of the hub itself. */
export type UnattributedHandler = (error: unknown, origin: "uncaughtException" | "unhandledRejection") => void;

const current = new CallSlot<Suspect>();
const handlers = new Set<UnattributedHandler>();

/** Runs code in somebody's name, with all that it starts: timers, promises, sockets. */
export const runAs = <T>(suspect: Suspect, call: () => T): T => current.run(suspect, call);

/** Runs code of the hub that was called by a plugin: what the hub starts is not the plugin's doing. */
export const runAsHub = <T>(call: () => T): T => current.run(undefined, call);

function onStray(error: unknown, origin: "uncaughtException" | "unhandledRejection"): void {
  const suspect = current.get();
  if (suspect) runAsHub(() => suspect.stray(error));
  else for (const handler of [...handlers]) handler(error, origin);
}

const onException = (error: unknown): void => onStray(error, "uncaughtException");
const onRejection = (reason: unknown): void => onStray(reason, "unhandledRejection");

/**
 * Watches for errors that escape: those of plugins go to their suspect, all others to every handler. The process has one pair of listeners,
 * however many hubs run in it; they go with the last handler.
 */
export function catchStrayErrors(onUnattributed: UnattributedHandler): Disposable {
  const handler: UnattributedHandler = (error, origin) => onUnattributed(error, origin);
  if (handlers.size === 0) {
    process.on("uncaughtException", onException);
    process.on("unhandledRejection", onRejection);
  }
  handlers.add(handler);
  return {
    [Symbol.dispose]: () => {
      if (!handlers.delete(handler) || handlers.size > 0) return;
      process.off("uncaughtException", onException);
      process.off("unhandledRejection", onRejection);
    },
  };
}
