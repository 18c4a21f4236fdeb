/** The built interface module of a plugin, as the hub would serve it: one panel that works and one that does not. */
export const PANEL_MODULE = `
import { VatioElement, css, html, icon, UI_API } from "@vatio/ui";

class ForecastPanel extends VatioElement {
  static properties = { hub: { attribute: false }, config: { attribute: false }, points: { state: true } };
  static styles = css\`.grid { margin-top: 0; }\`;
  async firstUpdated() {
    this.points = await this.hub.points();
    this.end = this.hub.watch(this.points.map(({ id }) => id), () => this.requestUpdate());
  }
  render() {
    const rows = (this.points ?? []).slice(0, 4);
    return html\`<div class="card"><header><h2>API \${UI_API}, \${this.hub.plugin}</h2></header>
      \${rows.map((point) => html\`<div class="row"><span class="ico on">\${icon("sun")}</span><div class="t"><b>\${point.name}</b></div><div class="x">\${this.hub.format.quantity(this.hub.last(point.id, "power_w")?.value ?? 0, "W")}</div></div>\`)}
    </div>\`;
  }
}
customElements.define("forecast-panel", ForecastPanel);

class ForecastBroken extends VatioElement {
  render() {
    throw new Error("The forecast lost its way");
  }
}
customElements.define("forecast-broken", ForecastBroken);
`;
