import { type Actor, type ActorServices, type PluginContext, VatioError } from "@vatio/plugin-api";
import type { HistoryTable } from "../history-table.js";
import type { MountTable } from "../mount-table.js";
import type { PluginScope } from "../scope.js";
import { commandsService } from "./commands.js";
import { devicesService } from "./devices.js";
import { slotsService } from "./energy.js";
import { eventsService } from "./events.js";
import { httpService } from "./http.js";
import { importsService } from "./imports.js";
import { alertsLater, insightsLater, notificationsLater, peopleLater } from "./later.js";
import { mqttService } from "./mqtt.js";
import { netService } from "./net.js";
import { clockService, countersService, healthService, logService } from "./own.js";
import { pointsService, sitesService } from "./places.js";
import { schedulerService } from "./scheduler.js";
import { filesService, kvService, secretsService } from "./storage.js";
import { telemetryService } from "./telemetry.js";

/** What all plugins of a hub share: tables of what they offer. */
export interface SharedTables {
  readonly mounts: MountTable;
  readonly histories: HistoryTable;
}

/** The context of one run of a plugin: every service of the hub, limited to what the plugin may do, and revoked with its scope. */
export function createPluginContext(scope: PluginScope, config: unknown, shared: SharedTables): PluginContext {
  return {
    id: scope.id,
    config: config as object,
    signal: scope.signal,
    log: logService(scope),
    health: healthService(scope),
    counters: countersService(scope),
    clock: clockService(scope),
    scheduler: schedulerService(scope),
    kv: kvService(scope),
    files: filesService(scope),
    secrets: secretsService(scope),
    defer: (cleanup) => {
      scope.live();
      scope.opened.push("deferred cleanup", () => scope.enter(cleanup, "cleanup"));
    },
    events: eventsService(scope),
    mqtt: mqttService(scope),
    net: netService(scope),
    http: httpService(scope, shared.mounts),
    imports: importsService(scope),
    notifications: notificationsLater,
    people: peopleLater,
    audit: {
      record: async (what, resource, details) =>
        scope.serve(() => recordAudit(scope, pluginActor(scope), what, { resource, details })),
    },
    ...actorServices(scope, shared),
    as: (actor) => {
      scope.live();
      requireActor(scope, actor);
      return actorServices(scope, shared, { ...actor, via: scope.id });
    },
  };
}

const pluginActor = (scope: PluginScope): Actor => ({ kind: "plugin", id: scope.id });

/** The services that can be limited to what an actor may see and do. */
function actorServices(scope: PluginScope, shared: SharedTables, actor?: Actor): ActorServices {
  return {
    telemetry: telemetryService(scope, actor),
    commands: commandsService(scope, actor ?? pluginActor(scope)),
    devices: devicesService(scope, shared.histories, actor),
    sites: sitesService(scope, actor),
    points: pointsService(scope, actor),
    slots: slotsService(scope, actor),
    alerts: alertsLater,
    insights: insightsLater,
  };
}

/** In whose name a plugin may act without being called by them: never as the hub, a device or another plugin. */
const NAMEABLE: ReadonlySet<string> = new Set(["user", "token", "rule", "anonymous"]);

/** @throws E_PERMISSION unless the hub handed the actor to the plugin in something that still goes on, or the plugin may name people */
function requireActor(scope: PluginScope, actor: Actor): void {
  if (scope.actors.has(actor)) return;
  scope.permissions.require("people.act");
  if (!NAMEABLE.has(actor.kind)) {
    const message = `The plugin ${scope.id} cannot act in the name of ${actor.kind} ${actor.id}.`;
    throw new VatioError("E_PERMISSION", message, { details: { kind: actor.kind } });
  }
  const resource = `${actor.kind}:${actor.id}`;
  recordAudit(scope, pluginActor(scope), "act-as", { resource }).catch((error: unknown) =>
    scope.log.error("The audit log could not be written", { error: VatioError.from(error).message }),
  );
}

function recordAudit(
  scope: PluginScope,
  actor: Actor,
  what: string,
  { resource, details }: { resource: string; details?: unknown },
): Promise<void> {
  const entry = { actor, what: `${scope.id}.${what}`, resource, outcome: "ok" as const };
  return scope.services.audit.record(details === undefined ? entry : { ...entry, details });
}
