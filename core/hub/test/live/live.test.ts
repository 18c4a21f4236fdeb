import type { ChannelId, Instant, PluginId } from "@vatio/plugin-api";
import { row } from "@vatio/plugin-api";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { badPaths } from "../../src/bad-paths.js";
import { systemClock } from "../../src/clock.js";
import { LiveServerFrame } from "../../src/http/dto.js";
import { CONNECTION_LIMITS } from "../../src/live/connection.js";
import { SUBSCRIPTION_LIMITS } from "../../src/live/subscriptions.js";
import { startTestServer, type TestServer } from "../http/support/test-server.js";
import { addShelly } from "../http/support/test-services.js";
import { LiveClient } from "./live-client.js";

let server: TestServer;
let home: Awaited<ReturnType<typeof addShelly>>;
beforeAll(async () => {
  server = await startTestServer();
  home = await addShelly(server.services);
});
afterAll(() => server.close());

const clients: LiveClient[] = [];
afterEach(() => {
  for (const client of clients)
    expect(client.frames.flatMap((frame) => badPaths(LiveServerFrame, frame, ""))).toEqual([]);
  for (const client of clients.splice(0)) client.socket.terminate();
});

function connect(headers: Readonly<Record<string, string>>): LiveClient {
  const client = new LiveClient(server.port, headers);
  clients.push(client);
  return client;
}

async function person(role: "viewer" | "admin"): Promise<LiveClient> {
  const client = connect((await server.person(role)).headers);
  await client.frame("hello");
  return client;
}

let at = systemClock.now() - 600_000;
/** Stores one reading; its value is its instant. */
const measure = async (channel: string = home.channel) => {
  at += 1;
  await server.services.store.write([row(channel as ChannelId, at as Instant, { power_w: at % 1_000 })]);
  return at;
};

/** The status with which a handshake was refused. */
const refusal = (headers: Readonly<Record<string, string>>) =>
  new Promise<number>((resolve) => {
    connect(headers).socket.once("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
  });

describe("who may connect", () => {
  it("nobody without credentials, no page of another site, and only as a WebSocket", async () => {
    const viewer = await server.person("viewer");
    expect(await refusal({})).toBe(401);
    expect(await refusal({ ...viewer.headers, origin: "http://evil.example" })).toBe(403);
    expect(await refusal({ cookie: viewer.headers.cookie ?? "", "sec-fetch-site": "cross-site" })).toBe(403);
    const plain = await fetch(`${server.url}/api/v1/live`, { headers: viewer.headers });
    expect(plain.status).toBe(426);
  });

  it("people by their cookie and programs by a token", async () => {
    await person("viewer");
    const machine = connect((await server.machine("read")).headers);
    expect(await machine.frame("hello")).toMatchObject({ seq: 1, version: "0.1.0" });
  });

  it("no token that opens single doors", async () => {
    for (const scope of ["ingest", "metrics"] as const) {
      expect(await refusal((await server.machine(scope)).headers)).toBe(403);
    }
  });
});

describe("subscriptions", () => {
  it("begin with a snapshot and go on without a gap or a repetition, while readings keep coming", async () => {
    const client = await person("viewer");
    await measure();
    let writing = true;
    const written: number[] = [];
    const writer = (async () => {
      while (writing) {
        written.push(await measure());
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    for (let id = 1; id <= 5; id++) {
      client.send({ type: "subscribe", id, targets: [home.point] });
      await client.frame("snapshot", (frame) => frame.id === id);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    writing = false;
    await writer;
    const last = written.at(-1) ?? 0;
    await client.frame("readings", (frame) => frame.at.includes(last));
    const seqs = client.frames.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_seq, index) => index + 1));
    const first = client.frames.find((frame) => frame.type === "snapshot");
    const from = first?.type === "snapshot" ? (first.last[home.point]?.power_w?.at ?? 0) : 0;
    const seen = client.frames.flatMap((frame) => (frame.type === "readings" ? frame.at : []));
    expect(seen).toEqual(Array.from({ length: last - from }, (_unused, index) => from + index + 1));
    for (const [index, frame] of client.frames.entries()) {
      if (frame.type !== "snapshot") continue;
      const before = client.frames.slice(0, index).flatMap((entry) => (entry.type === "readings" ? entry.at : []));
      const after = client.frames.slice(index).flatMap((entry) => (entry.type === "readings" ? entry.at : []));
      const true_at = frame.last[home.point]?.power_w?.at ?? 0;
      expect(before.every((instant) => instant <= true_at)).toBe(true);
      expect(after.every((instant) => instant > true_at)).toBe(true);
    }
  });

  it("name a reading by what was asked for: point, channel, or both", async () => {
    const client = await person("viewer");
    client.send({ type: "subscribe", id: 1, targets: [home.point, home.channel] });
    await client.frame("snapshot");
    const instant = await measure();
    for (const target of [home.point, home.channel]) {
      expect(await client.frame("readings", (frame) => frame.target === target)).toMatchObject({
        at: [instant],
        columns: { power_w: [instant % 1_000] },
        provisional: true,
      });
    }
  });

  it("end, are replaced, and do not end each other", async () => {
    const client = await person("viewer");
    client.send({ type: "subscribe", id: 1, targets: [home.point] });
    client.send({ type: "subscribe", id: 2, targets: [home.point] });
    client.send({ type: "unsubscribe", id: 1 });
    await client.settled();
    const first = await measure();
    await client.frame("readings", (frame) => frame.at.includes(first));
    client.send({ type: "subscribe", id: 2, targets: [] });
    await client.settled();
    const second = await measure();
    await client.settled();
    expect(client.frames.some((frame) => frame.type === "readings" && frame.at.includes(second))).toBe(false);
  });

  it("leave history out: what a device remembered is not live", async () => {
    const client = await person("viewer");
    client.send({ type: "subscribe", id: 1, targets: [home.channel] });
    await client.frame("snapshot");
    await server.services.store.write([
      row(home.channel as ChannelId, (at - 5_000) as Instant, { power_w: 1 }, "replay"),
    ]);
    await client.settled();
    expect(client.frames.some(({ type }) => type === "readings")).toBe(false);
  });

  it("say which targets are not known or not to be seen, and take the others", async () => {
    const client = await person("viewer");
    client.send({ type: "subscribe", id: 4, targets: ["none", home.point, "shelly:none/x"] });
    expect(await client.frame("error")).toMatchObject({
      id: 4,
      error: { code: "E_TARGET_UNKNOWN", details: { targets: ["none", "shelly:none/x"] } },
    });
    expect(Object.keys((await client.frame("snapshot")).last)).toEqual([home.point]);
  });

  it("of what does not exist any more are refused", async () => {
    const client = await person("viewer");
    const { devices } = server.services;
    const channels = [{ key: "a", kind: "meter", metrics: ["power_w"] }] as const;
    const { id } = await devices.announce("shelly" as PluginId, { hardwareId: "gone", channels });
    client.send({ type: "subscribe", id: 1, targets: [`${id}/a`] });
    await client.frame("snapshot");
    await devices.remove(id);
    client.send({ type: "subscribe", id: 2, targets: [`${id}/a`] });
    expect(await client.frame("error")).toMatchObject({ id: 2, error: { code: "E_TARGET_UNKNOWN" } });
  });
});

describe("events and log", () => {
  it("come by pattern, as far as the person may see them", async () => {
    const [viewer, admin] = [await person("viewer"), await person("admin")];
    for (const client of [viewer, admin])
      client.send({ type: "subscribe", id: 1, events: ["device.*", "settings.changed"] });
    for (const client of [viewer, admin]) await client.frame("snapshot");
    server.services.publish("settings.changed", { key: "log.level" });
    server.services.publish("hub.health", { status: "ok" });
    server.services.publish("device.availability", { device: home.device, online: true });
    for (const client of [viewer, admin]) {
      expect(await client.frame("event", (frame) => frame.event.type === "device.availability")).toMatchObject({
        event: { payload: { device: home.device, online: true }, source: "hub" },
      });
    }
    const types = (client: LiveClient) =>
      client.frames.flatMap((frame) => (frame.type === "event" ? [frame.event.type] : []));
    expect(types(viewer)).toEqual(["device.availability"]);
    expect(types(admin)).toEqual(["settings.changed", "device.availability"]);
  });

  it("gives log lines to administrators, this level and worse", async () => {
    const [viewer, admin] = [await person("viewer"), await person("admin")];
    viewer.send({ type: "subscribe", id: 1, logs: "info" });
    expect(await viewer.frame("error")).toMatchObject({ error: { code: "E_PERMISSION" } });
    admin.send({ type: "subscribe", id: 1, logs: "warn" });
    await admin.frame("snapshot");
    server.services.log.source("mqtt").info("quiet");
    server.services.log.source("mqtt").error("loud");
    expect(await admin.frame("log")).toMatchObject({ line: { level: "error", source: "mqtt", message: "loud" } });
    expect(viewer.frames.some(({ type }) => type === "log")).toBe(false);
  });
});

describe("the end", () => {
  it("comes at once when the person signs out", async () => {
    const viewer = await server.person("viewer");
    const client = connect(viewer.headers);
    await client.frame("hello");
    expect((await viewer.api("DELETE", "/session")).status).toBe(204);
    expect(await client.closed).toBe(1008);
  });

  it("comes with the hub's", async () => {
    const other = await startTestServer();
    const client = new LiveClient(other.port, (await other.person("viewer")).headers);
    await client.frame("hello");
    await other.close();
    expect(await client.closed).toBe(1001);
  });

  it("takes its connection out of the count", async () => {
    const client = await person("viewer");
    const connections = async () =>
      ((await (await server.person("admin")).api("GET", "/system")).body as { live: { connections: number } }).live
        .connections;
    const before = await connections();
    client.socket.close();
    await client.closed;
    await expect.poll(connections).toBe(before - 1);
  });
});

describe("what a client should not do", () => {
  it.each([
    "",
    "{",
    "null",
    "[]",
    '{"type":"nothing"}',
    '{"type":"subscribe"}',
    '{"type":"subscribe","id":1,"targets":[1]}',
    '{"type":"subscribe","id":1,"events":["a b"]}',
    '{"type":"ping","__proto__":{}}',
    "[".repeat(1_000),
  ])("%j is answered with an error, and the stream goes on", async (text) => {
    const client = await person("viewer");
    client.send(text);
    expect(await client.frame("error")).toMatchObject({ error: { code: "E_INPUT_INVALID" } });
    await client.settled();
  });

  it("binary frames and frames beyond the limit end the stream", async () => {
    const [binary, large] = [await person("viewer"), await person("viewer")];
    binary.send(Uint8Array.of(1, 2));
    large.send(" ".repeat(CONNECTION_LIMITS.frameLength + 1));
    expect(await binary.closed).toBe(1003);
    expect(await large.closed).toBe(1009);
  });

  it("a frame that breaks the protocol ends the stream, and is counted", async () => {
    const client = await person("viewer");
    client.send(new Uint8Array(1024 * 1024 + 1));
    expect(await client.closed).toBe(1009);
    expect(server.services.counters.get("live", "refused", "unsupported-message-length")).toBe(1);
  });

  it("too many frames end the stream, and are counted", async () => {
    const client = await person("viewer");
    for (let index = 0; index < CONNECTION_LIMITS.frameBurst + 30; index++) client.send({ type: "ping" });
    expect(await client.closed).toBe(1008);
    expect(server.services.counters.get("live", "refused", "too-many-frames")).toBeGreaterThan(0);
  });

  it("too many subscriptions are refused", async () => {
    const client = await person("viewer");
    for (let id = 0; id <= SUBSCRIPTION_LIMITS.subscriptions; id++) client.send({ type: "subscribe", id, targets: [] });
    expect(await client.frame("error")).toMatchObject({ id: 500, error: { code: "E_SUBSCRIPTION_INVALID" } });
    await client.settled();
  });

  it("nothing that is sent brings the hub down", async () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({
          type: fc.constantFrom("subscribe", "unsubscribe", "ping"),
          id: fc.anything(),
          targets: fc.anything(),
          events: fc.anything(),
          logs: fc.anything(),
        })
        .map(
          (frame) => JSON.stringify(frame, (_key, value) => (typeof value === "bigint" ? String(value) : value)) ?? "",
        ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 8 }), async (texts) => {
        const client = connect((await server.machine("read")).headers);
        await client.frame("hello");
        for (const entry of texts) client.send(entry);
        await Promise.race([client.settled(), client.closed]);
        client.socket.terminate();
      }),
      { numRuns: 25 },
    );
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});
