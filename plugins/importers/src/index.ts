import { definePlugin, type PluginContext, text, VatioError } from "@vatio/plugin-api";
import { FORMATS } from "./formats.js";
import { manifest } from "./manifest.js";

/** Reads energy history from files: CSV, Green Button, NEM12, DSMR-reader, Shelly, Home Assistant. */
export default definePlugin({
  manifest,
  setup(ctx) {
    if (provide(ctx)) ctx.health.ok();
    else ctx.health.degraded(text("importers.in-worker"));
  },
});

/** @returns false in a worker, where files cannot be read: an operator may have put the plugin there */
function provide({ imports }: PluginContext): boolean {
  try {
    for (const format of FORMATS) imports.provideFormat(format);
    return true;
  } catch (error) {
    if (VatioError.is(error) && error.code === "E_NOT_AVAILABLE") return false;
    throw error;
  }
}
