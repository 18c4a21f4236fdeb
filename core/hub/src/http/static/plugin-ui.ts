import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { PluginId } from "@vatio/plugin-api";
import type { AppContext } from "../app-env.js";
import type { HttpServices } from "../services.js";
import { StaticFolder } from "./static-folder.js";

interface KnownModule {
  readonly modifiedAt: number;
  readonly hash: string;
}

/** Interface modules of plugins, below `/plugins/<id>/`. */
export class PluginUi {
  readonly #hub: Pick<HttpServices, "plugins" | "pluginUiRoot">;
  readonly #modules = new Map<string, KnownModule>();

  constructor(hub: Pick<HttpServices, "plugins" | "pluginUiRoot">) {
    this.#hub = hub;
  }

  /** Address of a plugin's module; its version changes with the content, so that browsers may keep it. */
  moduleAddress(id: string): string | undefined {
    const plugin = id as PluginId;
    const module = this.#hub.plugins.get(plugin)?.manifest.ui?.module;
    const root = this.#hub.pluginUiRoot(plugin);
    if (module === undefined || root === undefined) return undefined;
    const name = path.posix.basename(module);
    const hash = this.#hashOf(path.join(root, name));
    return hash === undefined ? undefined : `/plugins/${encodeURIComponent(id)}/${encodeURIComponent(name)}?v=${hash}`;
  }

  /** Undefined when there is no such plugin or file. */
  async respond(c: AppContext, id: string, relative: string): Promise<Response | undefined> {
    const root = this.#hub.pluginUiRoot(id as PluginId);
    if (root === undefined) return undefined;
    return new StaticFolder(root).respond(
      relative,
      c.req.raw.headers,
      c.req.query("v") === undefined ? "revalidate" : "immutable",
    );
  }

  #hashOf(file: string): string | undefined {
    const modifiedAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (modifiedAt === undefined) return undefined;
    const known = this.#modules.get(file);
    if (known?.modifiedAt === modifiedAt) return known.hash;
    const hash = createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 12);
    this.#modules.set(file, { modifiedAt, hash });
    return hash;
  }
}
