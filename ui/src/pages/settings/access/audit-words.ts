import type { components } from "../../../data/api-types.js";
import type { PlainKey } from "../../../i18n/catalogue.js";
import { i18n } from "../../../i18n/i18n.js";

/** A line of the audit log. */
export type AuditEntry = components["schemas"]["Audit"];

const DID: Readonly<Record<string, PlainKey>> = {
  "switch.set": "did.switchSet",
  "session.begin": "did.login",
  "session.begin-by-link": "did.loginLink",
  "session.end": "did.logout",
  "hub.set-up": "did.setup",
  "password.change": "did.password",
  "password.reset": "did.passwordReset",
  "me.update": "did.meUpdate",
  "site.update": "did.siteUpdate",
  "point.update": "did.pointUpdate",
  "device.accept": "did.deviceAccept",
  "device.reject": "did.deviceReject",
  "device.block": "did.deviceBlock",
  "device.rename": "did.deviceRename",
  "device.remove": "did.deviceRemove",
  "plugin.enable": "did.pluginEnable",
  "plugin.disable": "did.pluginDisable",
  "plugin.restart": "did.pluginRestart",
  "plugin.configure": "did.pluginConfigure",
  "plugin.inbox.drop": "did.inboxDrop",
  "token.create": "did.tokenCreate",
  "token.revoke": "did.tokenRevoke",
  "mqtt.credential.create": "did.credentialCreate",
  "mqtt.credential.password": "did.credentialPassword",
  "mqtt.credential.revoke": "did.credentialRevoke",
  "settings.set": "did.settingsSet",
};

/** What was done; its code when nobody translated it. */
export function whatWords(what: string): string {
  const key = DID[what];
  return key ? i18n.t(key) : what;
}

/** Names of what ids stand for. */
export type Names = ReadonlyMap<string, string>;

/** Who did it. @param me id of the reader */
export function actorWords({ kind, id, via }: AuditEntry["actor"], names: Names, me: string | undefined): string {
  const actor = actorName(kind, names.get(id) ?? id, id === me);
  return via === undefined ? actor : i18n.t("actor.via", { actor, via: names.get(via) ?? via });
}

function actorName(kind: string, name: string, isReader: boolean): string {
  if (isReader) return i18n.t("audit.you");
  switch (kind) {
    case "user":
      return i18n.t("actor.user");
    case "token":
      return i18n.t("actor.token", { name });
    case "plugin":
      return i18n.t("actor.plugin", { name });
    case "rule":
      return i18n.t("actor.rule", { name });
    case "device":
      return i18n.t("actor.device", { name });
    case "anonymous":
      return i18n.t("actor.anonymous");
    default:
      return i18n.t("actor.hub");
  }
}

/** What it was about: `device:shelly:a8032412c3d4` by its name. */
export function resourceWords(resource: string, names: Names): string {
  const known = names.get(resource) ?? names.get(resource.slice(resource.indexOf(":") + 1));
  if (known !== undefined) return known;
  if (resource === "me") return i18n.t("settings.account");
  return resource === "hub" ? i18n.t("node.hub") : resource;
}
