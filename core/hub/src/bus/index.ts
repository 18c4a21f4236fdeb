export * from "./command-bus.js";
export * from "./event-bus.js";
export type { Party } from "./party.js";
