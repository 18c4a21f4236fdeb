import {
  css,
  customElement,
  emptyCard,
  errorCard,
  html,
  type PanelHub,
  property,
  repeat,
  state,
  VatioElement,
} from "@vatio/ui";

/** A row of `GET /today`. */
interface Peak {
  readonly point: string;
  readonly name: string;
  readonly powerW: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

const MOST_OFTEN_MS = 5_000;

/** The page: today's highest power of every point, beside the present one. */
@customElement("peaks-today")
export class PeaksToday extends VatioElement {
  @property({ attribute: false }) hub: PanelHub | undefined;
  @state() private peaks: readonly Peak[] | undefined;
  @state() private error: unknown;
  #watched: readonly string[] = [];
  #askedAt = 0;
  #endWatch = (): void => undefined;

  static override styles = css`
    :host { display: block; }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endWatch();
    this.#watched = [];
  }

  protected override render(): unknown {
    const { hub } = this;
    if (!hub) return undefined;
    if (this.error !== undefined)
      return html`<div class="card">${errorCard({ error: this.error, retry: this.#load })}</div>`;
    if (!this.peaks) return html`<div class="skeleton"></div>`;
    if (this.peaks.length === 0) return html`<div class="card">${this.#empty(hub)}</div>`;
    return html`<div class="card scroll-x"><table class="tbl">
      <thead><tr>
        <th>${hub.text({ key: "peaks.point" })}</th>
        <th>${hub.text({ key: "peaks.now" })}</th>
        <th>${hub.text({ key: "peaks.peak" })}</th>
        <th>${hub.text({ key: "peaks.at" })}</th>
        <th></th>
      </tr></thead>
      <tbody>${repeat(
        this.peaks,
        ({ point }) => point,
        (peak) => this.#row(hub, peak),
      )}</tbody>
    </table></div>`;
  }

  #empty(hub: PanelHub): unknown {
    const words = { title: hub.text({ key: "peaks.none" }), text: hub.text({ key: "peaks.none-text" }) };
    return emptyCard({ icon: "trending-up", ...words });
  }

  #row(hub: PanelHub, { at, name, point, powerW }: Peak): unknown {
    const now = hub.last(point, "power_w");
    return html`<tr>
      <td>${name}</td>
      <td>${now ? hub.format.quantity(now.value, "W") : "–"}</td>
      <td><b>${hub.format.quantity(powerW, "W")}</b></td>
      <td>${hub.format.time(at)}</td>
      <td><button class="btn" @click=${() => this.#forget(hub, point)}>${hub.text({ key: "peaks.forget" })}</button></td>
    </tr>`;
  }

  readonly #load = async (): Promise<void> => {
    const { hub } = this;
    if (!hub) return;
    this.#askedAt = hub.now();
    try {
      this.peaks = (await ask(hub, "/today")) as readonly Peak[];
      this.error = undefined;
      this.#watch(
        hub,
        (await hub.points()).map(({ id }) => id),
      );
    } catch (error) {
      this.error = error;
    }
  };

  #watch(hub: PanelHub, points: readonly string[]): void {
    if (!this.isConnected || points.join() === this.#watched.join()) return;
    this.#endWatch();
    this.#watched = points;
    this.#endWatch = hub.watch(points, this.#changed);
  }

  /** The present power is drawn from what the page knows; only what may be a new peak is worth a request, and not many of them. */
  readonly #changed = (): void => {
    this.requestUpdate();
    const { hub } = this;
    if (!hub || hub.now() - this.#askedAt < MOST_OFTEN_MS) return;
    const known = new Map(this.peaks?.map(({ point, powerW }) => [point, powerW]));
    if (this.#watched.some((point) => (hub.last(point, "power_w")?.value ?? 0) > (known.get(point) ?? 0)))
      void this.#load();
  };

  async #forget(hub: PanelHub, point: string): Promise<void> {
    try {
      await ask(hub, `/today/${encodeURIComponent(point)}`, { method: "DELETE" });
      await this.#load();
    } catch (error) {
      this.error = error;
    }
  }
}

/** A request to the plugin. @throws what the plugin says of a refusal */
async function ask(hub: PanelHub, path: string, init?: RequestInit): Promise<unknown> {
  const answer = await hub.fetch(path, init);
  const body = (await answer.json()) as { readonly error?: { readonly message: string } };
  if (answer.ok) return body;
  throw new Error(body.error?.message ?? `The plugin answered ${answer.status}.`);
}
