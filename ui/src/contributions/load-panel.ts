import { HubError } from "../data/hub-error.js";
import { i18n } from "../i18n/i18n.js";

const DEFINED_WITHIN_MS = 2_000;

/**
 * Loads the module of a plugin's interface and waits for its element.
 * @throws HubError E_PANEL_MISSING when the element is not there in time, E_PANEL_NAME when it is not the plugin's own
 */
export async function loadPanel({
  plugin,
  module,
  element,
}: {
  readonly plugin: string;
  readonly module: string;
  readonly element: string;
}): Promise<void> {
  if (!element.startsWith(`${plugin}-`))
    throw new HubError("E_PANEL_NAME", `An element of ${plugin} must be called ${plugin}-…, not ${element}.`);
  // An address that is only known at run time, of this origin; the policy allows no other.
  await import(/* @vite-ignore */ new URL(module, location.origin).href);
  const defined = await Promise.race([customElements.whenDefined(element), after(DEFINED_WITHIN_MS)]);
  if (defined === undefined && !customElements.get(element))
    throw new HubError("E_PANEL_MISSING", i18n.t("panel.missing", { element }), { retryable: true });
}

const after = (ms: number): Promise<undefined> => new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
