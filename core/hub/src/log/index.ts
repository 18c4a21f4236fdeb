export type { ConsoleStream } from "./console-sink.js";
export { escapeText } from "./escape-text.js";
export { createHubLog, type HubLogOptions } from "./hub-log.js";
export { type SafeValue, safeValue } from "./safe-fields.js";
export type { LogDatabase } from "./table-sink.js";
export type * from "./types.js";
