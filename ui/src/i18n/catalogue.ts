import type { Language, Messages } from "@vatio/model";
import type { EN } from "./messages/en/index.js";
import type { EN_USAGE } from "./messages/en/usage.js";

/** All words of the interface: those that are always there, and those of areas. */
type Words = typeof EN & typeof EN_USAGE;

/** Key of one of the interface's own messages. */
export type MessageKey = keyof Words;

/** Words that only some pages need, in files of their own: a module that uses them imports `areas/<name>.js`. */
export type Area = "usage";

type Names<S extends string> = S extends `${string}{${infer Inside}}${infer Rest}`
  ? (Inside extends `${infer Name}|${string}` ? Name : Inside) | Names<Rest>
  : never;

/** What has to be given to fill a message: nothing, or exactly its placeholders. */
export type MessageArguments<K extends MessageKey> = [Names<Words[K]>] extends [never]
  ? []
  : [params: Readonly<Record<Names<Words[K]>, string | number>>];

/** Key of a message without placeholders: what tables of routes and entries hold. */
export type PlainKey = { [K in MessageKey]: [Names<Words[K]>] extends [never] ? K : never }[MessageKey];

/** Loads the words of one language and of some areas; each is a file of its own. */
export async function loadMessages(language: Language, areas: Iterable<Area> = []): Promise<Messages> {
  const base = language === "es" ? import("./messages/es/index.js") : import("./messages/en/index.js");
  const more = [...areas].map((area) => AREAS[area][language]());
  const [words, ...others] = await Promise.all([base, ...more]);
  return Object.assign({}, "ES" in words ? words.ES : words.EN, ...others);
}

const AREAS: Readonly<Record<Area, Readonly<Record<Language, () => Promise<Messages>>>>> = {
  usage: {
    en: async () => (await import("./messages/en/usage.js")).EN_USAGE,
    es: async () => (await import("./messages/es/usage.js")).ES_USAGE,
  },
};
