import { CORE_EN } from "./core.en.js";
import { CORE_ES } from "./core.es.js";
import type { Catalogue } from "./text.js";

/** Key of a message of the hub itself. */
export type CoreMessageKey = keyof typeof CORE_EN;

/** What the hub itself says: reasons of rejections, health, errors. The interface keeps the words of its pages to itself. */
export const CORE_MESSAGES: Catalogue = { en: CORE_EN, es: CORE_ES };
