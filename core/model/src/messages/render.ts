import { cached } from "../cached.js";
import type { Catalogue, Language, Messages, Text, TextParams } from "./text.js";

const rules = new Map<Language, Intl.PluralRules>();

const pluralOf = (language: Language, count: number): string =>
  cached(rules, language, () => new Intl.PluralRules(language)).select(count);

const PLACEHOLDER = /\{(\w+)(?:\|([^{}]*))?\}/g;

function choose(forms: string, count: number, language: Language): string {
  const table = new Map(
    forms.split(";").map((form) => [form.slice(0, form.indexOf("=")), form.slice(form.indexOf("=") + 1)]),
  );
  const chosen = table.get(String(count)) ?? table.get(pluralOf(language, count)) ?? table.get("other") ?? "";
  return chosen.replaceAll("#", count.toLocaleString(language));
}

/**
 * Fills a message: `{name}` is replaced, `{n|one=# device;other=# devices}` chooses the plural form of the language
 * (CLDR categories, or an exact number such as `0=none`), in which `#` is the number.
 */
export function fillMessage(message: string, params: TextParams | undefined, language: Language): string {
  return message.replace(PLACEHOLDER, (_whole, name: string, forms: string | undefined) => {
    const value = params?.[name];
    if (value === undefined) return `{${name}}`;
    if (forms !== undefined) return choose(forms, Number(value), language);
    return typeof value === "number" ? value.toLocaleString(language, { maximumFractionDigits: 3 }) : value;
  });
}

/** Texts from several catalogues (the core's, the plugins'), looked up in order; a later one never hides an earlier one. */
export class MessageCatalogue {
  readonly #catalogues = new Map<string, Catalogue>();

  /** Adds or replaces the catalogue of an owner (`core`, a plugin id). */
  set(owner: string, catalogue: Catalogue): void {
    this.#catalogues.set(owner, catalogue);
  }

  /** Takes the catalogue of an owner away. */
  delete(owner: string): void {
    this.#catalogues.delete(owner);
  }

  /** Every message of a language: what the interface loads. */
  messages(language: Language): Messages {
    return Object.assign({}, ...[...this.#catalogues.values()].reverse().map((catalogue) => catalogue[language]));
  }

  /** The words of a text in a language; the key itself when no catalogue has it. */
  render(text: Text, language: Language): string {
    for (const catalogue of this.#catalogues.values()) {
      const message = catalogue[language][text.key];
      if (message !== undefined) return fillMessage(message, text.params, language);
    }
    return text.key;
  }
}
