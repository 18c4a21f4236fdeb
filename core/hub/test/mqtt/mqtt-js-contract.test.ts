import { createServer } from "node:net";
import mqtt from "mqtt";
import { describe, expect, it, onTestFinished } from "vitest";
import { deferred } from "../../src/deferred.js";
import { ackLater } from "../../src/mqtt/manual-ack.js";
import { publishPacket } from "./support/raw-mqtt.js";
import { settle, until } from "./support/settle.js";

/** A broker that says yes, sends what it is given, and notes the ids that are acknowledged. */
async function scriptedBroker(version: 4 | 5, packets: readonly Buffer[]) {
  const acknowledged: number[] = [];
  const connack = version === 5 ? Buffer.of(0x20, 3, 0, 0, 0) : Buffer.of(0x20, 2, 0, 0);
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(Buffer.concat([connack, ...packets]));
      socket.on("data", (bytes) => {
        for (let at = 0; at < bytes.length; at += 2 + (bytes[at + 1] ?? 0))
          if (bytes[at] === 0x40) acknowledged.push(bytes.readUInt16BE(at + 2));
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await until(() => server.listening);
  onTestFinished(() => void server.close());
  return { acknowledged, port: (server.address() as { port: number }).port };
}

/** PUBLISH of MQTT 5 has a length of properties before its payload. */
const publishOf = (version: 4 | 5, topic: string, id: number): Buffer =>
  publishPacket(topic, version === 5 ? Buffer.concat([Buffer.of(0), Buffer.from("x")]) : "x", 1, id);

describe("what the hub relies on in MQTT.js", () => {
  it("is what version 5.16.0 does: look at manual-ack.ts before another one is used", () => {
    expect(mqtt.MQTTJS_VERSION).toBe("5.16.0");
  });

  it.each([4, 5] as const)(
    "acknowledges one by one, when and as the hub says, MQTT version %i",
    async (protocolVersion) => {
      const ids = [1, 2, 3, 4];
      const { acknowledged, port } = await scriptedBroker(
        protocolVersion,
        ids.map((id) => publishOf(protocolVersion, "a", id)),
      );
      const client = mqtt.connect({
        host: "127.0.0.1",
        port,
        protocolVersion,
        reconnectPeriod: 0,
        clientId: "hub",
        clean: false,
      });
      onTestFinished(() => client.endAsync(true).then(() => undefined));
      const gates = new Map(ids.map((id) => [id, deferred()]));
      const seen: number[] = [];
      let unacknowledged = 0;
      ackLater(client, {
        receive: ({ messageId = 0 }) => {
          seen.push(messageId);
          return gates.get(messageId)?.promise ?? Promise.resolve();
        },
        onUnacknowledged: () => (unacknowledged += 1),
      });
      await until(() => seen.length === 4);
      await settle(30);
      expect([seen, acknowledged]).toEqual([ids, []]);
      gates.get(3)?.resolve();
      await until(() => acknowledged.length === 1);
      gates.get(2)?.reject(new Error("not stored"));
      gates.get(1)?.resolve();
      gates.get(4)?.resolve();
      await until(() => acknowledged.length === 3);
      await settle(30);
      expect(acknowledged).toEqual([3, 1, 4]);
      expect(unacknowledged).toBe(1);
    },
  );

  it("does not acknowledge on another connection than the one on which the message came", async () => {
    const { acknowledged, port } = await scriptedBroker(4, [publishOf(4, "a", 7)]);
    const client = mqtt.connect({ host: "127.0.0.1", port, protocolVersion: 4, reconnectPeriod: 0 });
    onTestFinished(() => client.endAsync(true).then(() => undefined));
    const gate = deferred();
    let came = false;
    ackLater(client, {
      receive: () => {
        came = true;
        return gate.promise;
      },
      onUnacknowledged: () => undefined,
    });
    await until(() => came);
    client.stream.destroy();
    await until(() => !client.connected);
    gate.resolve();
    await settle(30);
    expect(acknowledged).toEqual([]);
  });
});
