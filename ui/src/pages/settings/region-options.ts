import type { Language } from "@vatio/model";
import { usesHour12 } from "../../i18n/hour12.js";
import { i18n } from "../../i18n/i18n.js";
import { formatTag, REGIONS } from "../../i18n/regions.js";
import { UiFormat } from "../../i18n/ui-format.js";

export interface Option {
  readonly value: string;
  readonly label: string;
}

const SAMPLE_NUMBER = 1234.5;

/** Ways to write numbers and dates, by country, in the words of a language: language and format are two choices. */
export function regionOptions(language: Language, current: string): readonly Option[] {
  const tags = new Set([...REGIONS.map(({ tag }) => formatTag(language, tag)), formatTag(language, current)]);
  return named("region", [...tags], (tag) => tag.slice(tag.lastIndexOf("-") + 1));
}

/** A language, with the country's ways to write kept. */
export function inLanguage(chosen: string, region: string): { readonly language: Language; readonly region: string } {
  const language = chosen === "es" ? "es" : "en";
  return { language, region: formatTag(language, region) };
}

/** How numbers, time and dates look. */
export function formatSample({ language, region }: { readonly language: Language; readonly region: string }): string {
  const { zone } = i18n.options;
  const tag = formatTag(language, region);
  const format = new UiFormat({ region: tag, zone, hour12: usesHour12(language, tag) });
  const now = Date.now();
  return [format.number(SAMPLE_NUMBER, 1), format.time(now), format.date(now, "long")].join(" · ");
}

/** Currencies by their names in the reader's language; the code is what is stored. */
export const currencyOptions = (current: string): readonly Option[] =>
  named("currency", known("currency", current), (code) => code).map(({ value, label }) => ({
    value,
    label: `${label} (${value})`,
  }));

/** Time zones of the IANA list. */
export const zoneOptions = (current: string): readonly Option[] =>
  known("timeZone", current).map((value) => ({ value, label: value.replaceAll("_", " ") }));

/** The languages of the interface, in the reader's own. */
export const languageOptions = (): readonly Option[] => [
  { value: "es", label: i18n.t("site.es") },
  { value: "en", label: i18n.t("site.en") },
];

/** What the browser knows, and what is chosen already in any case. */
function known(what: "currency" | "timeZone", chosen: string): readonly string[] {
  const all = Intl.supportedValuesOf(what);
  return all.includes(chosen) ? all : [chosen, ...all];
}

function named(
  type: "region" | "currency",
  values: readonly string[],
  codeOf: (value: string) => string,
): readonly Option[] {
  const names = new Intl.DisplayNames([i18n.language], { type });
  return values
    .map((value) => ({ value, label: sentence(nameOf(names, codeOf(value))) }))
    .sort((a, b) => a.label.localeCompare(b.label, i18n.language));
}

/** Its own name for what cannot be named. */
function nameOf(names: Intl.DisplayNames, code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

const sentence = (name: string): string => name.charAt(0).toLocaleUpperCase(i18n.language) + name.slice(1);
