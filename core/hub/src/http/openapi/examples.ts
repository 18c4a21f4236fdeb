import { backfillExamples } from "./backfill-examples.js";
import { backupExamples } from "./backup-examples.js";
import { energyExamples } from "./energy-examples.js";
import { importExamples } from "./import-examples.js";

const AT = 1_774_828_800_000;
const SITE = "01JQ8ZC4F4X0M5S7N1H9T3R6WB";
const POINT = "01JQ8ZC4F4Y3V0K2D8G5P7QEJM";
const DEVICE = "shelly:a8032412c3d4";
const CHANNEL = `${DEVICE}/switch:0`;

const user = {
  id: "01JQ8ZC4F4A1B2C3D4E5F6G7H8",
  name: "Ana",
  role: "admin",
  language: "es",
  region: "es-MX",
  theme: "auto",
};

const channel = {
  id: CHANNEL,
  device: DEVICE,
  key: "switch:0",
  kind: "switch",
  metrics: ["power_w", "energy_import_wh", "voltage_v", "current_a", "switch_on"],
  switchable: true,
  point: POINT,
};

const token = { id: "01JQ8ZC4F4T0K3N5", name: "Grafana", scope: "read", createdAt: AT };

const credential = {
  id: "01JQ8ZC4F4C2R4D6",
  kind: "device",
  username: "boiler",
  device: DEVICE,
  publish: ["shellyplus1pm-a8032412c3d4/#"],
  subscribe: ["shellyplus1pm-a8032412c3d4/rpc"],
  createdAt: AT,
};

const line = { at: AT, level: "warn", source: "plugin:shelly", message: "No answer from 192.168.1.41" };

const people: Readonly<Record<string, unknown>> = {
  User: user,
  Session: { user, csrf: "mS4vF0b7cV9yqQ2h", hub: { version: "0.1.0", startedAt: AT, demo: false } },
  LoginBody: { name: "Ana", password: "a long and secret sentence", stay: true },
  LinkBody: { link: "p3J0tq8T3a7nq0cX1v" },
  PasswordBody: { old: "a long and secret sentence", next: "another long and secret sentence" },
  MeBody: { language: "en", theme: "dark" },
  SetupState: { needed: true, version: "0.1.0", demo: false },
  SetupBody: {
    code: "K7QF-2MWX",
    name: "Ana",
    password: "a long and secret sentence",
    language: "es",
    region: "es-MX",
    zone: "America/Mexico_City",
    currency: "MXN",
    siteName: "Casa",
    nominalVoltage: 127,
    phases: 1,
  },
};

const things: Readonly<Record<string, unknown>> = {
  Site: {
    id: SITE,
    name: "Casa",
    zone: "America/Mexico_City",
    currency: "MXN",
    language: "es",
    region: "es-MX",
    nominalVoltage: 127,
    phases: 1,
  },
  SiteBody: { zone: "Europe/Madrid", currency: "EUR" },
  Point: {
    id: POINT,
    site: SITE,
    name: "Boiler",
    role: "load",
    protected: false,
    color: 3,
    channel: CHANNEL,
    device: DEVICE,
    metrics: channel.metrics,
    switchable: true,
    online: true,
  },
  PointBody: { name: "Water heater", role: "load", powerCeiling: 2300, parent: null },
  Channel: channel,
  Device: {
    id: DEVICE,
    driver: "shelly",
    hardwareId: "a8032412c3d4",
    name: "Boiler",
    model: "Plus 1PM",
    firmware: "1.4.4",
    address: "192.168.1.41",
    state: "active",
    online: true,
    addedAt: AT,
    seenAt: AT,
    channels: [channel],
  },
  RawMessage: {
    at: AT,
    topic: "shellyplus1pm-a8032412c3d4/status/switch:0",
    payload: '{"id":0,"apower":1234.5}',
    bytes: 24,
  },
  AcceptBody: { name: "Boiler", channels: [{ key: "switch:0", name: "Boiler", role: "load" }] },
  RenameBody: { name: "Water heater" },
  DeviceSetup: {
    hosts: ["192.168.1.10"],
    port: 1883,
    username: "vatio",
    password: "X7QF2MWXA9RT",
    external: false,
    families: [
      {
        plugin: "shelly",
        title: { key: "shelly.setup.title" },
        steps: [{ key: "shelly.setup.mqtt" }],
        prefix: "shellyplus1pm",
      },
    ],
  },
  Metric: { name: "power_w", unit: "W", kind: "gauge", decimals: 1 },
  Last: { [POINT]: { power_w: { at: AT, value: 1234.5 } } },
  Series: {
    target: POINT,
    from: AT,
    to: AT + 120_000,
    bucketMs: 60_000,
    at: [AT, AT + 60_000],
    metrics: [
      {
        metric: "power_w",
        unit: "W",
        min: [1198, null],
        avg: [1221.5, null],
        max: [1240, null],
        coverage: [1, 0],
        quality: [1, 0],
      },
    ],
  },
  CommandResult: { result: { wasOn: false, on: true } },
};

const plugins: Readonly<Record<string, unknown>> = {
  Plugin: {
    id: "shelly",
    name: "Shelly",
    version: "0.1.0",
    state: "running",
    since: AT,
    isolation: "inline",
    firstParty: true,
    crashes: [],
    permissions: [{ permission: "telemetry.write", usedAt: AT }],
    configSchema: { type: "object", properties: { offlineAfter: { type: "integer", "x-unit": "s" } } },
    config: { offlineAfter: 120 },
    secretsSet: [],
    inbox: { messages: 0, bytes: 0 },
    counters: [{ name: "rejected", reason: "not-json", count: 2 }],
  },
  PluginConfigBody: { config: { offlineAfter: 60 }, secrets: { password: null } },
  InboxMessage: { id: 12, at: AT, topic: "shellyplus1pm-a8032412c3d4/events/rpc", payload: "{", bytes: 1, crashes: 3 },
};

const system: Readonly<Record<string, unknown>> = {
  Text: { key: "health.device-silent", params: { device: "Boiler", time: "12:40" } },
  Error: {
    error: {
      code: "E_POINT_UNKNOWN",
      message: "There is no point 42. It may have been removed; reload the list of points.",
      retryable: false,
      details: { id: "42" },
    },
  },
  LogLine: line,
  LogLevelBody: { level: "debug" },
  Health: {
    name: "vatio",
    status: "ok",
    why: { key: "health.ok" },
    children: [{ name: "store", status: "ok", why: { key: "health.ok" }, children: [] }],
  },
  Counter: { scope: "mqtt", name: "refused", reason: "wrong-password", count: 3 },
  System: {
    version: "0.1.0",
    node: "v22.20.0",
    platform: "linux arm64",
    startedAt: AT,
    now: AT + 60_000,
    memory: { rssBytes: 121_634_816, heapBytes: 48_234_496 },
    store: {
      rows: 1_204_311,
      bytesOnDisk: 41_943_040,
      freeBytes: 12_884_901_888,
      pendingRows: 12,
      daysLeft: 4120,
      repairs: [],
    },
    mqtt: { kind: "embedded", connected: true, clients: 7 },
    live: { connections: 2 },
    counters: [{ scope: "mqtt", name: "refused", reason: "wrong-password", count: 3 }],
  },
  Settings: { "log.level": "info" },
  ImportReport: { points: { applied: 12, skipped: ["01JZK3W3Q4 is not known here"] } },
  Messages: { "health.ok": "Works" },
  Token: token,
  TokenBody: { name: "Grafana", scope: "read" },
  CreatedToken: { token, secret: "vt_read_5mJ2m0n4J6uV" },
  Credential: credential,
  CredentialBody: {
    kind: "integration",
    username: "zigbee2mqtt",
    publish: ["zigbee2mqtt/#"],
    subscribe: ["zigbee2mqtt/+/set"],
  },
  CreatedCredential: { credential, password: "K7QF2MWXA9RTK7QF2MWXA9RTAB" },
  Refusal: {
    address: "192.168.1.40",
    username: "shelly-kitchen",
    clientId: "shellyplus1pm-a8032412c3d4",
    reason: "wrong-password",
    at: AT,
    times: 14,
  },
  Audit: {
    at: AT,
    actor: { kind: "user", id: user.id },
    what: "switch.set",
    resource: `channel:${CHANNEL}`,
    outcome: "ok",
    details: { to: "on" },
  },
  LiveClientFrame: { type: "subscribe", id: 1, targets: [POINT], events: ["device.*"] },
  LiveServerFrame: {
    type: "readings",
    seq: 7,
    target: POINT,
    at: [AT],
    columns: { power_w: [1234.5] },
    provisional: true,
  },
};

/** One example for each named schema, shown in the document and on the docs page. */
const sql: Readonly<Record<string, unknown>> = {
  SqlBody: { sql: "SELECT point, sum(import_wh) / 1000 AS kwh FROM days GROUP BY point ORDER BY kwh DESC", limit: 100 },
  SqlAnswer: {
    columns: [
      { name: "point", type: "VARCHAR" },
      { name: "kwh", type: "DOUBLE" },
    ],
    rows: [["Boiler", 12.4]],
    ms: 8,
  },
  SqlSchema: {
    tables: [
      {
        name: "sites",
        about: "Sites",
        example: "SELECT name, zone FROM sites",
        columns: [{ name: "name", type: "VARCHAR", about: "Name" }],
      },
    ],
  },
};

export const examples: Readonly<Record<string, unknown>> = {
  ...backfillExamples,
  ...backupExamples,
  ...energyExamples,
  ...importExamples,
  ...sql,
  ...people,
  ...things,
  ...plugins,
  ...system,
};
