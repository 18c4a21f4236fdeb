import type { FlowItem } from "../../charts/flow.js";
import { i18n } from "../../i18n/i18n.js";
import type { Balance, Outlet, Source } from "./balance.js";

const MOST_LOADS = 4;
const USE_COLORS = ["--u1", "--u2", "--u3", "--u4"] as const;

const SOURCE_LOOKS: Readonly<Record<Source["kind"], Pick<FlowItem, "color" | "icon">>> = {
  generation: { color: "--solar", icon: "sun" },
  storage: { color: "--battery", icon: "battery-charging" },
  grid: { color: "--gridin", icon: "utility-pole" },
  supply: { color: "--untracked", icon: "utility-pole" },
};

const OUTLET_COLORS = { charging: "--battery", exported: "--export" } as const;

/** Its name: that of the point where no total is known. */
const streamOf = ({ kind, watts, point }: Source | Outlet): Pick<FlowItem, "key" | "watts" | "label"> => ({
  key: point?.id ?? kind,
  watts,
  label: point?.name ?? i18n.t(`flow.${kind}`),
});

/** The left side of the flow. */
export const flowSources = ({ sources }: Balance): FlowItem[] =>
  sources.map((source) => ({ ...streamOf(source), ...SOURCE_LOOKS[source.kind] }));

/** The right side: the largest loads, the others together, what nobody measures, and what is stored or leaves. */
export function flowSinks({ loads, untracked, outlets }: Balance): FlowItem[] {
  const running = loads.filter(({ watts }) => watts > 0);
  const named = running.slice(0, MOST_LOADS).map(
    ({ point, watts }, rank): FlowItem => ({
      key: point.id,
      label: point.name,
      watts,
      color: USE_COLORS[rank] ?? "--u4",
    }),
  );
  const others = running.slice(MOST_LOADS);
  const rest = others.reduce((sum, { watts }) => sum + watts, 0);
  return [
    ...named,
    ...when(rest, { key: "others", label: i18n.t("flow.others", { n: others.length }), color: "--untracked" }),
    ...when(untracked ?? 0, { key: "untracked", label: i18n.t("flow.untracked"), color: "--untracked", hatched: true }),
    ...outlets.map((outlet) => ({ ...streamOf(outlet), color: OUTLET_COLORS[outlet.kind] })),
  ];
}

const when = (watts: number, item: Omit<FlowItem, "watts">): FlowItem[] => (watts > 0 ? [{ ...item, watts }] : []);
