import { ContextProvider } from "@lit/context";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import {
  clientContext,
  navigationContext,
  sessionContext,
  sessionStoreContext,
  themeContext,
} from "../controllers/contexts.js";
import { errorCard } from "../controls/templates.js";
import type { ToastDetail } from "../controls/toast.js";
import { VatioClient } from "../data/client.js";
import { HubError } from "../data/hub-error.js";
import { i18n, t } from "../i18n/i18n.js";
import { ThemeStore } from "../theme/theme-store.js";
import type { OverlayName } from "./overlay.js";
import { matchRoute, type RouteMatch } from "./route-table.js";
import { type RouteChange, Router } from "./router.js";
import { NOT_FOUND, ROUTES } from "./routes.js";
import { SessionStore } from "./session-store.js";
import type { Toasts } from "./toasts.js";
import "./route-outlet.js";
import "./side-nav.js";
import "./tab-bar.js";

const RETRY_MS = 4_000;

/**
 * The interface: decides which page is shown, gives pages what they need by context, moves the focus and says the
 * title after each navigation. It stays in light DOM, so that the forms of login and set-up do.
 */
export class App extends LitElement {
  readonly #client = new VatioClient();
  readonly #router = new Router();
  readonly #theme = new ThemeStore();
  readonly #store = new SessionStore({ client: this.#client, theme: this.#theme });
  readonly #session = new ContextProvider(this, { context: sessionContext });
  @state() private announced = "";
  @state() private overlay: OverlayName | undefined;
  @state() private hasToasts = false;
  #firstPage = true;

  constructor() {
    super();
    new ContextProvider(this, { context: clientContext, initialValue: this.#client });
    new ContextProvider(this, { context: navigationContext, initialValue: this.#router });
    new ContextProvider(this, { context: themeContext, initialValue: this.#theme });
    new ContextProvider(this, { context: sessionStoreContext, initialValue: this.#store });
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#router.start();
    this.#router.changes.on((change) => this.#navigated(change));
    this.#store.changes.on(() => this.#sessionChanged());
    i18n.subscribe(() => this.#wordsChanged());
    this.#theme.changes.on(() => this.requestUpdate());
    this.addEventListener("vt-overlay", (event) => void this.#open((event as CustomEvent<OverlayName>).detail));
    document.addEventListener("vt-toast", (event) => void this.#tell((event as CustomEvent<ToastDetail>).detail));
    this.#client.live.states.on((state) => document.documentElement.toggleAttribute("data-lost", state === "waiting"));
    for (const wake of ["online", "focus"]) window.addEventListener(wake, () => this.#client.live.retry());
    document.addEventListener("visibilitychange", () => this.#client.live.retry());
    this.addEventListener("vt-page-shown", () => this.#shown());
    void this.#store.start();
  }

  protected override render(): TemplateResult {
    const match = this.#match();
    if (this.#store.status === "starting") return html``;
    return html`<nav aria-label=${t("nav.skip")}><a class="skip" href="#main" @click=${this.#skip}>${t("nav.skip")}</a></nav>
      ${match?.route.access === "open" || !match ? this.#plain(match) : this.#shell(match)}
      ${this.hasToasts ? html`<vt-toasts></vt-toasts>` : nothing}
      <div class="sr" aria-live="polite">${this.announced}</div>`;
  }

  #plain(match: RouteMatch | undefined): TemplateResult {
    if (this.#store.status === "unreachable") {
      const error = new HubError("E_HUB_UNREACHABLE", "");
      return html`<main id="main" class="full" tabindex="-1">${errorCard({ error, retry: () => void this.#store.start() })}</main>`;
    }
    return html`<div id="main" tabindex="-1">${match ? html`<vt-route-outlet .match=${match}></vt-route-outlet>` : nothing}</div>`;
  }

  #shell(match: RouteMatch): TemplateResult {
    const { nav } = match.route;
    const { path } = this.#router.location;
    return html`<div class="app">
        <vt-side-nav .current=${nav} .path=${path}></vt-side-nav>
        <main id="main" class="main" tabindex="-1">
          <vt-quarantine-banner></vt-quarantine-banner>
          <vt-route-outlet .match=${match}></vt-route-outlet>
        </main>
      </div>
      <vt-tab-bar .current=${nav} .path=${path}></vt-tab-bar>
      ${this.#overlay()}`;
  }

  #overlay(): TemplateResult | typeof nothing {
    const close = (): void => {
      this.overlay = undefined;
    };
    if (this.overlay === "palette") return html`<vt-palette open @vt-close=${close}></vt-palette>`;
    return this.overlay === "keys" ? html`<vt-keys-help open @vt-close=${close}></vt-keys-help>` : nothing;
  }

  /** The page to show: login and set-up stand at any address, so that the wish of a visitor is not lost. */
  #match(): RouteMatch | undefined {
    const { path } = this.#router.location;
    const wanted = matchRoute(ROUTES, path) ?? { route: NOT_FOUND, params: {} };
    switch (this.#store.status) {
      case "starting":
      case "unreachable":
        return undefined;
      case "setup":
        return matchRoute(ROUTES, "/setup");
      case "signed-out":
        return path.startsWith("/link/") ? wanted : matchRoute(ROUTES, "/login");
      case "signed-in":
        return wanted;
    }
  }

  #sessionChanged(): void {
    const { status, session } = this.#store;
    const { path } = this.#router.location;
    this.#session.setValue(session);
    if (status === "setup" && path !== "/setup") this.#router.go("/setup", { replace: true });
    if (status === "signed-in" && (path === "/login" || path.startsWith("/link/")))
      this.#router.go("/", { replace: true });
    if (status === "unreachable") setTimeout(() => void this.#store.start(), RETRY_MS);
    this.requestUpdate();
  }

  #navigated(change: RouteChange): void {
    if (change === "page") window.scrollTo(0, 0);
    this.requestUpdate();
  }

  #wordsChanged(): void {
    document.documentElement.lang = i18n.language;
    this.requestUpdate();
  }

  #shown(): void {
    const match = this.#match();
    if (!match) return;
    const title = t(match.route.title);
    document.title = `${title} · Vatio`;
    if (!this.#firstPage) {
      this.announced = title;
      this.querySelector<HTMLElement>("#main")?.focus({ preventScroll: true });
    }
    if (this.#firstPage) void this.#listenToKeys();
    this.#firstPage = false;
  }

  /** What is not needed for the first picture is loaded after it, or when it is wanted. */
  async #listenToKeys(): Promise<void> {
    const { Shortcuts } = await import("./shortcuts.js");
    new Shortcuts({ router: this.#router, theme: this.#theme, page: this }).start();
  }

  async #open(name: OverlayName): Promise<void> {
    await (name === "palette" ? import("./palette.js") : import("./keys-help.js"));
    this.overlay = name;
  }

  async #tell(detail: ToastDetail): Promise<void> {
    await import("./toasts.js");
    this.hasToasts = true;
    await this.updateComplete;
    this.querySelector<Toasts>("vt-toasts")?.show(detail);
  }

  readonly #skip = (event: Event): void => {
    event.preventDefault();
    this.querySelector<HTMLElement>("#main")?.focus();
  };
}
