import type {
  Clock,
  Counters,
  HealthReporter,
  KeyValue,
  Log,
  LogLevel,
  PrivateFiles,
  Scheduler,
  Secrets,
} from "@vatio/plugin-api";
import type { HubClock } from "../../../clock.js";
import { HubScheduler } from "../../../scheduler.js";
import { boundScheduler } from "../../context/scheduler.js";
import { buffersOf, toBytes } from "../packing.js";
import { plainFields } from "./plain-fields.js";
import { inCallOf, type RemoteScope } from "./remote-scope.js";

/** The plugin's log. */
export function remoteLog(scope: RemoteScope): Log {
  const at = (level: LogLevel) => (message: string, fields?: object) => {
    if (scope.revoked) return;
    const line = { level, message: String(message).slice(0, 10_000) };
    scope.cast("log", fields === undefined ? line : { ...line, fields: plainFields(fields) });
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** What the plugin says about its health. */
export function remoteHealth(scope: RemoteScope): HealthReporter {
  return { ok: () => scope.cast("health", {}), degraded: (why) => scope.cast("health", { why }) };
}

/** The plugin's counters. */
export function remoteCounters(scope: RemoteScope): Counters {
  return { add: (name, reason, by) => scope.cast("count", by === undefined ? { name, reason } : { name, reason, by }) };
}

/** The hub's time. */
export const remoteTime = (clock: HubClock): Clock => ({ now: () => clock.now() });

/** Timers of the plugin. */
export function remoteScheduler(scope: RemoteScope, clock: HubClock): Scheduler {
  const scheduler = new HubScheduler(clock, (error) => scope.fault("job", error));
  scope.opened.push("scheduler", () => scheduler[Symbol.dispose]());
  return boundScheduler(scheduler, {
    live: () => scope.live(),
    signal: scope.signal,
    run: (job, signal) => inCallOf({ id: undefined, hops: undefined }, () => job(signal)),
    hold: () => scope.opened.hold("job"),
  });
}

/** The plugin's documents. */
export function remoteKv(scope: RemoteScope): KeyValue {
  const kv = {
    get: (key: string) => scope.call("kv.get", { key }),
    set: (key: string, value: unknown) => scope.call("kv.set", { key, value }),
    compareAndSet: (key: string, version: number, value: unknown) =>
      scope.call("kv.compareAndSet", { key, version, value }),
    delete: (key: string) => scope.call("kv.delete", { key }),
    list: (prefix: string) => scope.call("kv.list", { prefix }),
  };
  return kv as KeyValue;
}

/** The plugin's private folder. */
export function remoteFiles(scope: RemoteScope): PrivateFiles {
  return {
    read: async (path) => (await scope.call("files.read", { path })) as Uint8Array | undefined,
    write: async (path, data) => {
      const own = toBytes(data);
      await scope.call("files.write", { path, data: own }, { transfer: buffersOf([own]) });
    },
    delete: (path) => scope.call("files.delete", { path }),
    list: (folder) => scope.call("files.list", folder === undefined ? {} : { folder }),
  };
}

/** The secrets that a person entered for the plugin. */
export const remoteSecrets = (scope: RemoteScope): Secrets => ({ get: (name) => scope.call("secrets.get", { name }) });
