export type { Accounts, ScryptCost, User } from "./auth/index.js";
export {
  askRunningHub,
  type BackupInfo,
  backupOffline,
  type ExamineOptions,
  examineData,
  type Finding,
  type OfflineBackupOptions,
  type RestoreOptions,
  type RestoreReport,
  resolveBackup,
  restoreBackup,
} from "./backup/index.js";
export { type HubClock, systemClock } from "./clock.js";
export { type BootConfig, type BootDocument, loadBootConfig } from "./config/index.js";
export type { CounterTable } from "./counters.js";
export type { HealthTree } from "./health.js";
export { createOpenApiDocument, routeTable } from "./http/index.js";
export { createHub, type Hub, type HubAddress, STOP_DEADLINE } from "./hub.js";
export type { HubOptions, HubParts } from "./hub-parts.js";
export type { LogLine, LogQuery } from "./log/index.js";
export { type DistinctPlugins, discoverPlugins, type Lan, SystemLan, type TcpTarget } from "./plugins/index.js";
export type { PluginHost, PluginRecord, PluginSource } from "./plugins/types.js";
export { type Random, readableCode, systemRandom } from "./random.js";
export { IN_MEMORY, openStateDatabase, type TelemetryStore } from "./store/index.js";
