import { type PluginId, VatioError } from "@vatio/plugin-api";
import type { MountedAt, PluginMount, PluginSocketMount } from "./types.js";

const OWN_PREFIX = "/api/plugins/";

/** Where a path leads. */
export interface Located {
  readonly plugin: PluginId;
  /** `/api/plugins/<id>` or an alias. */
  readonly prefix: string;
  /** Path below the prefix; begins with `/`. */
  readonly rest: string;
}

/** What plugins answer at which paths. Entries come and go while the server runs. */
export class MountTable {
  readonly #aliases = new Map<string, PluginId>();
  readonly #apps = new Map<PluginId, PluginMount>();
  readonly #sockets = new Map<string, PluginSocketMount>();

  /** @throws E_HTTP_CONFLICT when another plugin has an alias at, above or below one of these; then none is added */
  reserve(plugin: PluginId, aliases: readonly string[]): void {
    for (const alias of aliases) {
      for (const [known, owner] of this.#aliases) {
        if (owner !== plugin && (isBelow(alias, known) || isBelow(known, alias))) throw conflict(plugin, alias, owner);
      }
    }
    for (const alias of aliases) this.#aliases.set(alias, plugin);
  }

  /** @throws E_HTTP_CONFLICT when the plugin mounted an app already */
  mount(plugin: PluginId, mount: PluginMount): Disposable {
    if (this.#apps.has(plugin)) throw conflict(plugin, `${OWN_PREFIX}${plugin}`, plugin);
    this.#apps.set(plugin, mount);
    return { [Symbol.dispose]: () => void (this.#apps.get(plugin) === mount && this.#apps.delete(plugin)) };
  }

  /** @throws E_HTTP_CONFLICT when the plugin accepts sockets at this path already */
  mountSocket(plugin: PluginId, path: string, mount: PluginSocketMount): Disposable {
    const key = `${plugin}${path}`;
    if (this.#sockets.has(key)) throw conflict(plugin, path, plugin);
    this.#sockets.set(key, mount);
    return { [Symbol.dispose]: () => void (this.#sockets.get(key) === mount && this.#sockets.delete(key)) };
  }

  /** Which plugin a path belongs to, whether or not it answers at the moment. */
  locate(path: string): Located | undefined {
    if (path.startsWith(OWN_PREFIX)) {
      const id = path.slice(OWN_PREFIX.length).split("/")[0] ?? "";
      const prefix = OWN_PREFIX + id;
      return id === "" ? undefined : { plugin: id as PluginId, prefix, rest: path.slice(prefix.length) || "/" };
    }
    for (const [prefix, plugin] of this.#aliases) {
      if (isBelow(path, prefix)) return { plugin, prefix, rest: path.slice(prefix.length) || "/" };
    }
    return undefined;
  }

  /** Every address at which a plugin answers now: its own prefix, its aliases and its sockets. */
  list(): readonly MountedAt[] {
    const apps = [...this.#apps.keys()].map((plugin) => ({ plugin, path: OWN_PREFIX + plugin, socket: false }));
    const aliases = [...this.#aliases].filter(([, plugin]) => this.#apps.has(plugin));
    const sockets = [...this.#sockets.keys()].map((key) => ({ ...ownerOf(key), socket: true }));
    return [...apps, ...aliases.map(([path, plugin]) => ({ plugin, path, socket: false })), ...sockets];
  }

  app(plugin: PluginId): PluginMount | undefined {
    return this.#apps.get(plugin);
  }

  socket(plugin: PluginId, path: string): PluginSocketMount | undefined {
    return this.#sockets.get(`${plugin}${path}`);
  }
}

/** Plugin and address of a socket by its key; ids of plugins hold no slash. */
function ownerOf(key: string): Pick<MountedAt, "plugin" | "path"> {
  const plugin = key.slice(0, key.indexOf("/")) as PluginId;
  return { plugin, path: OWN_PREFIX + key };
}

const isBelow = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);

function conflict(plugin: PluginId, path: string, owner: PluginId): VatioError {
  const message = `The plugin ${plugin} cannot answer at ${path}: ${owner === plugin ? "it" : owner} does so already.`;
  return new VatioError("E_HTTP_CONFLICT", message, { details: { plugin, path, owner } });
}
