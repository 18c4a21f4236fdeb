import type { Language } from "@vatio/model";
import { usesHour12 } from "../i18n/hour12.js";
import type { ReaderOptions } from "../i18n/i18n.js";
import { languageOf, proposeRegion } from "../i18n/regions.js";

/** How to speak with somebody who is not signed in: as the browser says, in a language that the visitor may have chosen. */
export function visitorOptions(chosen: Language | undefined): ReaderOptions {
  const language = chosen ?? languageOf(navigator.languages);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { tag } = proposeRegion(navigator.languages, zone);
  const usual = language === "es" ? "es-MX" : "en-US";
  const region = tag.startsWith(language) ? tag : usual;
  return { language, region, zone, hour12: usesHour12(language, region) };
}
