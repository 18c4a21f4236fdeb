import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type WebSocket, WebSocketServer } from "ws";
import { CORE_EN, CORE_ES } from "./core-words.js";
import { FakeEnergy } from "./fake-energy.js";
import { settingsAnswer } from "./fake-settings.js";
import { PANEL_MODULE } from "./panel-module.js";
import { clock, makeScene, type Scene, setSwitch } from "./scene.js";

/** Folder of the built interface; another one while somebody else builds. */
const dist = process.env.VATIO_UI_DIST ?? fileURLToPath(new URL("../../dist/", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".html": "text/html",
  ".webmanifest": "application/manifest+json",
};

/** How the simulated hub behaves. */
export interface FakeHubOptions {
  /** See `makeScene`. */
  readonly scene?: string;
  readonly status?: "signed-in" | "signed-out" | "setup";
  readonly language?: "es" | "en";
  readonly theme?: "auto" | "light" | "dark";
  /** Stops the readings, to see stale values. */
  readonly silent?: boolean;
}

/** A plug whose password was mistyped. */
const refusals = () => [
  {
    address: "192.168.1.77",
    username: "vatio",
    clientId: "shellyplugs-7c87ce",
    reason: "wrong-password",
    at: clock() - 12_000,
    times: 14,
  },
];

/** A small hub with canned answers and simulated readings, for states that the real one does not reach at once. */
export class FakeHub {
  readonly #options: FakeHubOptions;
  readonly #scene: Scene;
  readonly #energy: FakeEnergy;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  #status: NonNullable<FakeHubOptions["status"]>;
  /** Requests that changed something: method and path. */
  readonly changes: string[] = [];

  constructor(options: FakeHubOptions = {}) {
    this.#options = options;
    this.#status = options.status ?? "signed-in";
    this.#scene = makeScene(options.scene ?? "home");
    this.#energy = new FakeEnergy(this.#scene);
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.on("upgrade", (request, socket, head) =>
      this.#sockets.handleUpgrade(request, socket, head, (peer) => this.#stream(peer)),
    );
  }

  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" && address ? address.port : port}`;
  }

  async stop(): Promise<void> {
    for (const peer of this.#sockets.clients) peer.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://hub");
    if (!url.pathname.startsWith("/api/")) return this.#file(url.pathname, response);
    const body = await bodyOf(request);
    const { status, data } = this.#api(request.method ?? "GET", url, body);
    response
      .writeHead(status, { "content-type": "application/json" })
      .end(data === undefined ? "" : JSON.stringify(data));
  }

  #file(pathname: string, response: ServerResponse): void {
    if (pathname === "/plugins/forecast/ui.js") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(PANEL_MODULE);
      return;
    }
    const wanted = path.join(dist, path.normalize(pathname));
    const isFile = path.extname(pathname) !== "";
    try {
      const content = readFileSync(isFile ? wanted : path.join(dist, "index.html"));
      const type = TYPES[isFile ? path.extname(wanted) : ".html"] ?? "application/octet-stream";
      if (isFile) return void response.writeHead(200, { "content-type": type }).end(content);
      const sdk = (
        JSON.parse(readFileSync(path.join(dist, ".vite/manifest.json"), "utf8")) as Record<string, { file: string }>
      )["src/sdk.ts"]?.file;
      const map = JSON.stringify({ imports: { "@vatio/ui": `/${sdk}` } });
      const hash = createHash("sha256").update(map).digest("base64");
      const csp = `default-src 'self'; script-src 'self' 'sha256-${hash}'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'`;
      const page = content
        .toString()
        .replace(/<script type="module"/, `<script type="importmap">${map}</script><script type="module"`);
      response.writeHead(200, { "content-type": type, "content-security-policy": csp }).end(page);
    } catch {
      response.writeHead(404).end();
    }
  }

  #api(
    method: string,
    { pathname, searchParams: query }: URL,
    body: Record<string, unknown>,
  ): { status: number; data?: unknown } {
    const route = pathname.replace("/api/v1", "");
    if (method !== "GET") this.changes.push(`${method} ${route}`);
    const key = `${method} ${route}`;
    const fixed =
      (this.#options.scene === "settings" ? settingsAnswer(key, query) : undefined) ?? this.#fixed(key, body);
    if (fixed) return fixed;
    if (route === "/energy") return { status: 200, data: this.#energy.answer(query) };
    if (route === "/series") return { status: 200, data: this.#series(query) };
    if (route.startsWith("/messages/")) return { status: 200, data: route.endsWith("es") ? CORE_ES : CORE_EN };
    return (
      this.#device(method, route) ?? {
        status: 404,
        data: { error: { code: "E_ROUTE_UNKNOWN", message: `No route ${key}`, retryable: false } },
      }
    );
  }

  #fixed(key: string, body: Record<string, unknown>): { status: number; data?: unknown } | undefined {
    const { site, devices, points, plugins } = this.#scene;
    const language = this.#options.language ?? "es";
    const user = {
      id: "01USER",
      name: "propietaria",
      role: "admin",
      language,
      region: language === "es" ? "es-MX" : "en-US",
      theme: this.#options.theme ?? "auto",
    };
    const session = { user, csrf: "token", hub: { version: "0.1.0", startedAt: clock() - 3_600_000, demo: true } };
    const enter = (): { status: number; data: unknown } => {
      this.#status = "signed-in";
      return { status: 200, data: session };
    };
    switch (key) {
      case "GET /session":
        return this.#status === "signed-in"
          ? { status: 200, data: session }
          : { status: 401, data: error("E_SESSION_REQUIRED") };
      case "POST /session":
        return body.password === "correcta" ? enter() : { status: 401, data: error("E_LOGIN_FAILED") };
      case "POST /session/link":
      case "POST /setup":
        return body.code === "wrong" ? { status: 403, data: error("E_SETUP_CODE") } : enter();
      case "DELETE /session":
        this.#status = "signed-out";
        return { status: 204 };
      case "GET /setup":
        return { status: 200, data: { needed: this.#status === "setup", version: "0.1.0", demo: false } };
      case "PATCH /me":
        return { status: 200, data: { ...user, ...body } };
      case "GET /sites":
        return { status: 200, data: [site] };
      case "GET /points":
        return { status: 200, data: points };
      case "GET /devices":
        return { status: 200, data: devices };
      case "GET /plugins":
        return { status: 200, data: plugins };
      case "GET /metrics":
        return { status: 200, data: METRICS };
      case "GET /mqtt/refusals":
        return { status: 200, data: refusals() };
      case "GET /devices/setup":
        return { status: 200, data: DEVICE_SETUP };
      case "POST /commands/switch.set": {
        const on = body.to === "on";
        setSwitch(String(body.channel), on);
        return { status: 200, data: { result: { wasOn: !on, on } } };
      }
      default:
        return undefined;
    }
  }

  #device(method: string, route: string): { status: number; data?: unknown } | undefined {
    const [, kind, encoded = "", what = ""] = route.split("/");
    if (kind !== "devices" && kind !== "points") return undefined;
    const { devices, points } = this.#scene;
    const id = decodeURIComponent(encoded);
    const device = devices.find((each) => each.id === id);
    if (kind === "points") return { status: 200, data: points.find((each) => each.id === id) };
    if (!device) return { status: 404, data: error("E_DEVICE_UNKNOWN") };
    if (what === "messages") return { status: 200, data: rawMessages(device.id) };
    if (method === "DELETE" || what === "reject" || what === "block") devices.splice(devices.indexOf(device), 1);
    if (what === "accept") Object.assign(device, { state: "active" });
    return { status: 200, data: device };
  }

  #channelOf(target: string): string {
    return this.#scene.points.find(({ id }) => id === target)?.channel ?? target;
  }

  #series(query: URLSearchParams): unknown {
    const [from, to] = [Number(query.get("from")), Number(query.get("to"))];
    const buckets = Math.min(Number(query.get("buckets") ?? 600), 2_000);
    const steps = [
      1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000,
      86_400_000,
    ];
    const bucketMs = steps.find((step) => (to - from) / step <= buckets) ?? 86_400_000;
    const start = Math.floor(from / bucketMs) * bucketMs;
    const at = Array.from({ length: Math.ceil((to - start) / bucketMs) }, (_, index) => start + index * bucketMs);
    const channel = this.#channelOf(query.get("target") ?? "");
    const metrics = (query.get("metrics") ?? "").split(",").map((metric) => {
      const samples = at.map((t) =>
        Array.from({ length: 8 }, (_, part) => t + (part * bucketMs) / 8)
          .filter((each) => each <= clock())
          .map((each) => this.#scene.value(channel, metric, each))
          .filter((each) => each !== null),
      );
      const column = (pick: (values: number[]) => number): (number | null)[] =>
        samples.map((values) => (values.length === 0 ? null : pick(values)));
      return {
        metric,
        unit: METRICS.find(({ name }) => name === metric)?.unit ?? "",
        min: column((v) => Math.min(...v)),
        avg: column((v) => v.reduce((a, b) => a + b, 0) / v.length),
        max: column((v) => Math.max(...v)),
        coverage: samples.map((v) => v.length / 8),
        quality: samples.map((v) => (v.length > 0 ? 1 : 0)),
      };
    });
    return { target: query.get("target"), from, to, bucketMs, at, metrics };
  }

  #stream(peer: WebSocket): void {
    let seq = 0;
    const wishes = new Map<number, string[]>();
    const send = (frame: Record<string, unknown>): void => peer.send(JSON.stringify({ ...frame, seq: seq++ }));
    send({ type: "hello", now: clock(), version: "0.1.0" });
    peer.on("message", (data) => {
      const frame = JSON.parse(String(data)) as { type: string; id: number; targets?: string[] };
      if (frame.type === "subscribe") wishes.set(frame.id, frame.targets ?? []);
      if (frame.type === "subscribe")
        send({
          type: "snapshot",
          id: frame.id,
          now: clock(),
          last: Object.fromEntries((frame.targets ?? []).map((target) => [target, this.#last(target)])),
        });
      if (frame.type === "unsubscribe") wishes.delete(frame.id);
      if (frame.type === "ping") send({ type: "pong", now: clock() });
    });
    const timer = setInterval(() => {
      if (this.#options.silent) return;
      for (const target of new Set([...wishes.values()].flat())) this.#push(target, send);
    }, 1_000);
    peer.on("close", () => clearInterval(timer));
  }

  #push(target: string, send: (frame: Record<string, unknown>) => void): void {
    const last = Object.entries(this.#last(target)).filter(([, { at }]) => at > clock() - 2_000);
    if (last.length > 0)
      send({
        type: "readings",
        target,
        at: [clock()],
        columns: Object.fromEntries(last.map(([metric, { value }]) => [metric, [value]])),
        provisional: true,
      });
  }

  #last(target: string): Record<string, { at: number; value: number }> {
    const channel = this.#channelOf(target);
    const last: Record<string, { at: number; value: number }> = {};
    for (const { name } of METRICS) {
      for (const at of [clock(), clock() - 50 * 60_000]) {
        const value = this.#scene.value(channel, name, at);
        if (value === null) continue;
        last[name] = { at, value };
        break;
      }
    }
    return last;
  }
}

const error = (code: string): unknown => ({ error: { code, message: code, retryable: false } });

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text ? (JSON.parse(text) as Record<string, unknown>) : {};
}

const METRICS = [
  { name: "power_w", unit: "W", kind: "gauge", decimals: 1 },
  { name: "energy_import_wh", unit: "Wh", kind: "counter", decimals: 0 },
  { name: "voltage_v", unit: "V", kind: "gauge", decimals: 1 },
  { name: "current_a", unit: "A", kind: "gauge", decimals: 2 },
  { name: "frequency_hz", unit: "Hz", kind: "gauge", decimals: 2 },
  { name: "power_factor", unit: "", kind: "gauge", decimals: 2 },
  { name: "temperature_c", unit: "°C", kind: "gauge", decimals: 1 },
  { name: "switch_on", unit: "", kind: "state", decimals: 0 },
];

const DEVICE_SETUP = {
  hosts: ["192.168.1.20"],
  port: 1883,
  username: "onboarding",
  password: "kx7m-42tq-9vzd",
  external: false,
  families: [
    {
      plugin: "esp32-meter",
      title: { key: "ESP32" },
      steps: [
        { key: "Abre la página de tu medidor." },
        { key: "En MQTT escribe estos datos y guarda." },
        { key: "El medidor aparece solo como pendiente." },
      ],
      prefix: "enertrack",
    },
    {
      plugin: "shelly",
      title: { key: "Shelly" },
      steps: [
        { key: "Settings, MQTT, Enable." },
        { key: "Server: dirección y puerto, juntos con dos puntos." },
        { key: "Marca RPC status notifications y guarda." },
      ],
    },
  ],
};

const rawMessages = (id: string): unknown => [
  {
    at: clock() - 1_400,
    topic: `${id}/events/rpc`,
    payload:
      '{"src":"shellypro3em","method":"NotifyStatus","params":{"ts":1763735101.2,"em:0":{"a_current":6.12,"a_voltage":127.6,"a_act_power":710.4}}}',
    bytes: 148,
  },
  { at: clock() - 31_000, topic: `${id}/online`, payload: "true", bytes: 4 },
  {
    at: clock() - 95_000,
    topic: `${id}/events/rpc`,
    payload: '{"src":"shellypro3em","method":"NotifyStatus","params":{"em:0":{"a_voltage":91272}}}',
    bytes: 83,
    rejected: { key: "rejected.out-of-range", params: { metric: "voltage_v", value: "91272" } },
  },
];
