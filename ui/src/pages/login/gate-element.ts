import { consume } from "@lit/context";
import { sessionStoreContext, themeContext } from "../../controllers/contexts.js";
import { adoptInDocument } from "../../controls/document-sheet.js";
import { HubElement } from "../../controls/hub-element.js";
import type { SessionStore } from "../../shell/session-store.js";
import type { ThemeStore } from "../../theme/theme-store.js";
import { gateSheet } from "./gate.js";

/** A page before the session, in light DOM: password managers do not look into shadow roots. */
export class GateElement extends HubElement {
  @consume({ context: sessionStoreContext })
  protected store!: SessionStore;

  @consume({ context: themeContext })
  protected theme!: ThemeStore;

  #end: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    adoptInDocument(gateSheet);
    this.#end = this.theme.changes.on(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
