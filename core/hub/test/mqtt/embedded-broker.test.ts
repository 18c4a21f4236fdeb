import { createServer } from "node:net";
import type { DeviceId } from "@vatio/plugin-api";
import { VatioError } from "@vatio/plugin-api";
import { describe, expect, it, onTestFinished } from "vitest";
import { deferred } from "../../src/deferred.js";
import { DEFAULT_BROKER_LIMITS } from "../../src/mqtt/index.js";
import { connectPacket, idPacket, publishPacket, rawSocket } from "./support/raw-mqtt.js";
import { settle, until } from "./support/settle.js";
import {
  buildMqtt,
  client,
  inboxOf,
  integration,
  newDurable,
  portOf,
  recorder,
  startMqtt,
} from "./support/test-broker.js";

const PLUG = "shellyplus1pm-a8032412c3d4";
const blocked = new VatioError("E_STORE_BLOCKED", "The disk is full.", { retryable: true });

describe("the embedded broker", () => {
  it("brings what a device publishes to a plugin, with who sent it", async () => {
    const broker = await startMqtt();
    const { got } = recorder(broker.mqtt);
    const device = await client(broker, { clientId: PLUG });
    await device.publishAsync(`${PLUG}/events/rpc`, '{"src":"plug"}', { qos: 1 });
    await device.publishAsync(`${PLUG}/online`, "true", { qos: 0 });
    await until(() => got.length === 2);
    expect(got[0]).toMatchObject({
      topic: `${PLUG}/events/rpc`,
      text: '{"src":"plug"}',
      retained: false,
      client: PLUG,
    });
    expect(broker.mqtt.transport.status()).toMatchObject({ connected: true, clients: 1 });
  });

  it.each([1, 2] as const)("acknowledges QoS %i when the plugin has stored it, not before", async (qos) => {
    const broker = await startMqtt();
    const gate = deferred();
    const { got } = recorder(broker.mqtt, "#", () => gate.promise);
    const device = await client(broker);
    const acknowledged: string[] = [];
    device.on("packetreceive", ({ cmd }) => acknowledged.push(cmd));
    const published = device.publishAsync(`${PLUG}/online`, "true", { qos });
    await until(() => got.length === 1);
    await settle(50);
    expect(acknowledged.filter((cmd) => cmd !== "connack")).toEqual([]);
    gate.resolve();
    await published;
    expect(acknowledged).toContain(qos === 1 ? "puback" : "pubrec");
    expect(got).toHaveLength(1);
  });

  it("acknowledges messages of one client independently, in the order of their storage", async () => {
    const broker = await startMqtt();
    const gates = [deferred(), deferred()];
    recorder(broker.mqtt, "#", ({ payload }) => gates[Number(Buffer.from(payload).toString())]?.promise);
    const device = await client(broker);
    const done: number[] = [];
    const both = [0, 1].map((n) =>
      device.publishAsync(`${PLUG}/online`, String(n), { qos: 1 }).then(() => done.push(n)),
    );
    await settle(50);
    gates[1]?.resolve();
    await until(() => done.length === 1);
    gates[0]?.resolve();
    await Promise.all(both);
    expect(done).toEqual([1, 0]);
  });

  it("closes the connection when nothing was stored, and takes the repetition", async () => {
    const broker = await startMqtt();
    let full = true;
    const { got } = recorder(broker.mqtt, "#", () => (full ? Promise.reject(blocked) : undefined));
    const device = await client(broker, { reconnectPeriod: 20, clientId: "plug", clean: false });
    let closed = 0;
    device.on("close", () => (closed += 1));
    const published = device.publishAsync(`${PLUG}/online`, "true", { qos: 1 });
    await until(() => closed > 1);
    expect(broker.counters.get("mqtt", "unacknowledged", "E_STORE_BLOCKED")).toBeGreaterThan(0);
    full = false;
    await published;
    expect(got.length).toBeGreaterThan(1);
  });

  it("keeps the connection when a QoS 0 message could not be stored, and counts the loss", async () => {
    const broker = await startMqtt();
    recorder(broker.mqtt, "#", () => Promise.reject(blocked));
    const device = await client(broker);
    await device.publishAsync(`${PLUG}/online`, "true", { qos: 0 });
    await until(() => broker.counters.get("mqtt", "lost", "E_STORE_BLOCKED") === 1);
    expect(device.connected).toBe(true);
  });

  it("hands the repetition of a QoS 2 message to plugins once", async () => {
    const broker = await startMqtt();
    const { got } = recorder(broker.mqtt);
    const { username, password } = await broker.mqtt.credentials.onboarding();
    const socket = await rawSocket(portOf(broker));
    const answers: number[] = [];
    socket.on("data", (bytes) => {
      for (let at = 0; at < bytes.length; at += 2 + (bytes[at + 1] ?? 0)) answers.push((bytes[at] ?? 0) >> 4);
    });
    const send = async (packet: Buffer, count: number): Promise<void> => {
      socket.write(packet);
      await until(() => answers.length === count);
    };
    await send(connectPacket("plug", username, password), 1);
    await send(publishPacket("plug/online", "true", 2, 7), 2);
    await send(publishPacket("plug/online", "true", 2, 7), 3);
    expect(got).toHaveLength(1);
    await send(idPacket(6, 7), 4);
    await send(publishPacket("plug/online", "false", 2, 7), 5);
    expect(got.map(({ text }) => text)).toEqual(["true", "false"]);
    // CONNACK, PUBREC, PUBREC, PUBCOMP, PUBREC
    expect(answers).toEqual([2, 5, 5, 7, 5]);
  });

  it("carries messages between clients and from plugins to devices", async () => {
    const broker = await startMqtt();
    const { got } = recorder(broker.mqtt, "+/rpc");
    const device = await client(broker);
    const received = inboxOf(device);
    await device.subscribeAsync(`${PLUG}/rpc`, { qos: 1 });
    await broker.mqtt.transport.publish(`${PLUG}/rpc`, '{"id":1}', { qos: 1 });
    await until(() => received.length === 1);
    expect(received).toEqual([{ topic: `${PLUG}/rpc`, text: '{"id":1}', retain: false }]);
    // A plugin hears what another one publishes, as through an external broker.
    await until(() => got.length === 1);
    const other = await integration(broker);
    await other.publishAsync(`${PLUG}/rpc`, '{"id":2}', { qos: 1 });
    await until(() => received.length === 2);
  });

  it.each(["", "a/#", "$SYS/x", "a\nb"])("does not publish on %j", async (topic) => {
    const broker = await startMqtt();
    await expect(broker.mqtt.transport.publish(topic, "x")).rejects.toMatchObject({ code: "E_TOPIC_INVALID" });
  });

  it("publishes the will of a client that vanishes, within its rights only", async () => {
    const broker = await startMqtt();
    const { got } = recorder(broker.mqtt);
    const good = await client(broker, {
      will: { topic: `${PLUG}/online`, payload: Buffer.from("false"), qos: 1, retain: true },
    });
    const bad = await client(broker, {
      will: { topic: `${PLUG}/rpc`, payload: Buffer.from("toggle"), qos: 1, retain: true },
    });
    for (const device of [good, bad]) device.stream.destroy();
    await until(() => got.length === 1 && broker.counters.get("mqtt", "publish-refused", "rights") === 1);
    await settle(20);
    expect(got).toMatchObject([{ topic: `${PLUG}/online`, text: "false" }]);
    expect(broker.mqtt.transport.retained("#").map(({ topic }) => topic)).toEqual([`${PLUG}/online`]);
  });

  it("does not publish wills because the hub stops", async () => {
    const broker = await startMqtt();
    const { got } = recorder(broker.mqtt);
    const device = await client(broker, {
      will: { topic: `${PLUG}/online`, payload: Buffer.from("false"), qos: 1, retain: true },
    });
    await broker.stop();
    await until(() => !device.connected);
    await settle(20);
    expect(got).toEqual([]);
  });
});

describe("who may connect", () => {
  it.each([
    ["nobody", { username: undefined, password: undefined }],
    ["a user without a password", { username: "vatio", password: undefined }],
    ["a wrong password", { username: "vatio", password: "wrong" }],
    ["an unknown user", { username: "admin", password: "admin" }],
    ["a name of JavaScript", { username: "__proto__", password: "x" }],
  ])("refuses %s", async (_who, login) => {
    const broker = await startMqtt();
    await expect(client(broker, login as object)).rejects.toThrow(/refused/i);
    expect(broker.mqtt.refusals()).toHaveLength(1);
    expect(broker.mqtt.transport.status().clients).toBe(0);
  });

  it("stops answering who guesses passwords, and still lets the right one in", async () => {
    const broker = await startMqtt();
    for (let i = 0; i < 30; i++) await expect(client(broker, { password: `guess ${i}` })).rejects.toThrow(/refused/i);
    await expect(client(broker, { password: "guess" })).rejects.toThrow(/closed/);
    expect(broker.counters.get("mqtt", "connection-refused", "password-rate")).toBe(1);
    await client(broker);
    const [refusal] = broker.mqtt.refusals();
    expect(refusal).toMatchObject({ address: "127.0.0.1", username: "vatio", reason: "cut-off", times: 31 });
    expect(broker.log.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
  });

  it("bounds the connections of strangers from one address", async () => {
    const gate = { ...DEFAULT_BROKER_LIMITS.gate, connections: { burst: 2, perSecond: 0.001 } };
    const broker = await startMqtt({ limits: { ...DEFAULT_BROKER_LIMITS, gate } });
    await client(broker);
    await client(broker);
    await expect(client(broker)).rejects.toThrow();
    expect(broker.counters.get("mqtt", "connection-refused", "address-rate")).toBe(1);
  });

  it("keeps sessions of different credentials apart, whatever the clients call themselves", async () => {
    const broker = await startMqtt();
    const bridge = await integration(broker, { clientId: "same", clean: false });
    await bridge.subscribeAsync("secret/#", { qos: 1 });
    const device = await client(broker, { clientId: "same", clean: false });
    const received = inboxOf(device);
    await settle(20);
    expect([bridge.connected, device.connected]).toEqual([true, true]);
    await broker.mqtt.transport.publish("secret/plan", "x", { qos: 1 });
    await settle(20);
    expect(received).toEqual([]);
  });

  it("cuts off the clients of a credential that is taken away or gets a new password", async () => {
    const broker = await startMqtt();
    const bridge = await integration(broker);
    const device = await client(broker);
    const [id] = broker.mqtt.credentials
      .list()
      .filter(({ kind }) => kind === "integration")
      .map((credential) => credential.id);
    await broker.mqtt.credentials.remove(id ?? "");
    await until(() => !bridge.connected);
    expect(device.connected).toBe(true);
    await broker.mqtt.credentials.rotateOnboarding();
    await until(() => !device.connected);
  });
});

describe("what clients may do", () => {
  it("acknowledges and ignores what a client may not publish", async () => {
    const broker = await startMqtt();
    const { got } = recorder(broker.mqtt);
    const watcher = await integration(broker);
    const seen = inboxOf(watcher);
    await watcher.subscribeAsync("#");
    const device = await client(broker);
    for (const qos of [0, 1, 2] as const) await device.publishAsync(`${PLUG}/rpc`, "toggle", { qos, retain: true });
    await device.publishAsync("$SYS/x", "x", { qos: 1 });
    await device.publishAsync("a\u0001b", "x", { qos: 1 });
    await device.publishAsync(`${PLUG}/online`, "true", { qos: 1 });
    await until(() => seen.length === 1);
    expect(got.map(({ topic }) => topic)).toEqual([`${PLUG}/online`]);
    expect(seen.map(({ topic }) => topic)).toEqual([`${PLUG}/online`]);
    expect(broker.mqtt.transport.retained("#")).toEqual([]);
    expect(broker.counters.get("mqtt", "publish-refused", "rights")).toBe(4);
    expect(broker.counters.get("mqtt", "publish-refused", "control-character")).toBe(1);
  });

  it("refuses subscriptions beyond the rights, one by one", async () => {
    const broker = await startMqtt();
    const device = await client(broker);
    const granted = await device
      .subscribeAsync(["#", "$SYS/#", "+/rpc", `${PLUG}/events/rpc`, "vatio/shelly/rpc"])
      .catch((error: { packet?: { granted?: number[] } }) => error.packet?.granted);
    expect(granted).toEqual([128, 128, 128, 128, 128]);
    await device.subscribeAsync(`${PLUG}/rpc`);
    expect(broker.counters.get("mqtt", "subscribe-refused", "rights")).toBe(5);
  });

  it("takes a device's topics from onboarding at once when it gets a credential of its own", async () => {
    const broker = await startMqtt();
    const { got } = recorder(broker.mqtt);
    const onboarding = await client(broker);
    const overheard = inboxOf(onboarding);
    await onboarding.subscribeAsync([`${PLUG}/rpc`, "other/rpc"]);
    const { credential, password } = await broker.mqtt.credentials.createDevice({
      device: "shelly:a8032412c3d4" as DeviceId,
      wireId: PLUG,
    });
    const device = await client(broker, { username: credential.username, password });
    const received = inboxOf(device);
    await device.subscribeAsync(`${PLUG}/rpc`);
    await broker.mqtt.transport.publish(`${PLUG}/rpc`, "secret");
    await broker.mqtt.transport.publish("other/rpc", "for another");
    await onboarding.publishAsync(`${PLUG}/online`, "forged", { qos: 1 });
    await device.publishAsync(`${PLUG}/online`, "true", { qos: 1 });
    await until(() => received.length === 1 && overheard.length === 1);
    expect(overheard.map(({ text }) => text)).toEqual(["for another"]);
    expect(got.filter(({ topic }) => topic.endsWith("online")).map(({ text }) => text)).toEqual(["true"]);
    await device.publishAsync("other/online", "forged", { qos: 1 });
    expect(broker.counters.get("mqtt", "publish-refused", "rights")).toBe(2);
  });

  it("keeps a blocked device out", async () => {
    const device = "shelly:a8032412c3d4" as DeviceId;
    let state: "active" | "blocked" = "active";
    const devices = { get: () => ({ state, hardwareId: PLUG }) as never, rawMessages: () => [] };
    const broker = await startMqtt({ devices });
    const { got } = recorder(broker.mqtt);
    const { credential, password } = await broker.mqtt.credentials.createDevice({ device });
    const connected = await client(broker, { username: credential.username, password });
    state = "blocked";
    await connected.publishAsync(`${PLUG}/online`, "true", { qos: 1 });
    expect(got).toEqual([]);
    await expect(client(broker, { username: credential.username, password })).rejects.toThrow(/refused/i);
  });

  it("closes a connection that announces a packet beyond its limit, before it has arrived", async () => {
    const broker = await startMqtt();
    const device = await client(broker);
    device.stream.write(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f));
    await until(() => !device.connected);
    expect(broker.counters.get("mqtt", "connection-closed", "packet-too-large")).toBe(1);
  });

  it("bounds the subscriptions of a client", async () => {
    const broker = await startMqtt({ limits: { ...DEFAULT_BROKER_LIMITS, subscriptions: 3 } });
    const bridge = await integration(broker);
    await bridge.subscribeAsync(["a", "b", "c"]);
    await expect(bridge.subscribeAsync("d")).rejects.toThrow();
    await bridge.subscribeAsync("a", { qos: 1 });
    await bridge.unsubscribeAsync("a");
    await bridge.subscribeAsync("d");
  });

  it("slows down a client that sends too much, and loses nothing of it", async () => {
    const onboarding = { payload: 1_000, rate: { perSecond: 200, burst: 5 } };
    const broker = await startMqtt({
      limits: { ...DEFAULT_BROKER_LIMITS, kinds: { ...DEFAULT_BROKER_LIMITS.kinds, onboarding } },
    });
    const { got } = recorder(broker.mqtt);
    const device = await client(broker);
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => device.publishAsync(`${PLUG}/online`, String(i), { qos: 1 })),
    );
    expect(got.map(({ text }) => Number(text))).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect(broker.counters.get("mqtt", "slowed")).toBeGreaterThan(20);
  });
});

describe("retained messages", () => {
  it("survive a restart, with the instant at which they were published", async () => {
    const durable = await newDurable();
    const first = await startMqtt({ durable });
    const device = await client(first);
    await device.publishAsync(`${PLUG}/online`, "true", { qos: 1, retain: true });
    await device.publishAsync("other/online", "true", { qos: 0, retain: true });
    await device.publishAsync("gone/online", "true", { qos: 1, retain: true });
    await device.publishAsync("gone/online", "", { qos: 1, retain: true });
    const before = first.mqtt.transport.retained("#");
    await first.stop();
    const second = await startMqtt({ durable });
    expect(
      second.mqtt.transport
        .retained("#")
        .map(({ topic }) => topic)
        .sort(),
    ).toEqual(["other/online", `${PLUG}/online`]);
    expect(second.mqtt.transport.retained(`${PLUG}/+`)[0]).toMatchObject({ retained: true, at: before[0]?.at });
    const { got } = recorder(second.mqtt, "+/online");
    await until(() => got.length === 2);
    expect(got.every(({ retained }) => retained)).toBe(true);
    const bridge = await integration(second);
    const received = inboxOf(bridge);
    await bridge.subscribeAsync("+/online");
    await until(() => received.length === 2);
    expect(received.every(({ retain }) => retain)).toBe(true);
  });

  it("are durable before a QoS 1 message is acknowledged", async () => {
    const durable = await newDurable();
    const broker = await startMqtt({ durable });
    const device = await client(broker);
    await device.publishAsync(`${PLUG}/online`, "true", { qos: 1, retain: true });
    const rows = await durable.state.all<{ topic: string }>("SELECT topic FROM retained_messages");
    expect(rows).toEqual([{ topic: `${PLUG}/online` }]);
  });
});

describe("sessions", () => {
  it("keep QoS 1 messages for a client that is away for a while", async () => {
    const broker = await startMqtt();
    const options = { clientId: "bridge", clean: false };
    const bridge = await integration(broker, options);
    await bridge.subscribeAsync("orders/#", { qos: 1 });
    await bridge.endAsync();
    await until(() => broker.mqtt.transport.status().clients === 0);
    for (const n of [1, 2, 3]) await broker.mqtt.transport.publish("orders/x", String(n), { qos: 1 });
    const { password } = await broker.mqtt.credentials.resetPassword(
      broker.mqtt.credentials.list().find(({ username }) => username === "bridge")?.id ?? "",
    );
    const again = await import("mqtt").then(({ default: mqtt }) =>
      mqtt.connect({
        host: "127.0.0.1",
        port: portOf(broker),
        username: "bridge",
        password,
        reconnectPeriod: 0,
        ...options,
      }),
    );
    onTestFinished(() => again.endAsync(true).then(() => undefined));
    const received = inboxOf(again);
    await until(() => received.length === 3);
    expect(received.map(({ text }) => text)).toEqual(["1", "2", "3"]);
  });

  it("are bounded for a client that never comes back", async () => {
    const broker = await startMqtt();
    const bridge = await integration(broker, { clientId: "bridge", clean: false });
    await bridge.subscribeAsync("#", { qos: 1 });
    await bridge.endAsync();
    await until(() => broker.mqtt.transport.status().clients === 0);
    const large = "x".repeat(10_000);
    for (let n = 0; n < 150; n++) await broker.mqtt.transport.publish("orders/x", large, { qos: 1 });
    await until(() => broker.counters.get("mqtt", "session-queue-dropped", "offline") > 0);
  });
});

describe("ports", () => {
  it("explains a port that is in use, and names the setting", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await until(() => other.listening);
    const { port } = other.address() as { port: number };
    const { mqtt } = await buildMqtt({ mqtt: { embedded: { port } } });
    await expect(mqtt.start()).rejects.toMatchObject({
      code: "E_PORT_BUSY",
      message: expect.stringMatching(/mqtt\.port.*VATIO_MQTT_PORT/),
      details: { port, setting: "mqtt.port" },
    });
    expect(mqtt.transport.status().connected).toBe(false);
  });

  it("explains a certificate file that is not there", async () => {
    const tls = { port: 0, cert: "/no/such/cert.pem", key: "/no/such/key.pem" };
    const { mqtt } = await buildMqtt({ mqtt: { embedded: { port: 0, tls } } });
    await expect(mqtt.start()).rejects.toMatchObject({
      code: "E_CONFIG_INVALID",
      message: expect.stringContaining("mqtt.tls.cert"),
    });
  });

  it("wants a broker to be configured", async () => {
    await expect(buildMqtt({ mqtt: {} })).rejects.toMatchObject({ code: "E_CONFIG_INVALID" });
  });

  it("publishes nothing while it does not run", async () => {
    const { mqtt } = await buildMqtt();
    await expect(mqtt.transport.publish("a", "b")).rejects.toMatchObject({ code: "E_MQTT_OFFLINE", retryable: true });
  });
});
