import type { PluginId, VatioError } from "@vatio/plugin-api";

/** Who publishes, subscribes and handles: the hub, or a plugin within its containment. */
export interface Party {
  readonly id: PluginId | "hub";
  /** Runs a handler of the party, so that what escapes from it is attributed to it. */
  enter<T>(call: () => T): T;
  /** A handler threw or rejected. `where` names it: `event device.added`. */
  failed(error: unknown, where: string): void;
  /** The party is too slow: events were dropped. */
  lagged(pattern: string, dropped: number): void;
  /** The party must not miss an event and is about to. */
  overflowed(error: VatioError): void;
}
