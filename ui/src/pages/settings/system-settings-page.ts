import { css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { CollectionController } from "../../controllers/collection-controller.js";
import { TaskController } from "../../controllers/task-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import { errorCard } from "../../controls/templates.js";
import type { Health, System } from "../../data/api.js";
import { connectionsCard, machineCard } from "./system/machine-cards.js";
import "./settings-frame.js";
import "./system/counter-table.js";
import "./system/health-tree.js";
import "./system/storage-card.js";

interface Answers {
  readonly system: System;
  readonly health: Health;
}

const REFRESH_MS = 5_000;

/** State of the hub: health in sentences, storage, machine, connections and counters. */
@customElement("vt-system-settings-page")
export class SystemSettingsPage extends HubElement {
  readonly #plugins = new CollectionController(this, () => this.client.plugins);
  readonly #devices = new CollectionController(this, () => this.client.devices);
  readonly #answers = new TaskController<Answers>(this);
  #timer: ReturnType<typeof setInterval> | undefined;

  static override styles = css`
    vt-health-tree, vt-storage-card, vt-counter-table { display: grid; min-width: 0; }
    .pairs small { color: var(--muted); font-weight: 500; }
    .pairs dd.warn { color: var(--warn); }
    .card > .pairs { margin-top: -6px; }
    .hint { margin-top: 12px; }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#load();
    this.#timer = setInterval(() => {
      if (!document.hidden && !this.#answers.loading) this.#load();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render(): TemplateResult {
    return html`<vt-settings-frame section="system">${this.#content()}</vt-settings-frame>`;
  }

  #content(): TemplateResult {
    const { value, error } = this.#answers;
    if (!value)
      return html`<section class="card">${error ? errorCard({ error, retry: () => this.#load() }) : html`<div class="skeleton"></div>`}</section>`;
    const { system, health } = value;
    const named = [...(this.#plugins.value ?? []), ...(this.#devices.value ?? [])];
    const names = new Map(named.map(({ id, name }) => [id, name]));
    return html`<div class="grid">
      <vt-health-tree class="c7" .health=${health} .names=${names}></vt-health-tree>
      <vt-storage-card class="c5" .store=${system.store}></vt-storage-card>
      <section class="card c7" aria-labelledby="h-machine"><header><h2 id="h-machine">${this.t("system.machine")}</h2></header>${machineCard(system, this.client.live.now())}</section>
      <section class="card c5" aria-labelledby="h-connections"><header><h2 id="h-connections">${this.t("system.connections")}</h2></header>${connectionsCard(system)}</section>
      <vt-counter-table class="c12" .counters=${system.counters} .names=${names}></vt-counter-table>
    </div>`;
  }

  #load(): void {
    void this.#answers.run(async (signal) => {
      const { http } = this.client;
      const [system, health] = await Promise.all([
        http.get<System>("/system", { signal }),
        http.get<Health>("/health", { signal }),
      ]);
      return { system, health };
    });
  }
}
