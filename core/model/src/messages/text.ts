/** Values that fill a message: a number chooses the plural form. */
export type TextParams = Readonly<Record<string, string | number>>;

/** Words for a person: a key with parameters, rendered in the reader's language at the last moment. */
export interface Text {
  readonly key: string;
  readonly params?: TextParams;
}

/** Languages of the interface. */
export const LANGUAGES = ["es", "en"] as const;

/** A language of the interface. */
export type Language = (typeof LANGUAGES)[number];

/** Message texts of one language by key. */
export type Messages = Readonly<Record<string, string>>;

/** Message texts in every language: what a plugin ships. */
export type Catalogue = Readonly<Record<Language, Messages>>;

/** A text from its key and parameters. */
export const text = (key: string, params?: TextParams): Text => (params ? { key, params } : { key });
