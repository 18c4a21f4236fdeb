import type { Language } from "@vatio/model";
import { i18n } from "../../i18n/i18n.js";
import { REGIONS } from "../../i18n/regions.js";

export interface Option {
  readonly value: string;
  readonly label: string;
}

/** Regions for writing numbers and dates, by the names of their countries; one that is set and not among them is kept. */
export function regionOptions(current: string, language?: Language): readonly Option[] {
  const names = new Intl.DisplayNames([i18n.language], { type: "region" });
  const fitting = REGIONS.filter(({ tag }) => language === undefined || tag.startsWith(`${language}-`));
  const options = fitting.map(({ tag, country }) => ({
    value: tag,
    label: `${names.of(country) ?? country} (${tag})`,
  }));
  const known = options.some(({ value }) => value === current);
  return [...options, ...(known ? [] : [{ value: current, label: current }])].sort((a, b) =>
    a.label.localeCompare(b.label, i18n.language),
  );
}

/** The languages of the interface, in the reader's own. */
export const languageOptions = (): readonly Option[] => [
  { value: "es", label: i18n.t("site.es") },
  { value: "en", label: i18n.t("site.en") },
];
