export { ExportService, type ExportServiceOptions } from "./export-service.js";
export type * from "./types.js";
