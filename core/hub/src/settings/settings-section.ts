import { type Json, Type, VatioError } from "@vatio/plugin-api";
import type { DocumentProblem, SettingsSection } from "./settings-document.js";
import type { Settings } from "./types.js";

type Values = Readonly<Record<string, Json>>;

function problemOf(settings: Settings, key: string, value: Json): DocumentProblem[] {
  try {
    settings.check({ [key]: value });
    return [];
  } catch (error) {
    return [{ path: key, problem: VatioError.from(error).message }];
  }
}

/** The hub's own settings. */
export function settingsSection(settings: Settings): SettingsSection {
  return {
    name: "settings",
    schema: Type.Record(Type.String(), Type.Unknown()),
    read: () => ({ ...settings.all() }),
    problems: (value) => Object.entries(value as Values).flatMap(([key, setting]) => problemOf(settings, key, setting)),
    async apply(actor, value) {
      await settings.setAll(actor, value as Values);
      return { applied: Object.keys(value as Values).length, skipped: [] };
    },
    async restore(actor, before) {
      const added = Object.keys(settings.all()).filter((key) => !Object.hasOwn(before as Values, key));
      for (const key of added) await settings.reset(actor, key);
      await settings.setAll(actor, before as Values);
    },
  };
}
