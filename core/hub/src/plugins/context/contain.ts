import { VatioError } from "@vatio/plugin-api";
import type { PluginScope } from "../scope.js";

/**
 * Calls a handler that answers somebody outside: a socket, a found service. What it throws is logged and counted, but not held against the
 * plugin, or whoever sends rubbish could have it quarantined.
 */
export function contain(scope: PluginScope, where: string, call: () => unknown): void {
  if (scope.revoked) return;
  const failed = (error: unknown): void => void noteFailure(scope, where, error);
  try {
    const done = scope.enter(call, where);
    if (done instanceof Promise) done.catch(failed);
  } catch (error) {
    failed(error);
  }
}

/** Logs and counts what a handler threw. @returns it as a VatioError */
export function noteFailure(scope: PluginScope, where: string, error: unknown): VatioError {
  const known = VatioError.from(error);
  scope.count("handler-failed", `${where} ${known.code}`);
  const stack = known.code === "E_INTERNAL" && error instanceof Error ? { stack: error.stack } : {};
  scope.log.warn(`A handler of ${where} failed: ${known.message}`, { code: known.code, ...stack });
  return known;
}
