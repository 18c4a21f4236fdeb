import type { FetchApp, HttpEnv, Instant, Manifest, MountOptions, PluginId, PluginSocket } from "@vatio/plugin-api";
import { Type, text, VatioError } from "@vatio/plugin-api";
import type { PluginHost, PluginRecord } from "../../../src/plugins/types.js";

type Accept = (socket: PluginSocket, request: Request, env: HttpEnv) => void;

/** A plugin host whose plugins are what the test says. */
export interface MemoryPlugins extends PluginHost {
  add(manifest: Partial<Manifest> & { id: string }): void;
  mount(plugin: string, app: FetchApp, options?: MountOptions & { alias?: string }): void;
  unmount(plugin: string): void;
  socket(plugin: string, path: string, accept: Accept, options?: MountOptions): void;
  /** What was called: `disable shelly`. */
  readonly calls: string[];
}

export function memoryPlugins(): MemoryPlugins {
  const records = new Map<string, PluginRecord>();
  const mounts = new Map<string, { plugin: PluginId; app: FetchApp; options: MountOptions }>();
  const sockets = new Map<string, { plugin: PluginId; accept: Accept; options: MountOptions }>();
  const calls: string[] = [];
  const change = (verb: string, state: PluginRecord["state"]) => async (_actor: unknown, id: PluginId) => {
    calls.push(`${verb} ${id}`);
    const record = records.get(id);
    if (record) records.set(id, { ...record, state });
  };
  return {
    calls,
    start: async () => undefined,
    stop: async () => undefined,
    list: () => [...records.values()],
    get: (id) => records.get(id),
    problems: (_id, config) => (isNumbered(config) ? [{ path: "/host", problem: "must be text" }] : []),
    async configure(_actor, id, config) {
      if (isNumbered(config))
        throw new VatioError("E_CONFIG_INVALID", "host must be text.", { details: { paths: ["/host"] } });
      calls.push(`configure ${id}`);
    },
    enable: change("enable", "running"),
    disable: change("disable", "disabled"),
    restart: change("restart", "running"),
    mountAt(path) {
      const prefix = [...mounts.keys()].find((entry) => path === entry || path.startsWith(`${entry}/`));
      const found = prefix === undefined ? undefined : mounts.get(prefix);
      return found && prefix !== undefined
        ? { plugin: found.plugin, mount: found, rest: path.slice(prefix.length) }
        : undefined;
    },
    socketAt(path) {
      const found = sockets.get(path);
      return found && { plugin: found.plugin, mount: found };
    },
    add(manifest) {
      records.set(manifest.id, record(manifest));
    },
    mount(plugin, app, { alias, ...options } = {}) {
      mounts.set(alias ?? `/api/plugins/${plugin}`, { plugin: plugin as PluginId, app, options });
    },
    unmount(plugin) {
      for (const [path, entry] of mounts) if (entry.plugin === plugin) mounts.delete(path);
    },
    socket(plugin, path, accept, options = {}) {
      sockets.set(path, { plugin: plugin as PluginId, accept, options });
    },
  };
}

const isNumbered = (config: unknown): boolean => typeof (config as { host?: unknown }).host === "number";

function record(manifest: Partial<Manifest> & { id: string }): PluginRecord {
  return {
    id: manifest.id as PluginId,
    manifest: {
      name: manifest.id,
      version: "1.0.0",
      hub: "^0.1",
      config: Type.Object({}),
      configVersion: 1,
      permissions: ["http", "telemetry.write"],
      ...manifest,
    },
    state: "running",
    reason: text("health.ok"),
    since: 1 as Instant,
    isolation: "inline",
    firstParty: true,
    crashes: [{ at: 2 as Instant, message: "boom", stack: "at x" }],
    permissionsUsed: { http: 3 as Instant },
    config: { secret: "no", host: "10.0.0.1" },
    secretsSet: ["password"],
    inbox: { messages: 0, bytes: 0 },
  };
}
