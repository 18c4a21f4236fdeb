import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { usualTop } from "../../charts/bars/bar-axis.js";
import { barPath } from "../../charts/bars/bar-paths.js";
import type { BarWords } from "../../charts/bars/bars.js";
import { VatioElement } from "../../controls/vatio-element.js";
import type { Column } from "../../data/api.js";
import { movedWindow, type SlotRange, windowAround } from "./day-slots.js";
import "../../i18n/areas/usage.js";

const HEIGHT = 40;
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -12,
  PageDown: 12,
  Home: -200,
  End: 200,
};

/**
 * The whole day, small, with the window that is shown large above: drag it, or move it by keys.
 * @fires vt-window with the slots to show
 */
@customElement("vt-day-strip")
export class DayStrip extends VatioElement {
  @property({ attribute: false }) values: Column = [];
  @property({ attribute: false }) shown: SlotRange = { first: 0, end: 0 };
  @property({ attribute: false }) picked: SlotRange | undefined;
  @property({ attribute: false }) words: BarWords | undefined;
  @property() label = "";
  @state() private width = 0;
  @query(".strip") private readonly strip!: HTMLElement | null;
  #grab: number | undefined;
  readonly #watcher = new ResizeObserver(([entry]) => {
    if (entry) this.width = entry.contentRect.width;
  });

  static override styles = css`
    :host { display: block; margin: 8px 0 0; }
    .strip { position: relative; height: 40px; background: var(--surface-2); border-radius: 10px; touch-action: pan-y; cursor: grab; outline-offset: 3px; }
    .strip:focus-visible { border-radius: 10px; }
    svg { position: absolute; inset: 0; width: 100%; height: 100%; display: block; }
    @media (min-width: 721px) { :host { margin-left: 50px; } }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.strip) this.#watcher.observe(this.strip);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watcher.disconnect();
  }

  protected override firstUpdated(): void {
    if (this.strip) this.#watcher.observe(this.strip);
  }

  protected override render(): TemplateResult {
    const { shown, words, values } = this;
    const from = words?.tick(shown.first) ?? "";
    const to = words?.tick(Math.min(shown.end, values.length - 1)) ?? "";
    return html`<div class="strip" role="slider" tabindex="0" aria-label=${this.label} aria-valuemin="0" aria-valuemax=${Math.max(0, values.length - (shown.end - shown.first))} aria-valuenow=${shown.first} aria-valuetext=${this.t("unit.to", { from, to })}
      @pointerdown=${this.#down} @pointermove=${this.#moved} @pointerup=${this.#up} @pointercancel=${this.#up} @keydown=${this.#key}>${this.width > 0 ? this.#picture() : nothing}</div>`;
  }

  #picture(): TemplateResult {
    const { values, shown, picked, width } = this;
    const slot = width / Math.max(1, values.length);
    const top = usualTop(values.filter((value) => value !== null)) || 1;
    const bars = (wanted: (index: number) => boolean): string =>
      values
        .map((value, index) => {
          if (value === null || value <= 0 || !wanted(index)) return "";
          const height = Math.max(1.5, Math.min(1.12, value / top) * (HEIGHT - 12));
          return barPath({ x: slot * (index + 0.18), y: HEIGHT - 4 - height, width: slot * 0.64, height }, 1.5);
        })
        .join("");
    const isShown = (index: number): boolean => index >= shown.first && index < shown.end;
    return html`<svg viewBox="0 0 ${width} ${HEIGHT}" aria-hidden="true">
      <path d=${bars((index) => !isShown(index))} fill="var(--u2)" opacity="0.4"></path><path d=${bars(isShown)} fill="var(--u2)" opacity="0.85"></path>
      <rect x=${slot * shown.first} y="1" width=${slot * (shown.end - shown.first)} height=${HEIGHT - 2} rx="7" fill="var(--brand)" fill-opacity="0.12" stroke="var(--brand)" stroke-width="2"></rect>
      <rect x=${slot * (picked?.first ?? 0)} y=${HEIGHT - 5} width=${picked ? slot * (picked.end - picked.first) : 0} height="3" rx="1.5" fill="var(--brand)"></rect></svg>`;
  }

  #slotAt(event: PointerEvent): number {
    const { left, width } = this.strip?.getBoundingClientRect() ?? { left: 0, width: 1 };
    return ((event.clientX - left) / width) * this.values.length;
  }

  readonly #down = (event: PointerEvent): void => {
    const slot = this.#slotAt(event);
    const { first, end } = this.shown;
    const isInside = slot >= first && slot < end;
    this.#grab = isInside ? slot - first : (end - first) / 2;
    this.strip?.setPointerCapture(event.pointerId);
    if (!isInside) this.#tell(windowAround(slot, end - first, this.values.length));
  };

  readonly #moved = (event: PointerEvent): void => {
    if (this.#grab === undefined) return;
    const { first, end } = this.shown;
    this.#tell(windowAround(this.#slotAt(event) - this.#grab + (end - first) / 2, end - first, this.values.length));
  };

  readonly #up = (): void => {
    this.#grab = undefined;
  };

  readonly #key = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#tell(movedWindow(this.shown, step, this.values.length));
  };

  #tell(shown: SlotRange): void {
    this.dispatchEvent(new CustomEvent<SlotRange>("vt-window", { detail: shown }));
  }
}
