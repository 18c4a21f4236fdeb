import { confirm } from "../../../controls/confirm.js";
import { errorText } from "../../../controls/templates.js";
import { toast } from "../../../controls/toast.js";
import type { Plugin } from "../../../data/api.js";
import type { VatioClient } from "../../../data/client.js";
import { segment } from "../../../data/http.js";
import type { MessageKey } from "../../../i18n/catalogue.js";
import { i18n } from "../../../i18n/i18n.js";

export type PluginVerb = "restart" | "disable" | "enable";

const DONE = {
  restart: "plugins.restarted",
  disable: "plugins.disabled",
  enable: "plugins.enabled",
} as const satisfies Record<PluginVerb, MessageKey>;

/** Shows at once what the hub answered about a plugin. */
export const keepPlugin = (client: VatioClient, plugin: Plugin): void =>
  client.plugins.patch((plugins) => plugins.map((each) => (each.id === plugin.id ? plugin : each)));

/** Restarts, disables or enables a plugin and tells how it went; asks before it disables one. */
export async function act(
  host: EventTarget,
  verb: PluginVerb,
  { client, plugin }: { readonly client: VatioClient; readonly plugin: Plugin },
): Promise<void> {
  const { id, name } = plugin;
  if (verb === "disable" && !(await asked(name))) return;
  try {
    keepPlugin(client, await client.http.post<Plugin>(`/plugins/${segment(id)}/${verb}`));
    toast(host, i18n.t(DONE[verb], { name }), { kind: "good" });
  } catch (error) {
    toast(host, `${name}: ${errorText(error)}`, { kind: "bad" });
    void client.plugins.refresh();
  }
}

const asked = (name: string): Promise<boolean> =>
  confirm({
    title: i18n.t("plugins.disableAsk", { name }),
    text: i18n.t("plugins.disableText"),
    yes: i18n.t("plugins.disable"),
    danger: true,
  });
