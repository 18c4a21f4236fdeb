import type { ImportFormat, Imports } from "@vatio/plugin-api";
import type { PluginScope } from "../scope.js";

/** Formats of files that the plugin reads history from. */
export const importsService = (scope: PluginScope): Imports => ({
  provideFormat: (format) =>
    scope.serve(() => {
      const provided = scope.services.formats.provide(scope, format as ImportFormat);
      return scope.opened.push("import format", () => provided[Symbol.dispose]());
    }),
});
