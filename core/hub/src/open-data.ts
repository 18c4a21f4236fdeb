import { existsSync } from "node:fs";
import path from "node:path";
import { text } from "@vatio/plugin-api";
import { finishRestore, isRestoreReady, repairHint, requireState, withRepairHint } from "./backup/index.js";
import type { HubClock } from "./clock.js";
import type { BootConfig } from "./config/types.js";
import type { HealthTree } from "./health.js";
import type { HubLog } from "./log/index.js";
import type { SiteRegistry } from "./registry/index.js";
import { holderOf, IN_MEMORY, type OpenedState, openStateDatabase } from "./store/index.js";

/** A restore that was prepared takes the place of the data before anything is opened; not while another hub has it open. */
async function finishStagedRestore(data: string, log: HubLog): Promise<void> {
  if (!isRestoreReady(data)) return;
  if ((await holderOf(path.join(data, "state.duckdb"))) !== undefined) return;
  await finishRestore(data, log.source("backup"));
}

/**
 * Opens `state.duckdb`, after a restore that waits was finished.
 * @throws E_DATA_INCOMPLETE, E_STORE_*: each says what is safe and how to repair it
 */
export async function openState(data: string, log: HubLog, clock: HubClock): Promise<OpenedState> {
  if (data === IN_MEMORY) return openStateDatabase({ path: IN_MEMORY, clock, log: log.source("store") });
  try {
    await finishStagedRestore(data, log);
    await requireState(data);
    return await openStateDatabase({ path: path.join(data, "state.duckdb"), clock, log: log.source("store") });
  } catch (error) {
    await log.close();
    throw await withRepairHint(data, error);
  }
}

/** What tells whether readings are gone. */
export interface MissingTelemetryOptions {
  readonly config: BootConfig;
  readonly health: HealthTree;
  readonly log: HubLog;
  readonly sites: SiteRegistry;
}

/** A hub that was set up had readings: a new database in their place does not go unsaid. */
export async function noteMissingTelemetry({ config, health, log, sites }: MissingTelemetryOptions): Promise<void> {
  const file = path.join(config.data, "telemetry.duckdb");
  if (config.data === IN_MEMORY || existsSync(file) || !sites.first()) return;
  const hint = await repairHint(config.data);
  health.set("hub/store/missing", "degraded", text("health.telemetry-missing", { hint }));
  log
    .source("store")
    .error("telemetry.duckdb is missing, and a new one is begun. Sealed readings are taken in again.", { hint });
}
