// What the panels and cards of plugins import as `@vatio/ui`. It is a contract: add freely, never take away.

export { css, html, LitElement, nothing, svg } from "lit";
export { customElement, property, query, state } from "lit/decorators.js";
export { repeat } from "lit/directives/repeat.js";

import "./charts/chart.js";
import "./charts/spark.js";

export type { ChartLine, ChartModel, ColorToken } from "./charts/chart-model.js";
export type { PanelHub } from "./contributions/panel-hub.js";
export { cssVars } from "./controls/css-vars.js";
export { icon } from "./controls/icons/icon.js";
export type { IconName } from "./controls/icons/icon-names.js";
export { emptyCard, errorCard, figure } from "./controls/templates.js";
export { VatioElement } from "./controls/vatio-element.js";
export type { Device, Point, Reading, Series, Site } from "./data/api.js";
export { t } from "./i18n/i18n.js";
export type { UiFormat } from "./i18n/ui-format.js";

/** Version of this contract; a plugin names it as `ui.api` in its manifest. */
export const UI_API = 1;
