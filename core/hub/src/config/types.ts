import type { LogLevel } from "@vatio/plugin-api";

/** TLS files of a listener or a client, as paths. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** An external broker to which the hub connects as a client. */
export interface ExternalBrokerConfig {
  /** `mqtt://host:1883` or `mqtts://host:8883`. */
  readonly url: string;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: TlsFiles & { readonly serverName?: string };
}

/** The embedded broker. */
export interface EmbeddedBrokerConfig {
  readonly port: number;
  /** Listens with TLS as well when certificate and key are given. */
  readonly tls?: { readonly port: number; readonly cert: string; readonly key: string; readonly ca?: string };
}

/** What the hub needs to boot: `vatio.yaml` and environment variables. What a person changes in the interface is a setting, not this. */
export interface BootConfig {
  /** Folder of all data. `:memory:` keeps nothing. */
  readonly data: string;
  /** Address to bind: `0.0.0.0`, or `127.0.0.1` to be reachable from this machine only. */
  readonly bind: string;
  readonly http: {
    readonly port: number;
    readonly tls?: { readonly cert: string; readonly key: string };
    readonly trustedProxies: readonly string[];
    readonly publicUrl?: string;
  };
  readonly mqtt: { readonly embedded?: EmbeddedBrokerConfig; readonly external?: ExternalBrokerConfig };
  readonly log: { readonly level: LogLevel; readonly retentionDays: number; readonly console: boolean };
  readonly store: {
    /** Milliseconds between group commits: 250, or 1000 on an SD card. */
    readonly commitMs: number;
    /** Limit of DuckDB's memory for telemetry, in MB. */
    readonly memoryMb: number;
    /** No acknowledgement below this much free disk space, in MB. */
    readonly minFreeMb: number;
  };
  readonly plugins: {
    /** Plugins that run in a worker whatever their manifest says. */
    readonly forceWorker: readonly string[];
    /** Installed plugins that the operator trusts with the hub's own thread. */
    readonly allowInline: readonly string[];
    /** Memory that a worker may use, in MB. */
    readonly workerMemoryMb: number;
  };
}
