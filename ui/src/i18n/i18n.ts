import { fillMessage, type Language, type Messages, type Text, type TextParams } from "@vatio/model";
import { type Area, loadMessages, type MessageArguments, type MessageKey } from "./catalogue.js";
import { UiFormat } from "./ui-format.js";

/** How one reader wants words, numbers and times. */
export interface ReaderOptions {
  readonly language: Language;
  /** BCP 47 tag that decides how numbers and dates are written. */
  readonly region: string;
  /** IANA zone of the site, never the browser's. */
  readonly zone: string;
  /** ISO 4217 code of the site. */
  readonly currency?: string;
  /** The region's own clock when left out. */
  readonly hour12?: boolean;
}

/** Words and formats of the reader. There is one: {@link i18n}. */
export class I18n {
  #options: ReaderOptions;
  #format: UiFormat;
  #own: Messages = {};
  #hub: Messages = {};
  #wanted: Language;
  #loaded: Language | undefined;
  readonly #areas = new Set<Area>();
  readonly #listeners = new Set<() => void>();

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#wanted = options.language;
    this.#format = new UiFormat(options);
  }

  get language(): Language {
    return this.#options.language;
  }

  get options(): ReaderOptions {
    return this.#options;
  }

  /** Every number, unit, amount and date goes through this. */
  get format(): UiFormat {
    return this.#format;
  }

  /** One of the interface's own messages, filled. */
  t<K extends MessageKey>(key: K, ...args: MessageArguments<K>): string {
    return this.#fill(this.#own[key] ?? key, args[0]);
  }

  /** Whether the interface has a message under a key made at run time. */
  has(key: string): key is MessageKey {
    return key in this.#own;
  }

  /** Words that the hub or a plugin sent as a key with parameters; the key itself when nobody knows it. */
  text({ key, params }: Text): string {
    return this.#fill(this.#hub[key] ?? this.#own[key] ?? key, params);
  }

  /** Name of a metric; its key when no plugin named it. */
  metric(name: string): string {
    return this.#hub[`metric.${name}`] ?? name;
  }

  /** Changes how the reader reads; loads the words of another language first. */
  async use(change: Partial<ReaderOptions>): Promise<void> {
    const language = change.language ?? this.#wanted;
    this.#wanted = language;
    if (this.#loaded !== language) await this.#load(language);
    // Merged only now, because another change may have come while words were loaded.
    this.#options = { ...this.#options, ...change, language: this.#loaded ?? language };
    this.#format = new UiFormat(this.#options);
    this.#notify();
  }

  /** Brings the words of an area, in this language and in any that comes later. Settles when they are there. */
  async need(area: Area): Promise<void> {
    if (this.#areas.has(area)) return;
    this.#areas.add(area);
    await this.#load(this.#wanted);
    this.#notify();
  }

  /** Sets the words of the hub and its plugins in the reader's language. */
  useHubMessages(messages: Messages): void {
    this.#hub = messages;
    this.#notify();
  }

  /** Calls back when words or formats changed. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #load(language: Language): Promise<void> {
    const words = await loadMessages(language, this.#areas);
    // Somebody changed the language again in the meantime: the newest wish counts.
    if (this.#wanted !== language) return;
    // Two loads of one language may cross: neither takes words away from the other.
    this.#own = this.#loaded === language ? { ...this.#own, ...words } : words;
    this.#loaded = language;
  }

  #fill(message: string, params: TextParams | undefined): string {
    return message.includes("{") ? fillMessage(message, params, this.#options.language) : message;
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The words and formats of this page. */
export const i18n = new I18n({ language: "en", region: "en-US", zone: "UTC" });

/** Short for `i18n.t`. */
export const t: I18n["t"] = (key, ...args) => i18n.t(key, ...args);
