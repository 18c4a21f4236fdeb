import type { Language, Messages } from "@vatio/model";
import type { EN } from "./messages/en/index.js";

/** Key of one of the interface's own messages. */
export type MessageKey = keyof typeof EN;

type Names<S extends string> = S extends `${string}{${infer Inside}}${infer Rest}`
  ? (Inside extends `${infer Name}|${string}` ? Name : Inside) | Names<Rest>
  : never;

/** What has to be given to fill a message: nothing, or exactly its placeholders. */
export type MessageArguments<K extends MessageKey> = [Names<(typeof EN)[K]>] extends [never]
  ? []
  : [params: Readonly<Record<Names<(typeof EN)[K]>, string | number>>];

/** Key of a message without placeholders: what tables of routes and entries hold. */
export type PlainKey = { [K in MessageKey]: [Names<(typeof EN)[K]>] extends [never] ? K : never }[MessageKey];

/** Loads the words of one language; each is a file of its own. */
export async function loadMessages(language: Language): Promise<Messages> {
  if (language === "es") return (await import("./messages/es/index.js")).ES;
  return (await import("./messages/en/index.js")).EN;
}
