import type { DeviceId } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { DEFAULT_BROKER_LIMITS } from "../../src/mqtt/index.js";
import { connectPacket, rawSocket, subscribePacket } from "./support/raw-mqtt.js";
import { settle, until } from "./support/settle.js";
import { client, inboxOf, integration, portOf, recorder, startMqtt } from "./support/test-broker.js";

const PLUG = "shellyplus1pm-a8032412c3d4";

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

  it("cuts a client off that subscribes and does not read", async () => {
    const broker = await startMqtt();
    const { credential, password } = await broker.mqtt.credentials.createIntegration({
      username: "deaf",
      publish: [],
      subscribe: ["#"],
    });
    const socket = await rawSocket(portOf(broker));
    socket.write(Buffer.concat([connectPacket("deaf", credential.username, password), subscribePacket(["#"])]));
    await until(() => broker.mqtt.transport.status().clients === 1);
    socket.pause();
    const large = "x".repeat(100_000);
    await until(async () => {
      await broker.mqtt.transport.publish("a", large);
      return broker.mqtt.transport.status().clients === 0;
    }, "it is cut off");
    expect(broker.counters.get("mqtt", "client-cut-off", "does-not-read")).toBe(1);
  });
});
