import { type Actor, type ActorServices, type PluginContext, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../../../clock.js";
import { alertsLater, importsInline, insightsLater, notificationsLater, peopleLater } from "../../context/later.js";
import type { RemoteHttp } from "./remote-http.js";
import { remoteNet } from "./remote-net.js";
import { remoteDevices, remotePoints, remoteSites, remoteSlots } from "./remote-objects.js";
import {
  remoteCounters,
  remoteFiles,
  remoteHealth,
  remoteKv,
  remoteLog,
  remoteScheduler,
  remoteSecrets,
  remoteTime,
} from "./remote-own.js";
import { type As, remoteCommands, remoteEvents, remoteMqtt, remoteTelemetry } from "./remote-planes.js";
import type { RemoteScope } from "./remote-scope.js";

/** What a remote context is made from. */
export interface RemoteContextOptions {
  readonly scope: RemoteScope;
  readonly clock: HubClock;
  readonly http: RemoteHttp;
  readonly config: unknown;
}

/** The context of a plugin in its worker: every service asks the hub, which checks everything again. */
export function createRemoteContext({ scope, clock, http, config }: RemoteContextOptions): PluginContext {
  return {
    id: scope.id,
    config: config as object,
    signal: scope.signal,
    log: remoteLog(scope),
    health: remoteHealth(scope),
    counters: remoteCounters(scope),
    clock: remoteTime(clock),
    scheduler: remoteScheduler(scope, clock),
    kv: remoteKv(scope),
    files: remoteFiles(scope),
    secrets: remoteSecrets(scope),
    defer: (cleanup) => {
      scope.live();
      scope.opened.push("deferred cleanup", cleanup);
    },
    events: remoteEvents(scope),
    mqtt: remoteMqtt(scope),
    net: remoteNet(scope),
    http: http.service(),
    imports: importsInline,
    notifications: notificationsLater,
    people: peopleLater,
    audit: {
      record: (what, resource, details) =>
        scope.call("audit.record", { what, resource, ...(details !== undefined && { details }) }),
    },
    ...remoteActorServices(scope, {}),
    as: (actor) => {
      scope.live();
      return actorServicesOf(scope, actor);
    },
  };
}

function remoteActorServices(scope: RemoteScope, as: As): ActorServices {
  return {
    telemetry: remoteTelemetry(scope, as),
    commands: remoteCommands(scope, as),
    devices: remoteDevices(scope, as),
    sites: remoteSites(scope, as),
    points: remotePoints(scope, as),
    slots: remoteSlots(scope, as),
    alerts: alertsLater,
    insights: insightsLater,
  };
}

/** @throws E_PERMISSION; the hub decides again when the services are used */
function actorServicesOf(scope: RemoteScope, actor: Actor): ActorServices {
  if (!scope.actors.has(actor)) {
    scope.permissions.require("people.act");
    if (actor.kind === "hub" || actor.kind === "plugin" || actor.kind === "device") {
      throw new VatioError(
        "E_PERMISSION",
        `The plugin ${scope.id} cannot act in the name of ${actor.kind} ${actor.id}.`,
      );
    }
  }
  const handle = scope.nextHandle();
  scope.cast("as", { handle, actor: { ...actor } });
  return remoteActorServices(scope, { as: handle });
}
