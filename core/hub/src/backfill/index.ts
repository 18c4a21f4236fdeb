export { type BackfillOptions, createBackfill } from "./backfill-service.js";
export * from "./types.js";
