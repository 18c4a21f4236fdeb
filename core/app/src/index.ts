export { type CliRequest, readArguments, USAGE } from "./arguments.js";
export { DEMO_PLUGIN, SHIPPED_PLUGINS } from "./plugins.js";
export { VERSION } from "./version.js";
