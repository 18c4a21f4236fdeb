// Every shape that the HTTP API speaks. Instants are milliseconds since the Unix epoch, UTC; ids are opaque text.
export * from "./dto/access.js";
export * from "./dto/backfill.js";
export * from "./dto/backup.js";
export * from "./dto/common.js";
export * from "./dto/devices.js";
export * from "./dto/energy.js";
export * from "./dto/export.js";
export * from "./dto/imports.js";
export * from "./dto/live.js";
export * from "./dto/people.js";
export * from "./dto/places.js";
export * from "./dto/plugins.js";
export * from "./dto/sql.js";
export * from "./dto/system.js";
export { CommandResultDto, LastDto, MetricDto, SeriesDto } from "./dto/telemetry.js";
