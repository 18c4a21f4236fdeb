export type { BootDocument } from "./boot-schema.js";
export type { ConfigIssue } from "./config-issue.js";
export { type LoadBootConfigOptions, loadBootConfig } from "./load-boot-config.js";
export { type OptionRow, optionTable } from "./option-table.js";
export type * from "./types.js";
