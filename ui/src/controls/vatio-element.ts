import { type CSSResultGroup, type CSSResultOrNative, LitElement } from "lit";
import { i18n } from "../i18n/i18n.js";
import type { UiFormat } from "../i18n/ui-format.js";
import { controlSheet } from "./styles/sheets.js";

/** An element could not be drawn. */
export interface ElementErrorDetail {
  readonly element: string;
  readonly error: unknown;
}

/**
 * Base of every element: brings the shared sheet, follows language and region, and turns a throwing `render` into
 * the event `vt-element-error`, so that a boundary shows a card instead of a blank.
 *
 * @fires vt-element-error
 */
export class VatioElement extends LitElement {
  #endWords: (() => void) | undefined;

  protected static override finalizeStyles(styles?: CSSResultGroup): CSSResultOrNative[] {
    // biome-ignore lint/complexity/noThisInStatic: there is no other way to the method of the base class.
    return [controlSheet, ...super.finalizeStyles(styles)];
  }

  /** Words of the interface. */
  protected readonly t = i18n.t.bind(i18n);

  /** Numbers, units and times as the reader wants them. */
  protected get format(): UiFormat {
    return i18n.format;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#endWords = i18n.subscribe(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endWords?.();
  }

  protected override performUpdate(): void {
    try {
      super.performUpdate();
    } catch (error) {
      const detail: ElementErrorDetail = { element: this.localName, error };
      this.dispatchEvent(new CustomEvent("vt-element-error", { detail, bubbles: true, composed: true }));
    }
  }
}
