import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { icon } from "../../controls/icons/icon.js";
import { errorText } from "../../controls/templates.js";
import { HubError } from "../../data/hub-error.js";
import { i18n, t } from "../../i18n/i18n.js";

const SECOND_MS = 1_000;

/** What a form before the session could not do. A wait that the hub imposes counts down and then goes away. */
export class GateProblem implements ReactiveController {
  error: HubError | undefined;
  readonly #host: ReactiveControllerHost;
  #waitMs = 0;
  #leftMs = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }

  show(error: unknown): void {
    this.clear();
    this.error = HubError.from(error);
    this.#waitMs = waitOf(this.error);
    if (this.#waitMs > 0) this.#count();
  }

  clear(): void {
    clearInterval(this.#timer);
    this.#waitMs = 0;
    this.error = undefined;
    this.#host.requestUpdate();
  }

  /** The problem in words, with what a person can do about it. */
  view(action: TemplateResult | typeof nothing = nothing): TemplateResult | typeof nothing {
    if (!this.error) return nothing;
    const words = this.#waitMs > 0 ? this.#waitWords() : html`${errorText(this.error)}`;
    return html`<div class="hint bad" role="alert">${icon("circle-alert")}<div>${words}${action}</div></div>`;
  }

  /** A reader of the screen hears the wait once, not each second of it. */
  #waitWords(): TemplateResult {
    const words = (ms: number): string => t("gate.wait", { span: i18n.format.span(ms) });
    return html`<span class="sr">${words(this.#waitMs)}</span><span aria-hidden="true">${words(this.#leftMs)}</span>`;
  }

  #count(): void {
    const end = performance.now() + this.#waitMs;
    const step = (): void => {
      this.#leftMs = Math.ceil((end - performance.now()) / SECOND_MS) * SECOND_MS;
      if (this.#leftMs <= 0) this.clear();
      else this.#host.requestUpdate();
    };
    step();
    this.#timer = setInterval(step, SECOND_MS);
  }
}

function waitOf({ code, details }: HubError): number {
  const { retryAfterMs } = (details ?? {}) as { readonly retryAfterMs?: unknown };
  if (code !== "E_RATE_LIMITED" || typeof retryAfterMs !== "number") return 0;
  return Math.ceil(retryAfterMs / SECOND_MS) * SECOND_MS;
}
