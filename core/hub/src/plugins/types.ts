import type {
  Actor,
  AnyPlugin,
  Batch,
  ChannelId,
  FetchApp,
  Instant,
  Json,
  Manifest,
  MountOptions,
  PluginId,
  PluginSocket,
  PluginState,
  Range,
  Text,
} from "@vatio/plugin-api";
import type { BadPath } from "../bad-paths.js";

/** What an operator decides about plugins. */
export interface PluginHostConfig {
  /** Plugins that run in a worker whatever their manifest says. */
  readonly forceWorker: readonly string[];
  /** Memory that a worker may use, in MB. */
  readonly workerMemoryMb: number;
  /** Third-party plugins that the operator trusts with the hub's own process. */
  readonly allowInline?: readonly string[];
}

/** An address and who answers there. */
export interface MountedAt {
  readonly plugin: PluginId;
  readonly path: string;
  /** A WebSocket, not requests. */
  readonly socket: boolean;
}

/** A plugin that the app hands to the hub. `entry` is what a worker imports: a file URL. */
export interface PluginSource {
  readonly manifest: Manifest;
  /** Loads the plugin's code into this process. */
  load(): Promise<AnyPlugin>;
  /** Module whose default export is the plugin, for a worker. */
  readonly entry?: string;
  /** Whether it ships with the hub; others run in a worker by default. */
  readonly firstParty: boolean;
  /** Folder with the plugin's built interface module. */
  readonly uiRoot?: string;
  /** Package, or folder, as a person knows it. */
  readonly package?: string;
}

/** A crash of a plugin. */
export interface Crash {
  readonly at: Instant;
  readonly message: string;
  readonly stack?: string;
}

/** A plugin as the interface shows it. */
export interface PluginRecord {
  readonly id: PluginId;
  readonly manifest: Manifest;
  readonly state: PluginState;
  readonly reason?: Text;
  readonly since: Instant;
  readonly isolation: "inline" | "worker";
  readonly firstParty: boolean;
  readonly crashes: readonly Crash[];
  /** Memory of its worker in bytes. */
  readonly memoryBytes?: number;
  /** When each permission was last used. */
  readonly permissionsUsed: Readonly<Record<string, Instant>>;
  /** Settings without secrets. */
  readonly config: Json;
  /** Names of the secrets that are set. */
  readonly secretsSet: readonly string[];
  readonly inbox: { readonly messages: number; readonly bytes: number };
  /** It cannot be used: all that can be done is to mend or remove it. */
  readonly refused?: true;
}

/** HTTP that a plugin offers, inline or through its worker. */
export interface PluginMount {
  readonly app: FetchApp;
  readonly options: MountOptions;
}

/** A socket that a plugin offers. */
export interface PluginSocketMount {
  readonly accept: (socket: PluginSocket, request: Request, env: { readonly actor: Actor }) => void;
  readonly options: MountOptions;
}

/** Loads, runs, supervises and stops plugins. */
export interface PluginHost {
  /** Starts all plugins at once; settles when each runs or has failed. @throws E_PLUGIN_REQUIRED when the hub cannot do without one that failed */
  start(): Promise<void>;
  stop(): Promise<void>;
  list(): readonly PluginRecord[];
  get(id: PluginId): PluginRecord | undefined;
  /** What is wrong with settings, before anything is changed. @throws E_PLUGIN_UNKNOWN, E_PLUGIN_INVALID */
  problems(id: PluginId, config: Json): readonly BadPath[];
  /** @throws E_CONFIG_INVALID with every bad path in `details` */
  configure(actor: Actor, id: PluginId, config: Json, secrets: Readonly<Record<string, string | null>>): Promise<void>;
  enable(actor: Actor, id: PluginId): Promise<void>;
  disable(actor: Actor, id: PluginId): Promise<void>;
  /** Also leaves quarantine. */
  restart(actor: Actor, id: PluginId): Promise<void>;
  /** What answers at a path outside `/api/v1`: alias or `/api/plugins/<id>`. `rest` is the path below the mount. */
  mountAt(path: string): { readonly plugin: PluginId; readonly mount: PluginMount; readonly rest: string } | undefined;
  socketAt(path: string): { readonly plugin: PluginId; readonly mount: PluginSocketMount } | undefined;
}

/** The plugin host as the hub's composition root knows it. */
export interface HubPluginHost extends PluginHost {
  /** What the device itself remembers of a range; undefined when its driver does not run or offers nothing. */
  history(channel: ChannelId, range: Range, signal: AbortSignal): AsyncIterable<Batch> | undefined;
  /** Whether a driver runs and can read its devices' own memory. */
  offersHistory(driver: PluginId): boolean;
  /** Every address at which a plugin answers now. For tests and diagnostics. */
  mounts(): readonly MountedAt[];
  /** Settles when every worker has dealt with all that it was sent: for tests in virtual time. */
  settled(): Promise<void>;
}
