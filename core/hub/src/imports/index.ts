export { FormatTable } from "./format-table.js";
export { ImportRecords } from "./import-records.js";
export { createImports, type ImportServiceOptions } from "./import-service.js";
export { IMPORT_SETTINGS } from "./import-settings.js";
export { subtractRuns, unionRuns } from "./slot-runs.js";
export type * from "./types.js";
