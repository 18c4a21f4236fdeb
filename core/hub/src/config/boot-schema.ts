import { type Static, type TSchema, Type } from "@vatio/plugin-api";

/** Marks a path to a file or folder, and a value that no message may repeat. */
const path = { "x-path": true } as const;
const secret = { "x-secret": true } as const;

const section = <T extends Record<string, TSchema>>(properties: T) =>
  Type.Optional(Type.Object(properties, { additionalProperties: false }));
const text = (description: string, more: object = {}) =>
  Type.Optional(Type.String({ description, minLength: 1, maxLength: 2048, ...more }));
const port = (description: string, value: number) =>
  Type.Optional(Type.Integer({ description, minimum: 0, maximum: 65_535, default: value }));
const integer = (description: string, limits: { minimum: number; maximum: number; default: number }) =>
  Type.Optional(Type.Integer({ description, ...limits }));
const list = (description: string, more: object = {}) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { description, maxItems: 100, default: [], ...more }),
  );

/**
 * Shape of `vatio.yaml`. Every leaf is also an environment variable: its path in capitals, words and parts joined by `_`, after `VATIO_`
 * (`http.publicUrl` is `VATIO_HTTP_PUBLIC_URL`). The table of the operations manual repeats descriptions and defaults; a test compares them.
 */
export const BootSchema = Type.Object(
  {
    data: text("Folder of all data. `:memory:` keeps nothing", { default: "./data", ...path }),
    bind: text("Address to listen on: `0.0.0.0` for every interface, `127.0.0.1` for this machine only", {
      default: "0.0.0.0",
    }),
    http: section({
      port: port("Port of the interface and the API; 0 takes a free one", 8006),
      tls: section({
        cert: text("Certificate file (PEM); with it the port speaks https", path),
        key: text("Key file (PEM) of the certificate", path),
      }),
      trustedProxies: list(
        "Addresses or networks (`10.0.0.0/8`) of reverse proxies whose `X-Forwarded-*` headers are believed",
      ),
      publicUrl: text("Address under which browsers reach the hub, behind a reverse proxy (`https://home.example`)"),
    }),
    mqtt: section({
      port: port("Port of the embedded broker; 0 takes a free one. Not used with `mqtt.url`", 1883),
      url: text("External broker (`mqtt://host:1883`, `mqtts://host:8883`) instead of the embedded one"),
      clientId: text("Client id at the external broker; every hub needs its own", { default: "vatio", maxLength: 65 }),
      username: text("User name at the external broker"),
      password: text("Password at the external broker", secret),
      tls: section({
        port: port("Port of the embedded broker with TLS; used when certificate and key are given", 8883),
        cert: text(
          "Certificate file (PEM): of the embedded broker, or of the hub as a client of an external one",
          path,
        ),
        key: text("Key file (PEM) of the certificate", path),
        ca: text(
          "Authorities (PEM) beside the system's, to check an external broker; for the embedded one: to check client certificates",
          path,
        ),
        serverName: text(
          "Name that the certificate of the external broker must carry, when it is not the host of `mqtt.url`",
        ),
      }),
    }),
    log: section({
      level: Type.Optional(
        Type.Enum(["debug", "info", "warn", "error"], {
          description: "Least level that is logged; can be changed at run time",
          default: "info",
        }),
      ),
      retentionDays: integer("Days that the system log keeps", { minimum: 1, maximum: 3650, default: 30 }),
      console: Type.Optional(Type.Boolean({ description: "Also write the log to the console", default: true })),
    }),
    store: section({
      commitMs: integer("Milliseconds between two commits of readings; 1000 spares an SD card", {
        minimum: 10,
        maximum: 10_000,
        default: 250,
      }),
      memoryMb: integer("Memory that the telemetry database may use, in MB", {
        minimum: 64,
        maximum: 1_048_576,
        default: 256,
      }),
      minFreeMb: integer("Free disk space in MB below which nothing is stored or acknowledged any more", {
        minimum: 16,
        maximum: 1_048_576,
        default: 200,
      }),
    }),
    plugins: section({
      forceWorker: list("Plugins that run in a worker whatever their manifest says"),
      allowInline: list(
        "Plugins under `<data>/plugins` that may run in the hub's own thread instead of a worker; one of them can take the hub down",
      ),
      workerMemoryMb: integer("Memory that the worker of one plugin may use, in MB", {
        minimum: 16,
        maximum: 65_536,
        default: 128,
      }),
    }),
  },
  { additionalProperties: false },
);

/** Contents of `vatio.yaml`; also what the command line and tests override. */
export type BootDocument = Static<typeof BootSchema>;
