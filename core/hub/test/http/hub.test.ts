import { type ChannelId, definePlugin, type HttpEnv, type Instant, row, Type, VatioError } from "@vatio/plugin-api";
import { createTestHub, eventually, type TestHub } from "@vatio/testkit";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { LiveClient } from "../live/live-client.js";

const app = new Hono<{ Bindings: HttpEnv }>()
  .get("/hello", (c) => c.json({ actor: c.env.actor, path: c.req.path }))
  .post("/", async (c) => c.json({ got: await c.req.json(), path: c.req.path }));

/** Ends when it is told to, and no sooner. */
const hang = (signal: AbortSignal): Promise<Response> =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

const plugin = definePlugin({
  manifest: {
    id: "sample",
    name: "Sample",
    version: "1.0.0",
    hub: "^0.1",
    config: Type.Object({}),
    configVersion: 1,
    permissions: ["http", "telemetry.write"],
    http: { aliases: ["/api/v1/ingest/sample"] },
  },
  setup(ctx) {
    const answer = (request: Request, env: HttpEnv): Response | Promise<Response> => {
      const { pathname } = new URL(request.url);
      if (pathname === "/hang") return hang(request.signal);
      if (pathname === "/crash") throw new Error("secret inside");
      if (pathname === "/refuse") throw new VatioError("E_PERMISSION", "Not yours.");
      return app.fetch(request, env);
    };
    ctx.http.mount({ fetch: answer }, { action: "control" });
    ctx.http.socket(
      "/echo",
      (socket, _request, { actor }) => socket.onMessage((data) => socket.send(`${actor.kind}: ${data}`)),
      { action: "read" },
    );
  },
});

let hub: TestHub;
beforeAll(async () => {
  hub = await createTestHub({ plugins: [plugin], config: { store: { minFreeMb: 16 } } });
});
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

describe("the whole hub over HTTP", () => {
  it("answers for its plugins, at their own address and at their aliases", async () => {
    const hello = await hub.request("/api/plugins/sample/hello");
    expect(await hello.json()).toMatchObject({ actor: { kind: "user" }, path: "/hello" });
    const { secret } = await hub.parts.accounts.createToken("meter", "ingest");
    const ingest = await fetch(`${hub.url}/api/v1/ingest/sample`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: '{"power":5}',
    });
    expect(await ingest.json()).toEqual({ got: { power: 5 }, path: "/" });
    expect((await fetch(`${hub.url}/api/v1/ingest/sample`, { method: "POST" })).status).toBe(401);
  });

  it("blames a plugin that crashes over a request, hands on what it refuses, and goes on", async () => {
    const crashed = await hub.request("/api/plugins/sample/crash");
    expect(crashed.status).toBe(502);
    expect(await crashed.text()).not.toContain("secret");
    expect(await (await hub.request("/api/plugins/sample/refuse")).json()).toMatchObject({
      error: { code: "E_PERMISSION" },
    });
    expect((await hub.request("/api/plugins/sample/hello")).status).toBe(200);
  });

  it("gives up on a plugin that does not answer", async () => {
    const hung = hub.request("/api/plugins/sample/hang");
    await eventually(() => hub.clock.pending > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await hub.advance("31 s");
    const answer = await hung;
    expect([answer.status, await answer.json()]).toMatchObject([
      504,
      { error: { code: "E_PLUGIN_TIMEOUT", retryable: true } },
    ]);
  });

  it("answers 404 while a plugin is disabled, and again once it runs", async () => {
    expect((await hub.request("/api/v1/plugins/sample/disable", { method: "POST" })).status).toBe(200);
    expect((await hub.request("/api/plugins/sample/hello")).status).toBeGreaterThanOrEqual(404);
    expect(await (await hub.request("/api/v1/plugins/sample")).json()).toMatchObject({ state: "disabled" });
    await hub.request("/api/v1/plugins/sample/enable", { method: "POST" });
    expect((await hub.request("/api/plugins/sample/hello")).status).toBe(200);
  });

  it("opens the sockets of plugins", async () => {
    const { secret } = await hub.parts.accounts.createToken("reader", "read");
    const socket = new WebSocketClient(hub.url, "/api/plugins/sample/echo", secret);
    expect(await socket.ask("hi")).toBe("token: hi");
    socket.close();
  });

  it("streams live readings of the real store, and says when they are durable", async () => {
    const { devices, sites, telemetry } = hub.parts;
    const { id } = await devices.announce("sample" as never, {
      hardwareId: "m1",
      channels: [{ key: "main", kind: "meter", metrics: ["power_w"] }],
    });
    const [channel] = (await devices.accept(id, { name: "Meter" })).channels;
    const point = channel?.point ?? "";
    expect(sites.list()).toHaveLength(1);
    const { secret } = await hub.parts.accounts.createToken("reader", "read");
    const client = new LiveClient(Number(new URL(hub.url).port), { authorization: `Bearer ${secret}` });
    await client.frame("hello");
    client.send({ type: "subscribe", id: 1, targets: [point], events: ["telemetry.updated"] });
    await client.frame("snapshot");
    const at = hub.clock.now();
    await telemetry.write([row(`${id}/main` as ChannelId, at as Instant, { power_w: 1234 })]);
    expect(await client.frame("readings")).toMatchObject({ target: point, at: [at], columns: { power_w: [1234] } });
    expect(await client.frame("event")).toMatchObject({
      event: { type: "telemetry.updated", payload: { channels: [`${id}/main`] } },
    });
    const last = await hub.request(`/api/v1/last?target=${point}`);
    expect(await last.json()).toEqual({ [point]: { power_w: { at, value: 1234 } } });
    client.socket.close();
    await client.closed;
  });

  it("tells devices the port on which its broker really listens", async () => {
    const setup = (await (await hub.request("/api/v1/devices/setup")).json()) as { port: number };
    expect(hub.mqttUrl).toBe(`mqtt://127.0.0.1:${setup.port}`);
  });

  it("has no failure of its own in the log", () => {
    expect(hub.logs({ level: "error" }).filter(({ source }) => !source.startsWith("plugin:"))).toEqual([]);
  });
});

/** Asks a plugin's socket and waits for its answer. */
class WebSocketClient {
  readonly #client: WebSocket;

  constructor(url: string, path: string, token: string) {
    this.#client = new WebSocket(url.replace("http", "ws") + path, { headers: { authorization: `Bearer ${token}` } });
  }

  async ask(text: string): Promise<string> {
    await new Promise((resolve, reject) => this.#client.once("open", resolve).once("error", reject));
    const answer = new Promise<string>((resolve) => this.#client.once("message", (data) => resolve(String(data))));
    this.#client.send(text);
    return answer;
  }

  close(): void {
    this.#client.close();
  }
}
