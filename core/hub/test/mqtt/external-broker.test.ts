import { setTimeout as wait } from "node:timers/promises";
import { CORE_MESSAGES, MessageCatalogue } from "@vatio/model";
import { type Text, VatioError } from "@vatio/plugin-api";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { describe, expect, it, onTestFinished } from "vitest";
import { describeWithMosquitto, findProgram, mosquittoRequirement } from "../../../../test/support/programs.js";
import { describeWith } from "../../../../test/support/requirement.js";
import { systemClock } from "../../src/clock.js";
import { deferred } from "../../src/deferred.js";
import { TestAuthority } from "./support/certificates.js";
import { freePort, Mosquitto } from "./support/mosquitto.js";
import { settle, until } from "./support/settle.js";
import {
  buildMqtt,
  type Durable,
  newDurable,
  portOf,
  recorder,
  SHELLY,
  startMqtt,
  type TestMqtt,
  type TestMqttOptions,
} from "./support/test-broker.js";

const catalogue = new MessageCatalogue();
catalogue.set("core", CORE_MESSAGES);
const inWords = (why: Text | undefined): string => (why ? catalogue.render(why, "en") : "");

/** The system's time, in which spans pass a hundred times faster: nobody waits for back-offs. */
const hasty = {
  ...systemClock,
  timer: (delay: number, run: () => void) => systemClock.timer((delay / 100) as never, run),
};

type External = NonNullable<NonNullable<TestMqttOptions["mqtt"]>["external"]>;

interface HubOptions {
  readonly durable?: Durable;
  readonly external?: Partial<External>;
}

const external = (port: number, { durable, external: more }: HubOptions = {}): TestMqttOptions => ({
  clock: hasty,
  mqtt: { external: { url: `mqtt://127.0.0.1:${port}`, clientId: "vatio-test", ...more } },
  ...(durable && { durable }),
});

const hub = async (port: number, options: HubOptions = {}): Promise<TestMqtt> => startMqtt(external(port, options));
const connected = (broker: TestMqtt) => until(() => broker.mqtt.transport.status().connected, "the hub is connected");

/** Waits for the reason why a hub is not connected. */
async function whyNot(broker: TestMqtt, key: string): Promise<string> {
  await until(() => broker.mqtt.transport.status().why?.key === key, `the reason is ${key}`).catch((error: unknown) => {
    throw new Error(`${String(error)} It is ${JSON.stringify(broker.mqtt.transport.status().why)}.`);
  });
  expect(broker.mqtt.transport.status().connected).toBe(false);
  expect(broker.health.status()).toBe("failed");
  return inWords(broker.mqtt.transport.status().why);
}

async function device(port: number, options: IClientOptions = {}): Promise<MqttClient> {
  const client = mqtt.connect({ host: "127.0.0.1", port, reconnectPeriod: 50, ...options });
  onTestFinished(() => client.endAsync(true).catch(() => undefined));
  await until(() => client.connected, "the device is connected");
  return client;
}

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
    await until(() => first.mqtt.delivery.busy === 4);
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

  it("loses nothing that was acknowledged while a plugin crashes under load", async () => {
    const mosquitto = await Mosquitto.start(program, ["max_queued_messages 0", "max_inflight_messages 0"]);
    const broker = await hub(mosquitto.port);
    await crashUnderLoad(broker, mosquitto.port);
  }, 40_000);
});

describe("the embedded broker under the same load", () => {
  it("loses nothing that was acknowledged while a plugin crashes", async () => {
    const broker = await startMqtt();
    const { username, password } = await broker.mqtt.credentials
      .createIntegration({ username: "load", publish: ["#"], subscribe: [] })
      .then(({ credential, password }) => ({ username: credential.username, password }));
    await crashUnderLoad(broker, portOf(broker), { username, password });
  }, 40_000);
});

/** Publishes QoS 1 while the plugin crashes again and again; every acknowledged message must reach a handler that finished. */
async function crashUnderLoad(broker: TestMqtt, port: number, login: IClientOptions = {}): Promise<void> {
  const stored = new Set<string>();
  const { delivery } = broker.mqtt;
  let crashes = 0;
  const start = (): void => {
    let alive = true;
    const subscription = delivery.subscribe(SHELLY, "load/#", async ({ payload }) => {
      const name = Buffer.from(payload).toString();
      await settle(1 + (name.length % 3));
      if (!alive) throw new VatioError("E_DISPOSED", "The plugin has stopped.");
      stored.add(name);
    });
    delivery.setPlugin(SHELLY, "running");
    if (crashes < 8)
      setTimeout(() => {
        crashes += 1;
        alive = false;
        void delivery.crashed(SHELLY).then(() => {
          subscription[Symbol.dispose]();
          setTimeout(start, 20);
        });
      }, 40);
  };
  start();
  if (broker.mqtt.transport.kind === "external") await connected(broker);
  await settle(100);
  const acknowledged = new Set<string>();
  const plug = await device(port, login);
  for (let batch = 0; crashes < 8 || batch < 10; batch++) {
    const names = Array.from({ length: 40 }, (_, i) => `${batch}-${i}`);
    await Promise.all(
      names.map((name) => plug.publishAsync("load/x", name, { qos: 1 }).then(() => acknowledged.add(name))),
    );
  }
  await until(() => delivery.busy === 0 && broker.inbox.size(SHELLY).messages === 0, "all is worked off", 20_000);
  // By chance the same message may be in hand at three crashes: it is set aside then, which is not lost.
  const missing = async () => {
    const aside = (await broker.inbox.aside(SHELLY)).map(({ payload }) => Buffer.from(payload).toString());
    return [...acknowledged].filter((name) => !stored.has(name) && !aside.includes(name));
  };
  // An external broker has acknowledged to the device before it delivers to the hub.
  await until(async () => (await missing()).length === 0, `nothing is missing of ${acknowledged.size}`, 20_000);
  expect(acknowledged.size).toBeGreaterThanOrEqual(400);
}

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

const tlsRequirement = {
  found: mosquittoRequirement.found && findProgram("openssl"),
  remedy: "Mosquitto or OpenSSL is missing: install the packages mosquitto and openssl.",
};

describeWith(tlsRequirement, "an external broker with TLS", (openssl) => {
  const program = mosquittoRequirement.found ?? "";
  const server = (
    authority: TestAuthority,
    names = ["DNS:localhost", "IP:127.0.0.1"],
    days = 30,
    more: string[] = [],
  ) => {
    const { cert, key } = authority.issue("server", names, days);
    return Mosquitto.start(program, [`certfile ${cert}`, `keyfile ${key}`, ...more]);
  };
  const secure = (port: number, tls: External["tls"]): Promise<TestMqtt> =>
    hub(port, { external: { url: `mqtts://127.0.0.1:${port}`, ...(tls && { tls }) } });

  it("connects when its own authority is named", async () => {
    const authority = new TestAuthority(openssl, "Home CA");
    const { port } = await server(authority);
    const broker = await secure(port, { ca: authority.cert });
    await connected(broker);
    await broker.mqtt.transport.publish("a", "b", { qos: 1 });
  });

  it("refuses an authority that it does not know, and says which", async () => {
    const { port } = await server(new TestAuthority(openssl, "Home CA"));
    for (const ca of [undefined, new TestAuthority(openssl, "Other CA").cert]) {
      const broker = await secure(port, ca === undefined ? {} : { ca });
      expect(await whyNot(broker, "broker.certificate-authority")).toMatch(
        /comes from Home CA, an authority .* mqtt\.tls\.ca$/,
      );
    }
  });

  it("refuses a certificate that has expired", async () => {
    const authority = new TestAuthority(openssl, "Home CA");
    const { port } = await server(authority, ["IP:127.0.0.1"], -1);
    const broker = await secure(port, { ca: authority.cert });
    expect(await whyNot(broker, "broker.certificate-expired")).toMatch(/was valid until .* GMT\. Renew it/);
  });

  it("refuses a certificate for another host, and takes the name that it is told", async () => {
    const authority = new TestAuthority(openssl, "Home CA");
    const { port } = await server(authority, ["DNS:broker.home.example"]);
    const broker = await secure(port, { ca: authority.cert });
    expect(await whyNot(broker, "broker.certificate-name")).toContain("is for broker.home.example, not for 127.0.0.1");
    const named = await secure(port, { ca: authority.cert, serverName: "broker.home.example" });
    await connected(named);
  });

  it("shows its own certificate to a broker that asks for one", async () => {
    const authority = new TestAuthority(openssl, "Home CA");
    const { port } = await server(authority, undefined, 30, [`cafile ${authority.cert}`, "require_certificate true"]);
    const without = await secure(port, { ca: authority.cert });
    await until(() =>
      ["broker.client-certificate", "broker.closed-tls"].includes(without.mqtt.transport.status().why?.key ?? ""),
    );
    expect(inWords(without.mqtt.transport.status().why)).toContain("mqtt.tls.cert");
    const own = authority.issue("hub", ["DNS:hub"]);
    await connected(await secure(port, { ca: authority.cert, ...own }));
  });

  it("explains a port that does not speak TLS, and one that speaks nothing else", async () => {
    const authority = new TestAuthority(openssl, "Home CA");
    const plain = await Mosquitto.start(program);
    expect(await whyNot(await secure(plain.port, { ca: authority.cert }), "broker.no-tls")).toContain(
      "does not speak TLS",
    );
    const { port } = await server(authority);
    expect(await whyNot(await hub(port), "broker.closed")).toContain("mqtts://");
  });

  it("reads the system's authorities from where SSL_CERT_FILE says", async () => {
    const authority = new TestAuthority(openssl, "Installed CA");
    const { port } = await server(authority);
    const before = process.env.SSL_CERT_FILE;
    process.env.SSL_CERT_FILE = authority.cert;
    onTestFinished(() => {
      if (before === undefined) delete process.env.SSL_CERT_FILE;
      else process.env.SSL_CERT_FILE = before;
    });
    await connected(await secure(port, {}));
  });

  it.each(["ca", "cert", "key"] as const)("names the setting when the file of %s is not there", async (name) => {
    await expect(secure(1, { [name]: "/no/such/file.pem" })).rejects.toMatchObject({
      code: "E_CONFIG_INVALID",
      message: expect.stringContaining(`mqtt.tls.${name}`),
    });
  });

  it("is served by the embedded broker as well", async () => {
    const authority = new TestAuthority(openssl, "Home CA");
    const tls = { port: 0, ...authority.issue("server", ["IP:127.0.0.1"]) };
    const upstream = await startMqtt({ mqtt: { embedded: { port: 0, tls } } });
    const { password } = await upstream.mqtt.credentials.createIntegration({
      username: "hub",
      publish: ["#"],
      subscribe: ["#"],
    });
    const url = `mqtts://127.0.0.1:${upstream.mqtt.address()?.tlsPort}`;
    const broker = await hub(1, { external: { url, username: "hub", password, tls: { ca: authority.cert } } });
    await connected(broker);
    expect(upstream.mqtt.transport.status().clients).toBe(1);
    const plain = await hub(upstream.mqtt.address()?.tlsPort ?? 0);
    await until(() => upstream.counters.snapshot().some(({ name }) => name === "tls-refused"));
    expect(plain.mqtt.transport.status().connected).toBe(false);
  });

  it("lets only clients in whose certificate the embedded broker's authority has issued", async () => {
    const authority = new TestAuthority(openssl, "Home CA");
    const tls = { port: 0, ca: authority.cert, ...authority.issue("server", ["IP:127.0.0.1"]) };
    const upstream = await startMqtt({ mqtt: { embedded: { port: 0, tls } } });
    const { password } = await upstream.mqtt.credentials.createIntegration({
      username: "hub",
      publish: ["#"],
      subscribe: ["#"],
    });
    const url = `mqtts://127.0.0.1:${upstream.mqtt.address()?.tlsPort}`;
    const login = { url, username: "hub", password };
    const without = await hub(1, { external: { ...login, tls: { ca: authority.cert } } });
    await until(() =>
      ["broker.client-certificate", "broker.closed-tls"].includes(without.mqtt.transport.status().why?.key ?? ""),
    );
    const own = authority.issue("hub", ["DNS:hub"]);
    await connected(await hub(1, { external: { ...login, tls: { ca: authority.cert, ...own } } }));
  });
});
