import { type Static, type TSchema, VatioError } from "@vatio/plugin-api";
import { Compile, type Validator } from "typebox/compile";
import type { Incoming } from "../link.js";
import type { WorkerSession } from "../session.js";

/** Something that a worker may ask of the hub. */
export interface HostMethod<A = never, R = unknown> {
  /** @throws E_INPUT_INVALID */
  check(args: unknown): void;
  run(session: WorkerSession, args: A, incoming: Incoming): R | Promise<R>;
}

/** A method with the schema of its arguments. The schema is compiled when it is first used: most workers use few methods. */
export function method<S extends TSchema, R>(
  schema: S,
  run: (session: WorkerSession, args: Static<S>, incoming: Incoming) => R | Promise<R>,
): HostMethod<Static<S>, R> {
  let validator: Validator | undefined;
  return {
    run,
    check: (args) => {
      validator ??= Compile(schema as TSchema);
      if (validator.Check(args)) return;
      const problems = validator.Errors(args).map((error) => `${error.instancePath || "/"} ${error.message}`);
      throw new VatioError("E_INPUT_INVALID", `Wrong arguments: ${problems.join("; ")}.`, { details: { problems } });
    },
  };
}
