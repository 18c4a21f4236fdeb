import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { icon } from "../controls/icons/icon.js";
import type { IconName } from "../controls/icons/icon-names.js";
import type { ToastDetail } from "../controls/toast.js";
import { VatioElement } from "../controls/vatio-element.js";

interface ShownToast extends ToastDetail {
  readonly id: number;
}

const STAYS_MS = 6_000;
const ICONS: Readonly<Record<NonNullable<ToastDetail["kind"]>, IconName>> = {
  good: "circle-check",
  bad: "circle-alert",
  plain: "info",
};

/** Shows messages for a while; those with an action or an error stay longer. */
@customElement("vt-toasts")
export class Toasts extends VatioElement {
  @state() private shown: readonly ShownToast[] = [];
  #nextId = 1;

  static override styles = css`
    :host { position: fixed; z-index: 60; right: 24px; bottom: 24px; display: grid; gap: 10px; width: min(420px, calc(100vw - 28px)); pointer-events: none; }
    .toast { pointer-events: auto; display: flex; gap: 10px; align-items: center; padding: 10px 8px 10px 14px; min-height: 52px; border-radius: var(--r-m); background: var(--surface); border: 1px solid var(--line); box-shadow: var(--shadow-3); font-size: 14px; }
    .toast p { flex: 1; }
    .good > .i { color: var(--good); }
    .bad > .i { color: var(--bad); }
    @media (prefers-reduced-motion: no-preference) { .toast { animation: vt-in var(--t-dialog) ease-out; } @keyframes vt-in { from { opacity: 0; transform: translateY(8px); } } }
    @media (max-width: 720px) { :host { right: 14px; bottom: calc(84px + env(safe-area-inset-bottom)); } }
  `;

  protected override render(): TemplateResult {
    return html`<div role="status" aria-label=${this.t("toast.region")}>
      ${repeat(
        this.shown,
        ({ id }) => id,
        (entry) => this.#toast(entry),
      )}
    </div>`;
  }

  #toast({ id, message, kind = "plain", action }: ShownToast): TemplateResult {
    const close = (): void => this.#close(id);
    return html`<div class="toast ${kind}">${icon(ICONS[kind])}<p>${message}</p>
      ${
        action
          ? html`<button class="btn sm ghost" @click=${() => {
              close();
              action.run();
            }}>${action.label}</button>`
          : nothing
      }
      <button class="iconbtn s bare" aria-label=${this.t("action.close")} @click=${close}>${icon("x")}</button></div>`;
  }

  /** Shows a message; the same one does not stand there twice. */
  show(detail: ToastDetail): void {
    const id = this.#nextId++;
    this.shown = [...this.shown.filter(({ message }) => message !== detail.message).slice(-3), { ...detail, id }];
    const long = detail.kind === "bad" || detail.action !== undefined;
    setTimeout(() => this.#close(id), long ? STAYS_MS * 2 : STAYS_MS);
  }

  #close(id: number): void {
    this.shown = this.shown.filter((entry) => entry.id !== id);
  }
}
