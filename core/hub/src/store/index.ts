export { openChannelNumbers } from "./channel-numbers.js";
export { IN_MEMORY } from "./duckdb.js";
export { CRASHES_TOLERATED } from "./inbox.js";
export { REJECTED, type RejectedReason } from "./rejections.js";
export { type OpenedState, openStateDatabase, type StateDatabaseOptions } from "./state-database.js";
export type { TelemetryStoreConfig, TelemetryStoreOptions } from "./store-options.js";
export { openTelemetryStore } from "./telemetry-store.js";
export type * from "./types.js";
