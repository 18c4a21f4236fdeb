import type { MessageCatalogue, MetricRegistry } from "@vatio/model";
import type { KeyValue, PluginId, PrivateFiles } from "@vatio/plugin-api";
import type { Authorizer } from "../auth/types.js";
import type { AuditRecorder, HubCommands } from "../bus/command-bus.js";
import type { HubEvents } from "../bus/event-bus.js";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import type { EnergyService } from "../energy/index.js";
import type { HealthTree } from "../health.js";
import type { FormatTable } from "../imports/format-table.js";
import type { HubLog } from "../log/types.js";
import type { MqttDelivery, MqttTransport } from "../mqtt/types.js";
import type { Random } from "../random.js";
import type { DeviceRegistry, PointRegistry, SiteRegistry } from "../registry/types.js";
import type { SecretStore } from "../settings/types.js";
import type { TelemetryStore } from "../store/types.js";
import type { Lan } from "./net/lan.js";
import type { PluginStates } from "./plugin-states.js";

/** Everything of the hub that reaches plugins, through their scoped contexts. */
export interface HubServices {
  readonly clock: HubClock;
  readonly random: Random;
  readonly log: HubLog;
  readonly counters: CounterTable;
  readonly health: HealthTree;
  readonly metrics: MetricRegistry;
  readonly messages: MessageCatalogue;
  readonly telemetry: TelemetryStore;
  readonly energy: Pick<EnergyService, "slots" | "daily">;
  readonly events: HubEvents;
  readonly commands: HubCommands;
  readonly mqtt: { readonly delivery: MqttDelivery; readonly transport: Pick<MqttTransport, "publish"> };
  readonly devices: DeviceRegistry;
  readonly points: PointRegistry;
  readonly sites: SiteRegistry;
  readonly secrets: SecretStore;
  /** The documents of one plugin. */
  readonly documents: (plugin: PluginId) => KeyValue;
  /** The private folder of one plugin. */
  readonly files: (plugin: PluginId) => PrivateFiles;
  readonly authorizer: Authorizer;
  readonly audit: AuditRecorder;
  /** Formats of files that history is imported from. */
  readonly formats: FormatTable;
  /** What survives a restart: disabled, quarantined, crashes, settings. */
  readonly states: PluginStates;
  /** The network; the test kit hands in a fake one. */
  readonly lan: Lan;
}
