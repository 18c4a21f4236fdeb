import type { Language } from "@vatio/model";
import type { Session, SetupState } from "../data/api.js";
import type { VatioClient } from "../data/client.js";
import { Emitter } from "../data/emitter.js";
import { HubError } from "../data/hub-error.js";
import { usesHour12 } from "../i18n/hour12.js";
import { i18n } from "../i18n/i18n.js";
import type { ThemeStore } from "../theme/theme-store.js";

/** Where the visitor stands. */
export type SessionStatus = "starting" | "setup" | "signed-out" | "signed-in" | "unreachable";

const LANGUAGE_KEY = "vatio.language";

/** Signing in and out, and what follows from it: words, formats and theme of the reader, the live stream. */
export class SessionStore {
  readonly changes = new Emitter<void>();
  status: SessionStatus = "starting";
  session: Session | undefined;
  version = "";
  readonly #client: VatioClient;
  readonly #theme: ThemeStore;
  #endWatch: (() => void)[] = [];

  constructor({ client, theme }: { readonly client: VatioClient; readonly theme: ThemeStore }) {
    this.#client = client;
    this.#theme = theme;
    client.http.onSignedOut = () => this.#lost();
  }

  /** Finds out whether somebody is signed in, or the hub waits for its first person. */
  async start(): Promise<void> {
    try {
      await this.signedIn(await this.#client.http.get<Session>("/session"));
    } catch (error) {
      await this.#startWithout(HubError.from(error));
    }
  }

  /** Takes over what login, link or set-up answered. */
  async signedIn(session: Session): Promise<void> {
    this.session = session;
    this.version = session.hub.version;
    this.#client.signedIn(session);
    this.#theme.set(session.user.theme);
    this.#follow();
    await this.#useReader(session);
    this.#enter("signed-in");
  }

  /** Keeps a change of the person's own settings. */
  async userChanged(user: Session["user"]): Promise<void> {
    if (!this.session) return;
    this.session = { ...this.session, user };
    this.#theme.set(user.theme);
    await this.#useReader(this.session);
    this.changes.emit();
  }

  async signOut(): Promise<void> {
    await this.#client.http.delete("/session");
    this.#lost();
  }

  /** Changes the language before anybody is signed in; without one, the browser decides. */
  async useLanguage(chosen?: Language): Promise<void> {
    if (chosen) remember(chosen);
    const { visitorOptions } = await import("./visitor.js");
    await i18n.use(visitorOptions(chosen ?? remembered()));
    this.changes.emit();
  }

  async #startWithout(error: HubError): Promise<void> {
    await this.useLanguage();
    if (error.status === 0) return this.#enter("unreachable");
    try {
      const { needed, version } = await this.#client.http.get<SetupState>("/setup");
      this.version = version;
      this.#enter(needed ? "setup" : "signed-out");
    } catch {
      this.#enter("unreachable");
    }
  }

  async #useReader({ user: { language, region } }: Session): Promise<void> {
    remember(language);
    const hour12 = usesHour12(language, region);
    await Promise.all([
      i18n.use({ language, region, hour12 }),
      this.#loadHubMessages(language),
      this.#client.sites.settled(),
    ]);
  }

  async #loadHubMessages(language: Language): Promise<void> {
    try {
      i18n.useHubMessages(await this.#client.http.get<Record<string, string>>(`/messages/${language}`));
    } catch {
      // Keys are shown instead of words until the next attempt.
    }
  }

  /** The site decides zone and currency; a plugin that starts may bring words. */
  #follow(): void {
    this.#unfollow();
    const { sites } = this.#client;
    this.#endWatch = [
      sites.subscribe(() => {
        const site = sites.value?.[0];
        const { zone, currency } = i18n.options;
        if (site && (site.zone !== zone || site.currency !== currency))
          void i18n.use({ zone: site.zone, currency: site.currency });
      }),
      this.#client.watchEvents(["plugin.state"], () => void this.#loadHubMessages(i18n.language)),
    ];
  }

  #unfollow(): void {
    for (const end of this.#endWatch) end();
    this.#endWatch = [];
  }

  #lost(): void {
    if (this.status !== "signed-in") return;
    this.session = undefined;
    this.#unfollow();
    this.#client.signedOut();
    this.#enter("signed-out");
  }

  #enter(status: SessionStatus): void {
    this.status = status;
    this.changes.emit();
  }
}

function remembered(): Language | undefined {
  try {
    const language = localStorage.getItem(LANGUAGE_KEY);
    return language === "es" || language === "en" ? language : undefined;
  } catch {
    return undefined;
  }
}

function remember(language: Language): void {
  try {
    localStorage.setItem(LANGUAGE_KEY, language);
  } catch {
    // Storage is blocked: the next visit asks the browser again.
  }
}
