import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { VatioElement } from "../../../controls/vatio-element.js";
import type { LogLine } from "../../../data/api.js";

const DAY_MS = 86_400_000;

/** Lines of the log, newest first; those of an earlier day carry their date. */
@customElement("vt-log-lines")
export class LogLines extends VatioElement {
  @property({ attribute: false }) lines: readonly LogLine[] = [];
  /** Shows which part wrote a line. */
  @property({ type: Boolean, reflect: true }) sources = false;
  /** The hub's clock. */
  @property({ attribute: false }) now = Date.now();

  static override styles = css`
    :host { display: flex; flex: 1; min-width: 0; }
    ol { margin: 0; background: var(--surface-2); border-radius: var(--r-m); padding: 10px 14px; list-style: none; font-family: var(--mono); font-size: 12.5px; line-height: 1.5; flex: 1; min-width: 0; display: grid; grid-template-columns: max-content max-content minmax(0, 1fr); gap: 0 12px; align-content: start; max-height: var(--log-height, 420px); overflow: auto; overscroll-behavior: contain; }
    :host([sources]) ol { grid-template-columns: max-content max-content fit-content(150px) minmax(0, 1fr); }
    li { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; padding: 4px 0; }
    time, .source { color: var(--muted); }
    .source { overflow-wrap: anywhere; }
    i { font-style: normal; color: var(--muted); }
    .info i { color: var(--info); }
    .warn i { color: var(--warn); font-weight: 700; }
    .error i { color: var(--bad); font-weight: 700; }
    .say { color: var(--ink); overflow-wrap: anywhere; white-space: pre-wrap; min-width: 0; }
    .debug .say { color: var(--muted); }
    .fields { color: var(--muted); }
    @media (max-width: 720px) {
      ol { padding: 8px 12px; font-size: 12px; max-height: var(--log-height, 60vh); }
      ol { display: block; }
      li { display: flex; flex-wrap: wrap; gap: 0 10px; padding: 6px 0; border-top: 1px solid var(--line); }
      li:first-child { border-top: 0; }
      .say { flex: 1 0 100%; }
    }
  `;

  protected override render(): TemplateResult {
    return html`<ol tabindex="0" role="list" aria-label=${this.t("log.lines")}>${this.lines.map((line) => this.#line(line))}</ol>`;
  }

  #line({ at, level, source, message, fields }: LogLine): TemplateResult {
    const when = this.now - at > DAY_MS / 2 ? this.format.dateTime(at, true) : this.format.time(at, true);
    return html`<li class=${level}><time datetime=${new Date(at).toISOString()}>${when}</time><i>${level}</i>${this.sources ? html`<span class="source">${source}</span>` : nothing}<span class="say">${message}${hasMore(fields) ? html` <span class="fields">${JSON.stringify(fields)}</span>` : nothing}</span></li>`;
  }
}

const hasMore = (fields: unknown): boolean =>
  typeof fields === "object" && fields !== null && Object.keys(fields).length > 0;
