import { createServer } from "node:net";
import { Aedes } from "aedes";
import { describe, expect, it, onTestFinished } from "vitest";
import { containFaults, guardSocket } from "../../src/mqtt/aedes-guard.js";
import { FrameGuard } from "../../src/mqtt/frame-guard.js";
import { connectPacket, publishPacket, rawSocket } from "./support/raw-mqtt.js";
import { until } from "./support/settle.js";

/** aedes behind the hub's guards, with one hook that fails. */
async function brokenBroker(hook: Partial<Aedes>) {
  const faults: unknown[] = [];
  const broker = new Aedes(hook);
  await broker.listen();
  const server = createServer((socket) => {
    guardSocket(socket, new FrameGuard(1_000), () => undefined);
    containFaults(broker.handle(socket), socket, (fault) => faults.push(fault));
  });
  server.listen(0, "127.0.0.1");
  await until(() => server.listening);
  onTestFinished(() => {
    server.close();
    broker.close();
  });
  return { broker, faults, port: (server.address() as { port: number }).port };
}

describe("what the hub relies on in aedes", () => {
  it("is what version 1.2.0 does: look at aedes-guard.ts and session-store.ts before another one is used", () => {
    expect((new Aedes() as Aedes & { version: string }).version).toBe("1.2.0");
  });

  it("takes its input with read() and parses it in _nextBatch, which listens for `readable`", async () => {
    const { broker } = await brokenBroker({});
    const { PassThrough } = await import("node:stream");
    const socket = new PassThrough();
    const client = broker.handle(socket) as ReturnType<Aedes["handle"]> & { _nextBatch: () => void; will: unknown };
    expect(socket.listeners("readable")).toContain(client._nextBatch);
    expect(client).toHaveProperty("will", null);
    socket.destroy();
  });

  it("throws from its input handler what a hook throws, where the guard keeps it from ending the process", async () => {
    const { faults, port } = await brokenBroker({
      authorizePublish: () => {
        throw new TypeError("a mistake in a hook");
      },
    });
    const bad = await rawSocket(port);
    bad.resume();
    bad.write(connectPacket("bad", "u", "p"));
    await new Promise((resolve) => bad.once("data", resolve));
    bad.write(publishPacket("a", "b", 1));
    await until(() => bad.destroyed);
    expect(String(faults[0])).toContain("a mistake in a hook");
    const good = await rawSocket(port);
    good.write(connectPacket("good", "u", "p"));
    const answer = await new Promise<Buffer>((resolve) => good.once("data", resolve));
    expect([...answer]).toEqual([0x20, 2, 0, 0]);
  });
});
