import type { Language } from "@vatio/model";

/** Whether people of a language and region read the clock with 12 hours; in Spanish the 24-hour clock is the usual one. */
export const usesHour12 = (language: Language, regionTag: string): boolean =>
  language === "en" && /-(?:US|CA|AU|NZ|IN)$/.test(regionTag);
