import { setTimeout as wait } from "node:timers/promises";
import { VatioError } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { describeWithMosquitto } from "../../../../test/support/programs.js";
import { deferred } from "../../src/deferred.js";
import { connected, device, external, hub, inWords, whyNot } from "./support/external-hub.js";
import { freePort, Mosquitto } from "./support/mosquitto.js";
import { settle, until } from "./support/settle.js";
import { buildMqtt, newDurable, portOf, recorder, SHELLY, startMqtt } from "./support/test-broker.js";

describeWithMosquitto("an external broker", (program) => {
  it("brings messages to plugins and takes theirs to devices", async () => {
    const mosquitto = await Mosquitto.start(program);
    const broker = await hub(mosquitto.port);
    const { got } = recorder(broker.mqtt, "+/events/rpc");
    await connected(broker);
    const plug = await device(mosquitto.port);
    const heard: string[] = [];
    plug.on("message", (topic, payload) => heard.push(`${topic} ${payload.toString()}`));
    await plug.subscribeAsync("plug/rpc");
    await until(async () => {
      await plug.publishAsync("plug/events/rpc", "event", { qos: 1 });
      return got.length > 0;
    });
    await plug.publishAsync("plug/status/sys", "nobody asked for it", { qos: 1 });
    await broker.mqtt.transport.publish("plug/rpc", "toggle", { qos: 1 });
    await until(() => heard.length === 1);
    expect(heard).toEqual(["plug/rpc toggle"]);
    expect(got[0]).toMatchObject({ topic: "plug/events/rpc", text: "event", retained: false });
    expect(broker.counters.get("mqtt", "unmatched")).toBe(0);
    expect(broker.health.status()).toBe("ok");
  });

  it("acknowledges when the plugin has stored, in any order; what was not acknowledged comes again", async () => {
    const mosquitto = await Mosquitto.start(program);
    const durable = await newDurable();
    const first = await hub(mosquitto.port, { durable });
    const gates = [deferred(), deferred(), deferred()];
    const one = recorder(first.mqtt, "a", ({ payload }) => gates[Number(Buffer.from(payload).toString())]?.promise);
    await connected(first);
    const plug = await device(mosquitto.port);
    await settle(50);
    for (const n of [0, 1, 2]) await plug.publishAsync("a", String(n), { qos: 1 });
    await until(() => one.got.length === 3);
    gates[1]?.resolve();
    await until(() => first.mqtt.delivery.busy === 2);
    await settle(50);
    await first.stop();
    const second = await hub(mosquitto.port, { durable });
    const other = recorder(second.mqtt, "a");
    await until(() => other.got.length === 2);
    await settle(50);
    expect(other.got.map(({ text }) => text)).toEqual(["0", "2"]);
  });

  it("gets what was not stored once more, by itself, and then acknowledges it", async () => {
    const mosquitto = await Mosquitto.start(program);
    const broker = await hub(mosquitto.port);
    let blocked = true;
    const { got } = recorder(broker.mqtt, "a", () => {
      if (blocked) throw new VatioError("E_STORE_BLOCKED", "The disk is full.", { retryable: true });
    });
    await connected(broker);
    const plug = await device(mosquitto.port);
    await settle(50);
    await plug.publishAsync("a", "1", { qos: 1 });
    await until(() => got.length >= 3, "it was repeated");
    blocked = false;
    const before = got.length;
    await until(() => got.length > before);
    const after = got.length;
    await wait(300);
    expect(got.length).toBe(after);
    expect(broker.counters.get("mqtt", "unacknowledged")).toBeGreaterThanOrEqual(3);
  });

  it("comes back when the broker restarts, and misses no QoS 1 message", async () => {
    const mosquitto = await Mosquitto.start(program);
    const broker = await hub(mosquitto.port);
    const { got } = recorder(broker.mqtt, "a/#");
    await connected(broker);
    const plug = await device(mosquitto.port, { clientId: "plug", clean: false });
    await settle(50);
    await plug.publishAsync("a/1", "before", { qos: 1 });
    await until(() => got.length === 1);
    await mosquitto.stop();
    await whyNot(broker, "broker.nobody-listens");
    await expect(broker.mqtt.transport.publish("a", "b")).rejects.toMatchObject({
      code: "E_MQTT_OFFLINE",
      retryable: true,
    });
    const during = plug.publishAsync("a/2", "during", { qos: 1 });
    await mosquitto.run();
    await during;
    await connected(broker);
    await plug.publishAsync("a/3", "after", { qos: 1 });
    await until(() => new Set(got.map(({ text }) => text)).size === 3);
    expect(broker.health.status()).toBe("ok");
  });

  it("keeps messages for a hub that is away, which takes them up after its restart", async () => {
    const mosquitto = await Mosquitto.start(program);
    const durable = await newDurable();
    const first = await hub(mosquitto.port, { durable });
    recorder(first.mqtt, "a/#");
    await connected(first);
    await settle(100);
    await first.stop();
    const plug = await device(mosquitto.port);
    for (let n = 0; n < 50; n++) await plug.publishAsync(`a/${n}`, String(n), { qos: 1 });
    const second = await hub(mosquitto.port, { durable });
    const { got } = recorder(second.mqtt, "a/#");
    await until(() => got.length === 50);
    expect(got.map(({ text }) => Number(text))).toEqual([...got.keys()]);
    expect(second.inbox.size(SHELLY).messages).toBe(0);
  });

  it("collects for a plugin that has not come back after a restart of the hub", async () => {
    const mosquitto = await Mosquitto.start(program);
    const durable = await newDurable();
    const first = await hub(mosquitto.port, { durable });
    recorder(first.mqtt, "a/#");
    await connected(first);
    await settle(100);
    await first.stop();
    const plug = await device(mosquitto.port);
    await plug.publishAsync("a/x", "queued", { qos: 1 });
    const second = await hub(mosquitto.port, { durable });
    await until(() => second.inbox.size(SHELLY).messages === 1, "the inbox has it");
    const { got } = recorder(second.mqtt, "a/#");
    await until(() => got.length === 1);
    expect(got[0]?.text).toBe("queued");
  });

  it("asks again for what the broker retains when a plugin subscribes late or comes back", async () => {
    const mosquitto = await Mosquitto.start(program);
    const broker = await hub(mosquitto.port);
    await connected(broker);
    const plug = await device(mosquitto.port);
    await plug.publishAsync("plug/online", "true", { qos: 1, retain: true });
    const { got, subscription } = recorder(broker.mqtt, "+/online");
    await until(() => got.length === 1);
    expect(got[0]).toMatchObject({ text: "true", retained: true });
    broker.mqtt.delivery.setPlugin(SHELLY, "away");
    subscription[Symbol.dispose]();
    const again = recorder(broker.mqtt, "+/online");
    await until(() => again.got.length >= 1);
    expect(again.got[0]).toMatchObject({ text: "true", retained: true });
    await settle(100);
    await broker.stop();
    const next = await buildMqtt(external(mosquitto.port, { durable: broker }));
    const { got: afterRestart } = recorder(next.mqtt, "+/online");
    await next.mqtt.start();
    await until(() => afterRestart.length >= 1);
    expect(afterRestart[0]).toMatchObject({ text: "true", retained: true });
  });

  it("takes a message once, also when several of the plugins' filters match it", async () => {
    const mosquitto = await Mosquitto.start(program);
    const broker = await hub(mosquitto.port);
    const { got } = recorder(broker.mqtt, "a/#");
    broker.mqtt.delivery.subscribe(SHELLY, "a/b", () => undefined);
    await connected(broker);
    const plug = await device(mosquitto.port);
    await settle(100);
    await plug.publishAsync("a/b", "1", { qos: 1 });
    await plug.publishAsync("a/c", "2", { qos: 1 });
    await until(() => got.length >= 2);
    await settle(50);
    expect(got.map(({ text }) => text)).toEqual(["1", "2"]);
  });

  it("drops the subscriptions of plugins that are gone, also those of its earlier life", async () => {
    const mosquitto = await Mosquitto.start(program);
    const durable = await newDurable();
    const first = await hub(mosquitto.port, { durable });
    recorder(first.mqtt, "old/#");
    await connected(first);
    await settle(100);
    await first.mqtt.delivery.forget(SHELLY);
    await first.stop();
    const second = await hub(mosquitto.port, { durable });
    const { got } = recorder(second.mqtt, "new/#");
    await connected(second);
    await settle(100);
    const plug = await device(mosquitto.port);
    await plug.publishAsync("old/x", "x", { qos: 1 });
    await plug.publishAsync("new/x", "y", { qos: 1 });
    await until(() => got.length === 1);
    await settle(50);
    expect(second.counters.get("mqtt", "unmatched")).toBe(0);
  });

  it("explains a wrong password and keeps trying", async () => {
    const mosquitto = await Mosquitto.start(program, [], { vatio: "right" });
    const broker = await hub(mosquitto.port, { external: { username: "vatio", password: "wrong" } });
    expect(await whyNot(broker, "broker.login")).toBe(
      `The broker mqtt://127.0.0.1:${mosquitto.port} refuses the user name or the password. Check mqtt.username and mqtt.password`,
    );
    expect(JSON.stringify([broker.log.lines, broker.counters.snapshot()])).not.toContain("wrong");
    await broker.stop();
    const right = await hub(mosquitto.port, { external: { username: "vatio", password: "right" } });
    await connected(right);
  });

  it("says when another program uses its client id", async () => {
    const mosquitto = await Mosquitto.start(program);
    const broker = await hub(mosquitto.port);
    await connected(broker);
    const twin = await device(mosquitto.port, { clientId: "vatio-test", reconnectPeriod: 20 });
    await until(() => broker.mqtt.transport.status().why?.key === "broker.taken-over");
    expect(inWords(broker.mqtt.transport.status().why)).toContain("client id vatio-test");
    await twin.endAsync(true);
    await connected(broker);
  });

  it("shows a subscription that the broker refuses", async () => {
    const upstream = await startMqtt();
    const { password } = await upstream.mqtt.credentials.createIntegration({
      username: "hub",
      publish: [],
      subscribe: ["fine/#"],
    });
    const broker = await hub(portOf(upstream), { external: { username: "hub", password } });
    recorder(broker.mqtt, "fine/#");
    const { subscription } = recorder(broker.mqtt, "forbidden/#");
    await until(() => broker.mqtt.transport.status().why?.key === "broker.filters-refused");
    expect(inWords(broker.mqtt.transport.status().why)).toContain("subscribe to forbidden/#");
    expect([broker.mqtt.transport.status().connected, broker.health.status()]).toEqual([true, "degraded"]);
    subscription[Symbol.dispose]();
    await until(() => broker.health.status() === "ok", "it is well again");
  });
});

describe("reaching an external broker", () => {
  it("explains that nothing listens there, and starts all the same", async () => {
    const port = await freePort();
    const broker = await hub(port);
    expect(await whyNot(broker, "broker.nobody-listens")).toContain(`mqtt://127.0.0.1:${port}`);
  });

  it("explains a host that is not known", async () => {
    const broker = await hub(1, { external: { url: "mqtt://no-such-host.invalid" } });
    expect(await whyNot(broker, "broker.unknown-host")).toContain("no-such-host.invalid");
  });

  it.each(["broker.example", "http://broker.example", "mqtt://", ""])("refuses the URL %j", async (url) => {
    await expect(buildMqtt(external(1, { external: { url } }))).rejects.toMatchObject({ code: "E_CONFIG_INVALID" });
  });

  it("shows no password that stands in the URL", async () => {
    const broker = await hub(1, { external: { url: "mqtt://user:hunter2@127.0.0.1:1" } });
    await whyNot(broker, "broker.nobody-listens");
    expect(JSON.stringify([broker.mqtt.transport.status(), broker.log.lines])).not.toContain("hunter2");
  });

  it("speaks MQTT 3.1.1 with a broker that knows no other: the embedded one of another hub", async () => {
    const upstream = await startMqtt();
    const { credential, password } = await upstream.mqtt.credentials.createIntegration({
      username: "hub",
      publish: ["#"],
      subscribe: ["#"],
    });
    const broker = await hub(portOf(upstream), { external: { username: credential.username, password } });
    const { got } = recorder(broker.mqtt, "a/#");
    await connected(broker);
    await until(async () => {
      await upstream.mqtt.transport.publish("a/b", "x", { qos: 1 });
      return got.length > 0;
    });
    expect(broker.log.lines.find(({ message }) => message.startsWith("Connected"))?.fields).toMatchObject({
      version: 4,
    });
  });
});
