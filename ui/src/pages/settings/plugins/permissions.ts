import type { IconName } from "../../../controls/icons/icon-names.js";
import type { Plugin } from "../../../data/api.js";
import { i18n } from "../../../i18n/i18n.js";

type Asked = Plugin["permissions"][number];

/** Permissions of one kind: `mqtt.subscribe:a/#` and `mqtt.subscribe:b` are one line with two subjects. */
export interface PermissionGroup {
  readonly kind: string;
  readonly subjects: readonly string[];
  /** The latest use of any of them. */
  readonly usedAt: number | undefined;
}

/** Gathers what a plugin asked for by kind, in the order in which it asks. */
export function groupPermissions(asked: readonly Asked[]): readonly PermissionGroup[] {
  const groups = new Map<string, PermissionGroup>();
  for (const { permission, usedAt } of asked) {
    const colon = permission.indexOf(":");
    const kind = colon < 0 ? permission : permission.slice(0, colon);
    const known = groups.get(kind);
    const subjects = [...(known?.subjects ?? []), ...(colon < 0 ? [] : [permission.slice(colon + 1)])];
    const latest = Math.max(known?.usedAt ?? 0, usedAt ?? 0);
    groups.set(kind, { kind, subjects, usedAt: latest === 0 ? undefined : latest });
  }
  return [...groups.values()];
}

/** A permission in words. */
export interface PermissionWords {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
}

const MOST_SUBJECTS = 4;

/** A few subjects by name, the others as a number. */
function subjectList(subjects: readonly string[]): string {
  const list = subjects.slice(0, MOST_SUBJECTS).join(", ");
  const n = subjects.length - MOST_SUBJECTS;
  return n > 0 ? i18n.t("plugins.andMore", { list, n }) : list;
}

/** What a group lets a plugin do, in the reader's words. */
export function permissionWords({ kind, subjects }: PermissionGroup, { id, ui }: Plugin): PermissionWords {
  const list = subjectList(subjects);
  switch (kind) {
    case "http":
      return { icon: "server", title: i18n.t("may.http"), text: `/api/plugins/${id}` };
    case "ui":
      return {
        icon: "layout-panel-left",
        title: i18n.t("may.ui"),
        text: (ui?.panels ?? []).map(({ title }) => i18n.text(title)).join(", "),
      };
    case "net.lan":
      return { icon: "network", title: i18n.t("may.lan"), text: i18n.t("may.lanText") };
    case "net.internet":
      return { icon: "globe", title: i18n.t("may.internet"), text: i18n.t("may.internetText") };
    case "net.host":
      return { icon: "globe", title: i18n.t("may.host", { list }), text: i18n.t("may.hostText") };
    case "telemetry.read":
      return { icon: "chart-line", title: i18n.t("may.readings"), text: i18n.t("may.readingsText") };
    case "telemetry.write":
      return { icon: "database", title: i18n.t("may.write"), text: i18n.t("may.writeText") };
    case "people.act":
      return { icon: "user", title: i18n.t("may.people"), text: i18n.t("may.peopleText") };
    case "mqtt.subscribe":
      return { icon: "radio", title: i18n.t("may.subscribe"), text: list };
    case "mqtt.publish":
      return { icon: "arrow-right", title: i18n.t("may.publish"), text: list };
    case "events.publish":
      return { icon: "activity", title: i18n.t("may.events"), text: list };
    case "commands.call":
      return { icon: "toggle-right", title: i18n.t("may.commands"), text: list };
    case "secrets":
      return { icon: "key-round", title: i18n.t("may.secrets", { n: subjects.length }), text: list };
    default:
      return { icon: "puzzle", title: i18n.t("may.other", { permission: kind }), text: list };
  }
}

/** What a plugin did not ask for and therefore may not do, in the reader's words. */
export function refusals(groups: readonly PermissionGroup[]): readonly string[] {
  const has = (...kinds: readonly string[]): boolean => groups.some(({ kind }) => kinds.includes(kind));
  return [
    has("commands.call") ? "" : i18n.t("mayNot.commands"),
    has("telemetry.read") ? "" : i18n.t("mayNot.readings"),
    has("telemetry.write") ? "" : i18n.t("mayNot.write"),
    has("net.internet", "net.host") ? "" : i18n.t("mayNot.internet"),
    has("net.lan", "net.internet") ? "" : i18n.t("mayNot.lan"),
    has("people.act") ? "" : i18n.t("mayNot.people"),
    has("secrets") ? "" : i18n.t("mayNot.secrets"),
  ].filter(Boolean);
}
