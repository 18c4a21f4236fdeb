import type { Kpi } from "../../controls/kpi-strip.js";
import { i18n } from "../../i18n/i18n.js";
import type { SiteFigure } from "./site-figures.js";

/** A figure of the site in words: its name, its value, what is normal. */
export function figureWords(figure: SiteFigure): Kpi {
  const { kind, value, unit, track, state } = figure;
  const scaled =
    kind === "powerFactor" ? { value: i18n.format.number(value, 2), unit: "" } : i18n.format.scaled(value, unit);
  const common = { label: i18n.t(`figure.${kind}`), ...scaled, note: noteOf(figure), outside: state === "outside" };
  return track ? { ...common, track } : common;
}

function noteOf({ kind, limits, point, state }: SiteFigure): string {
  const { low = 0, high = 0 } = limits ?? {};
  const where = point?.phase ? `L${point.phase}` : (point?.name ?? "");
  switch (kind) {
    case "voltage": {
      const band = { from: i18n.format.number(low), to: i18n.format.number(high) };
      if (state === "normal") return i18n.t("figure.voltageNormal", band);
      return point ? i18n.t("figure.voltageOutsideAt", { ...band, where }) : i18n.t("figure.voltageOutside", band);
    }
    case "current":
      if (limits)
        return i18n.t(point ? "figure.currentOfAt" : "figure.currentOf", { limit: i18n.format.number(high), where });
      return where;
    case "powerFactor":
      return i18n.t("figure.powerFactorLeast", { least: i18n.format.number(low, 2) });
    case "frequency":
      return i18n.t("figure.frequencyBand", { from: i18n.format.number(low, 1), to: i18n.format.number(high, 1) });
    case "energy":
    case "exported":
      return i18n.t("figure.counter");
  }
}
