import type { MessageCatalogue, MetricRegistry } from "@vatio/model";
import type { Actor, AuditEntry, CallOptions, EventBus, Instant, PluginId } from "@vatio/plugin-api";
import type { Accounts, Authorizer } from "../auth/types.js";
import type { BackfillService } from "../backfill/types.js";
import type { BackupService, SetupRestore } from "../backup/index.js";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import type { EnergyService } from "../energy/types.js";
import type { HealthTree } from "../health.js";
import type { ImportService } from "../imports/types.js";
import type { HubLog } from "../log/types.js";
import type { MqttCredentials } from "../mqtt/mqtt-credentials.js";
import type { Refusal } from "../mqtt/refusal-log.js";
import type { MqttTransport } from "../mqtt/types.js";
import type { PluginHost } from "../plugins/types.js";
import type { Random } from "../random.js";
import type { DeviceRegistry, PointRegistry, SiteRegistry } from "../registry/types.js";
import type { SettingsDocument } from "../settings/settings-document.js";
import type { Settings } from "../settings/types.js";
import type { TelemetryStore } from "../store/types.js";

/** Which part of the audit log is wanted; newest first. */
export interface AuditQuery {
  /** Only entries before this instant: the way to the next page. */
  readonly before?: Instant;
  readonly limit: number;
}

/** The audit log as the API needs it. */
export interface AuditTrail {
  record(entry: Omit<AuditEntry, "at">): Promise<void>;
  query(query: AuditQuery): Promise<readonly AuditEntry[]>;
}

/** Commands as the API needs them: the bus resolves, authorises and audits. */
export interface CommandCaller {
  /** @throws E_COMMAND_UNKNOWN, E_COMMAND_TIMEOUT, E_PERMISSION, E_INPUT_INVALID, or what the handler throws. */
  call(actor: Actor, name: string, input: unknown, options?: CallOptions): Promise<unknown>;
}

/** Credentials of the embedded broker, as the API needs them. */
export type CredentialAdmin = Pick<
  MqttCredentials,
  "list" | "createDevice" | "createIntegration" | "resetPassword" | "remove" | "onboarding"
>;

/** What the hub is. */
export interface HubFacts {
  readonly version: string;
  readonly startedAt: Instant;
  /** Simulated home in a throw-away folder. */
  readonly demo: boolean;
}

/** Everything that HTTP and the live stream use of the hub. */
export interface HttpServices {
  readonly hub: HubFacts;
  readonly accounts: Accounts;
  readonly authorizer: Authorizer;
  readonly audit: AuditTrail;
  readonly devices: DeviceRegistry;
  readonly points: PointRegistry;
  readonly sites: SiteRegistry;
  readonly store: TelemetryStore;
  readonly energy: EnergyService;
  readonly backfill: BackfillService;
  readonly imports: ImportService;
  readonly metrics: MetricRegistry;
  readonly plugins: PluginHost;
  /** Folder with a plugin's built interface module, when it has one. */
  readonly pluginUiRoot: (plugin: PluginId) => string | undefined;
  readonly backups: BackupService;
  readonly setupRestore: SetupRestore;
  readonly commands: CommandCaller;
  readonly events: Pick<EventBus, "subscribe">;
  readonly log: HubLog;
  readonly health: HealthTree;
  readonly counters: CounterTable;
  readonly settings: Settings;
  readonly document: SettingsDocument;
  readonly mqtt: MqttTransport;
  readonly mqttCredentials: CredentialAdmin;
  /** The latest connections that the embedded broker refused, newest first. */
  readonly mqttRefusals: () => readonly Refusal[];
  /** Port on which the embedded broker really listens; that of the configuration when left out. */
  readonly mqttPort?: () => number | undefined;
  readonly messages: MessageCatalogue;
  readonly clock: HubClock;
  readonly random: Random;
}
