import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { errorCard } from "../controls/templates.js";
import { VatioElement } from "../controls/vatio-element.js";
import { HubError } from "../data/hub-error.js";
import type { RouteMatch, RouteParams } from "./route-table.js";

/** A page: an element that takes the parts of its address. */
type PageElement = HTMLElement & { params?: RouteParams };

const SPINNER_AFTER_MS = 400;

/**
 * Loads and shows the page of a route. A page that stays while its parameters change keeps its element.
 * @fires vt-page-shown after the page is on the screen
 */
@customElement("vt-route-outlet")
export class RouteOutlet extends VatioElement {
  @property({ attribute: false }) match: RouteMatch | undefined;
  @state() private page: PageElement | undefined;
  @state() private waiting = false;
  @state() private failure = false;
  #shown: RouteMatch["route"] | undefined;

  // Light DOM: password managers do not look into shadow roots, and login and set-up are pages like any other.
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("match") && this.match) void this.#show(this.match);
  }

  protected override render(): TemplateResult {
    if (this.failure) return errorCard({ error: new HubError("E_HUB_UNREACHABLE", ""), retry });
    return html`${this.page ?? nothing}${this.waiting ? html`<div class="blank"><span class="spinner" role="status" aria-label=${this.t("state.loading")}></span></div>` : nothing}`;
  }

  async #show(match: RouteMatch): Promise<void> {
    const { route, params } = match;
    if (this.page && this.#shown?.element === route.element) {
      this.page.params = params;
      this.#shown = route;
      return;
    }
    this.failure = false;
    const timer = setTimeout(() => this.#wait(match), SPINNER_AFTER_MS);
    try {
      await route.load();
      if (this.match === match) this.#place(match);
    } catch {
      // What the browser says of a module that it did not get helps nobody: the hub is away, or newer than this page.
      if (this.match === match) this.failure = true;
    } finally {
      clearTimeout(timer);
      if (this.match === match) this.waiting = false;
    }
  }

  #wait(match: RouteMatch): void {
    if (this.match !== match) return;
    this.page = undefined;
    this.waiting = true;
  }

  #place({ route, params }: RouteMatch): void {
    const page: PageElement = document.createElement(route.element);
    page.params = params;
    this.page = page;
    this.#shown = route;
    void this.updateComplete.then(() => this.dispatchEvent(new CustomEvent("vt-page-shown", { bubbles: true })));
  }
}

/** A module that failed once stays failed in this document, so it is loaded anew, once the hub answers. */
const retry = (): void =>
  void fetch("/healthz").then(
    () => location.reload(),
    () => {},
  );
