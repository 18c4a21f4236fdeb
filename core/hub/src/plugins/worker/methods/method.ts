import type { Static, TSchema } from "@vatio/plugin-api";
import { badPaths, inputInvalid } from "../../../bad-paths.js";
import type { Incoming } from "../link.js";
import type { WorkerSession } from "../session.js";

/** Something that a worker may ask of the hub. */
export interface HostMethod<A = never, R = unknown> {
  /** @throws E_INPUT_INVALID */
  check(args: unknown): void;
  run(session: WorkerSession, args: A, incoming: Incoming): R | Promise<R>;
}

/** A method with the schema of its arguments. */
export function method<S extends TSchema, R>(
  schema: S,
  run: (session: WorkerSession, args: Static<S>, incoming: Incoming) => R | Promise<R>,
): HostMethod<Static<S>, R> {
  return {
    run,
    check: (args) => {
      const paths = badPaths(schema, args);
      if (paths.length > 0) throw inputInvalid("What the worker sent", paths);
    },
  };
}
