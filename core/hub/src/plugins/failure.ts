import { type Text, text, VatioError } from "@vatio/plugin-api";
import { ownReason } from "./own-reason.js";

/**
 * What an error says about a plugin. `crash`: a fault of its code, which counts. `outage`: the world was not ready; it is tried again without
 * counting. `final`: trying again changes nothing until a person, or an update, does.
 */
export type FailureKind = "crash" | "outage" | "final";

const FINAL: ReadonlySet<string> = new Set([
  "E_COMMAND_CONFLICT",
  "E_CONFIG_INVALID",
  "E_EVENT_CONFLICT",
  "E_HTTP_CONFLICT",
  "E_PERMISSION",
  "E_PLUGIN_INVALID",
  "E_PLUGIN_LOAD",
]);

/** What kind of failure ended the start of a plugin. */
export function kindOfFailure(error: unknown): FailureKind {
  if (!VatioError.is(error)) return "crash";
  if (FINAL.has(error.code)) return "final";
  return error.retryable ? "outage" : "crash";
}

/** Why a plugin is not running, for a person. */
export function reasonOf(error: unknown, kind: FailureKind): Text {
  const own = ownReason(error);
  if (own) return own;
  const why = VatioError.from(error).message;
  if (VatioError.is(error) && error.code === "E_CONFIG_INVALID") return text("plugin.config-invalid", { why });
  return text(kind === "crash" ? "plugin.crashed" : "plugin.failed", { why });
}
