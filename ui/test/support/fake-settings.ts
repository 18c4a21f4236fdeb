import { PLUGINS } from "./fake-plugins.js";
import { clock } from "./scene.js";

// Canned answers for the pages of the settings: every state of a plugin, a form with every kind of field, a log, tokens.

const MINUTE = 60_000;
const DAY = 86_400_000;
const now = clock();

const LINES = [
  ["info", "plugin:solar", "Forecast stored: 48 hours, 21.4 kWh tomorrow", 1],
  ["debug", "plugin:solar", "GET api.solar.example/v1/estimate 200 in 312 ms", 1.1],
  [
    "warn",
    "mqtt",
    "A client was refused: unknown user name",
    4,
    { client: "shellyplug-s-7c87ce", address: "192.168.1.77" },
  ],
  ["info", "plugin:solar", "Forecast stored: 48 hours, 21.2 kWh tomorrow", 31],
  ["warn", "plugin:solar", "Left out 3 values above 5.25 kW at 11:00, 12:00, 13:00 on 21 Nov", 61],
  ["error", "plugin:pool", "It wanted more than its 96 MB and was stopped", 80],
  ["info", "store", "Committed 41,233 rows in 96 batches", 90],
  ["info", "hub", "Ready on http://localhost:8006", 1_600],
] as const;

const lines = LINES.map(([level, source, message, ago, fields]) => ({
  at: now - ago * MINUTE,
  level,
  source,
  message,
  ...(fields ? { fields } : {}),
}));

const TOKENS = [
  { id: "01T1", name: "Grafana", scope: "read", createdAt: now - 40 * DAY, lastUsedAt: now - 12_000 },
  { id: "01T2", name: "Shelly del taller", scope: "ingest", createdAt: now - 9 * DAY, lastUsedAt: now - 2 * MINUTE },
  { id: "01T3", name: "Script de riego", scope: "control", createdAt: now - 3 * DAY },
];

const CREDENTIALS = [
  {
    id: "01C0",
    kind: "onboarding",
    username: "onboarding",
    publish: [],
    subscribe: [],
    createdAt: now - 90 * DAY,
    lastUsedAt: now - 3 * 3_600_000,
  },
  {
    id: "01C1",
    kind: "device",
    username: "compresor",
    device: "shelly:a8032412c3d4",
    publish: [],
    subscribe: [],
    createdAt: now - 40 * DAY,
    lastUsedAt: now - 4_000,
  },
  {
    id: "01C2",
    kind: "integration",
    username: "node-red",
    publish: ["nodered/#"],
    subscribe: ["vatio/#", "shellies/+/relay/0"],
    createdAt: now - 12 * DAY,
  },
];

const AUDIT = [
  {
    at: now - 2 * MINUTE,
    actor: { kind: "user", id: "01USER" },
    what: "switch.set",
    resource: "device:shelly:a8032412c3d4",
    outcome: "ok",
  },
  {
    at: now - 9 * MINUTE,
    actor: { kind: "token", id: "01T3" },
    what: "switch.set",
    resource: "device:shelly:c45bbe6c2f01",
    outcome: "refused",
    details: { code: "E_PERMISSION" },
  },
  {
    at: now - 50 * MINUTE,
    actor: { kind: "user", id: "01USER" },
    what: "plugin.configure",
    resource: "plugin:solar",
    outcome: "failed",
    details: { code: "E_CONFIG_INVALID" },
  },
  {
    at: now - 70 * MINUTE,
    actor: { kind: "anonymous", id: "" },
    what: "session.begin",
    resource: "hub",
    outcome: "refused",
  },
  {
    at: now - DAY,
    actor: { kind: "user", id: "01USER" },
    what: "device.accept",
    resource: "shelly:a8032412c3d4",
    outcome: "ok",
  },
];

const node = (name: string, status: string, why: object, children: object[] = []): object => ({
  name,
  status,
  why,
  children,
});
const OK = { key: "health.ok" };
const ASIDE = { key: "health.plugin-quarantined", params: { plugin: "Pool heat pump", count: 3 } };
const HEALTH = node("vatio", "failed", ASIDE, [
  node("hub", "ok", OK, [node("mqtt", "ok", OK), node("store", "ok", OK)]),
  node("plugins", "failed", ASIDE, [
    node("esp32-meter", "ok", OK),
    node("pool", "failed", ASIDE),
    node("shelly", "degraded", { key: "health.device-silent", params: { device: "Medidor cocina", time: "13:58" } }),
    node("solar", "ok", OK),
  ]),
]);

const SYSTEM = {
  version: "0.1.0",
  node: "v22.12.0",
  platform: "linux arm64",
  startedAt: now - 11 * DAY,
  now,
  memory: { rssBytes: 182_000_000, heapBytes: 61_000_000 },
  store: {
    rows: 48_230_113,
    bytesOnDisk: 1_840_000_000,
    freeBytes: 24_600_000_000,
    pendingRows: 212,
    daysLeft: 412,
    repairs: ["The log of telemetry.duckdb ended in the middle of a write; 1 incomplete record was cut off."],
  },
  mqtt: { kind: "embedded", connected: true, clients: 9 },
  live: { connections: 2 },
  counters: [
    { scope: "plugin:solar", name: "rejected", reason: "rejected.out-of-range", count: 9 },
    { scope: "plugin:shelly", name: "ignored", reason: "retained-without-time", count: 12 },
    { scope: "http", name: "refused", reason: "E_SESSION_REQUIRED", count: 31 },
    { scope: "mqtt", name: "unmatched", reason: "no-plugin", count: 2_140 },
    { scope: "live", name: "dropped", reason: "slow-client", count: 3 },
  ],
};

const INBOX = [
  {
    id: 1,
    at: now - 88 * MINUTE,
    topic: "pool/4f21/status",
    payload: '{"temp":{"in":27.4,"out":null},"blob":"AAAAAAAAAAAAAAAA…"}',
    bytes: 98_432,
    crashes: 3,
  },
];

const FIXED: Readonly<Record<string, unknown>> = {
  "GET /plugins": PLUGINS,
  "GET /tokens": TOKENS,
  "GET /mqtt/credentials": CREDENTIALS,
  "GET /audit": AUDIT,
  "GET /health": HEALTH,
  "GET /system": SYSTEM,
  "GET /logs/level": { level: "info" },
  "PUT /logs/level": { level: "warn" },
  "GET /plugins/pool/inbox": INBOX,
  "POST /tokens": { token: TOKENS[0], secret: "vat_8Zt4QmW1nXh7Lr2KcYp9" },
  "POST /mqtt/credentials": { credential: CREDENTIALS[1], password: "kx7m-42tq-9vzd-81pa" },
};

/** What the simulated hub answers for the settings; undefined for what it leaves to the others. */
export function settingsAnswer(key: string, query: URLSearchParams): { status: number; data?: unknown } | undefined {
  if (key in FIXED) return { status: 200, data: FIXED[key] };
  if (key === "GET /logs") {
    const source = query.get("source");
    const rank = ["debug", "info", "warn", "error"];
    return {
      status: 200,
      data: lines.filter(
        (line) =>
          (!source || line.source === source) &&
          rank.indexOf(line.level) >= rank.indexOf(query.get("level") ?? "debug") &&
          line.message.includes(query.get("text") ?? ""),
      ),
    };
  }
  const [, id = "", what] = /^\w+ \/plugins\/([^/]+)(?:\/(\w+))?/.exec(key) ?? [];
  if (what === "inbox") return key.startsWith("GET") ? { status: 200, data: [] } : { status: 204 };
  if (what === "config") {
    const problems = [
      { path: "/tilt", message: "must be <= 45", text: { key: "config.maximum", params: { limit: "45" } } },
      { path: "/secret", message: "x", text: { key: "config.unknown" } },
    ];
    return {
      status: 400,
      data: {
        error: { code: "E_CONFIG_INVALID", message: "The settings are wrong", retryable: false, details: { problems } },
      },
    };
  }
  const plugin = PLUGINS.find((each) => each.id === id);
  return plugin ? { status: 200, data: plugin } : undefined;
}
