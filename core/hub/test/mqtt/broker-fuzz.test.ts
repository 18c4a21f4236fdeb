import process from "node:process";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_BROKER_LIMITS } from "../../src/mqtt/index.js";
import {
  connectPacket,
  idPacket,
  publishPacket,
  rawSocket,
  subscribePacket,
  unsubscribePacket,
} from "./support/raw-mqtt.js";
import { settle, until } from "./support/settle.js";
import { client, portOf, recorder, startMqtt, type TestMqtt } from "./support/test-broker.js";

// Nothing here waits for connections per second: the inputs are what matters.
const limits = {
  ...DEFAULT_BROKER_LIMITS,
  gate: { connections: { burst: 1e6, perSecond: 1e6 }, failures: { burst: 1e6, perSecond: 1e6 }, strangers: 10_000 },
};

const faults: unknown[] = [];
const note = (error: unknown): void => void faults.push(error);

beforeEach(() => {
  faults.length = 0;
  process.on("uncaughtException", note);
});

afterEach(() => {
  process.off("uncaughtException", note);
});

/** The broker still takes a message of an honest client and brings it to the plugin. */
async function expectAlive(broker: TestMqtt, got: { text: string }[]): Promise<void> {
  const device = await client(broker);
  const name = `alive ${got.length}`;
  await device.publishAsync("honest/online", name, { qos: 1 });
  expect(got.some(({ text }) => text === name)).toBe(true);
  await device.endAsync(true);
  expect(faults).toEqual([]);
}

const junk = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const level = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      "honest",
      "online",
      "rpc",
      "events",
      "+",
      "#",
      "$SYS",
      "",
      "constructor",
      "__proto__",
      "a+",
      "b#",
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constant("x".repeat(3_000)) },
);
const topic = fc.oneof(
  { weight: 8, arbitrary: fc.array(level, { maxLength: 6 }).map((levels) => levels.join("/")) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("/".repeat(150), "+/".repeat(120), `${"a/".repeat(99)}#`, "\u0000", "\ud800".repeat(3)),
  },
);
const id = fc.oneof(fc.nat(5), fc.nat(65_535));
const qos = fc.constantFrom(0, 1, 2);

const plainTopic = topic.map((name) => name.replaceAll(/[+#]/g, "-").slice(0, 60_000) || "-");

const packets = fc.oneof(
  fc
    .record({ topic: fc.oneof({ weight: 9, arbitrary: plainTopic }, topic), payload: junk, qos, id })
    .map((p) => publishPacket(p.topic, p.payload, p.qos as 0 | 1 | 2, p.id)),
  fc
    .record({ filters: fc.array(topic, { maxLength: 5 }), qos: fc.nat(255), id })
    .map((p) => subscribePacket(p.filters, p.qos, p.id)),
  fc.record({ filters: fc.array(topic, { maxLength: 5 }), id }).map((p) => unsubscribePacket(p.filters, p.id)),
  fc.record({ type: fc.integer({ min: 4, max: 7 }), id }).map((p) => idPacket(p.type, p.id)),
  fc.constantFrom(
    Buffer.of(0xc0, 0),
    Buffer.of(0xe0, 0),
    Buffer.of(0xd0, 0),
    Buffer.of(0xf0, 0),
    Buffer.of(0x20, 2, 0, 0),
    Buffer.of(0x90, 3, 0, 1, 0),
  ),
);

/** A packet with some of its bytes changed, cut off or repeated. */
const mangled = fc
  .tuple(packets, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(400))
  .map(([packet, changes, cut]) => {
    const bytes = Buffer.from(packet);
    for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
    return cut < bytes.length ? bytes.subarray(0, cut) : bytes;
  });

async function writeAll(broker: TestMqtt, first: Buffer | undefined, chunks: readonly Buffer[]): Promise<void> {
  const socket = await rawSocket(portOf(broker));
  if (first) {
    const answered = new Promise((resolve) => socket.once("data", resolve).once("close", resolve));
    socket.write(first);
    await answered;
  }
  socket.resume();
  for (const chunk of chunks) if (!socket.destroyed) socket.write(chunk);
  await settle(first ? 4 : 1);
  socket.destroy();
}

describe("the embedded broker survives", () => {
  it("bytes that are not MQTT at all", async () => {
    const broker = await startMqtt({ limits });
    const { got } = recorder(broker.mqtt);
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            junk,
            junk.map((bytes) => Buffer.concat([Buffer.of(0x10), bytes])),
          ),
          { maxLength: 4 },
        ),
        (chunks) => writeAll(broker, undefined, chunks),
      ),
      { numRuns: 1_500 },
    );
    await expectAlive(broker, got);
    await until(() => broker.mqtt.transport.status().clients <= 1);
  }, 60_000);

  it("mangled and hostile packets of a client that knows the password", async () => {
    const broker = await startMqtt({ limits });
    const { got } = recorder(broker.mqtt, "honest/online");
    const { username, password } = await broker.mqtt.credentials.onboarding();
    const bridge = await broker.mqtt.credentials.createIntegration({
      username: "bridge",
      publish: ["#"],
      subscribe: ["#"],
    });
    const logins = [
      connectPacket("x", username, password),
      connectPacket("", username, password),
      connectPacket("__proto__", "bridge", bridge.password),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.nat(2),
        fc.array(fc.oneof({ weight: 12, arbitrary: packets }, mangled, junk), { minLength: 1, maxLength: 16 }),
        (login, chunks) => writeAll(broker, logins[login], chunks),
      ),
      { numRuns: 1_500 },
    );
    await expectAlive(broker, got);
    const reasons = broker.counters.snapshot().map(({ name, reason }) => `${name} ${reason}`);
    expect(reasons).toEqual(
      expect.arrayContaining(["connection-closed malformed", "publish-refused rights", "subscribe-refused rights"]),
    );
    expect(broker.counters.get("mqtt", "fault", "answer")).toBe(0);
  }, 90_000);

  it("thousands of publishes with any topic and payload on one connection", async () => {
    const broker = await startMqtt({ limits });
    const { got } = recorder(broker.mqtt);
    const bridge = await broker.mqtt.credentials.createIntegration({
      username: "bridge",
      publish: ["#"],
      subscribe: ["#"],
    });
    const device = await client(broker, { username: "bridge", password: bridge.password });
    const inputs = fc.sample(
      fc.tuple(
        plainTopic.filter((name) => name.split("/").length < 100),
        fc.uint8Array({ maxLength: 200 }),
        qos,
      ),
      6_000,
    );
    await Promise.all(
      inputs.map(([name, payload, level]) =>
        device.publishAsync(name, Buffer.from(payload), { qos: level as 0 | 1 | 2 }),
      ),
    );
    expect(device.connected).toBe(true);
    await expectAlive(broker, got);
    expect(broker.mqtt.delivery.busy).toBe(0);
  }, 60_000);
});
