import { createServer } from "node:net";
import { VatioError } from "@vatio/plugin-api";
import { describe, expect, it, onTestFinished } from "vitest";
import { deferred } from "../../src/deferred.js";
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
