import { type HttpEnv, VatioError } from "@vatio/plugin-api";
import { Compile } from "typebox/compile";
import { type PackedResponse, PackedResponseSchema, packRequest, unpackResponse } from "../http-packing.js";
import type { WorkerSession } from "../session.js";

const validator = Compile(PackedResponseSchema);

/** Has a request answered by the app in the worker. */
export async function forwardRequest(session: WorkerSession, request: Request, env: HttpEnv): Promise<Response> {
  const { link } = session;
  const args = { request: packRequest(link, request), env: { ...env, actor: { ...env.actor } } };
  const answer = await link.call("request", args, { signal: request.signal });
  if (validator.Check(answer)) return unpackResponse(link, answer as PackedResponse);
  throw new VatioError(
    "E_RESPONSE_INVALID",
    `The plugin ${session.scope.id} answered with something that is no response.`,
  );
}
