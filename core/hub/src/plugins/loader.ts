import { type AnyPlugin, API_VERSION, type Manifest, type VatioError } from "@vatio/plugin-api";
import coerce from "semver/functions/coerce.js";
import prerelease from "semver/functions/prerelease.js";
import satisfies from "semver/functions/satisfies.js";
import { isRecord } from "./json-schema.js";
import { explained, type OwnReasonKey } from "./own-reason.js";

/**
 * Whether a plugin may run with this version of plugin-api. A pre-release counts as the version that it leads to.
 * @throws E_PLUGIN_INCOMPATIBLE naming both versions
 */
export function checkCompatible({ id, version, hub }: Manifest, apiVersion: string = API_VERSION): void {
  const present = prerelease(apiVersion) === null ? apiVersion : (coerce(apiVersion)?.version ?? apiVersion);
  if (satisfies(present, hub)) return;
  const older = isOlder(hub, present) ? "plugin" : "hub";
  const message = `${id} ${version} needs version ${hub} of @vatio/plugin-api, but this hub has ${apiVersion}. Update the ${older}.`;
  const params = { needs: hub, has: apiVersion };
  throw explained("E_PLUGIN_INCOMPATIBLE", {
    ...{ key: `plugin.why.${older}-older`, params, message },
    details: { plugin: id, ...params },
  });
}

const isOlder = (hub: string, present: string): boolean => {
  const [wanted, has] = [coerce(hub), coerce(present)];
  return wanted !== null && has !== null && wanted.compare(has) < 0;
};

/**
 * What a module exports, as a plugin with the manifest that was read before.
 * @throws E_PLUGIN_INVALID
 */
export function checkPlugin(exported: unknown, manifest: Manifest): AnyPlugin {
  const fail = (key: OwnReasonKey, why: string): VatioError => {
    const message = `${manifest.id} is not a plugin: ${why}.`;
    return explained("E_PLUGIN_INVALID", { key, message, details: { plugin: manifest.id } });
  };
  const noDefault = "plugin.why.no-default";
  if (!isRecord(exported)) throw fail(noDefault, "its module must export what definePlugin returns as default");
  if (exported.$vatioPlugin !== 1) throw fail(noDefault, "its default export was not made by definePlugin");
  if (typeof exported.setup !== "function") throw fail("plugin.why.no-setup", "it has no setup()");
  const own = exported.manifest;
  if (!isRecord(own) || own.id !== manifest.id || own.version !== manifest.version) {
    throw fail(
      "plugin.why.other-manifest",
      "the manifest in its code is not the one in its manifest.json; build it again",
    );
  }
  return exported as unknown as AnyPlugin;
}

/** The error of a plugin whose module throws while it is imported: trying again changes nothing before its files change. */
export function loadFailed(plugin: string, cause: unknown): VatioError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `The code of ${plugin} cannot be loaded: ${why}`;
  return explained("E_PLUGIN_LOAD", { key: "plugin.why.load", params: { detail: why }, message, cause });
}
