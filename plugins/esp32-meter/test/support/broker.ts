import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A message as the broker got it. */
export interface Received {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
}

/** The listening end of MQTT on loopback. */
export interface TestBroker extends AsyncDisposable {
  readonly url: string;
  /** Ids of the clients that connected, in order. */
  readonly clients: readonly string[];
}

interface Packet {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
  readonly length: number;
}

const CONNECT = 1;
const PUBLISH = 3;
const PINGREQ = 12;

/** Takes connections on a free port and what clients publish; nobody can subscribe. MQTT 3.1.1 sections 2.2, 3.1 and 3.3. */
export async function startBroker(onMessage: (message: Received) => void): Promise<TestBroker> {
  const clients: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.once("close", () => sockets.delete(socket)));
    socket.on("error", () => undefined);
    read(socket, ({ type, flags, body }) => {
      if (type === CONNECT) {
        clients.push(textAt(body, 10));
        socket.write(Buffer.of(0x20, 2, 0, 0));
      } else if (type === PUBLISH) publish(socket, flags, body);
      else if (type === PINGREQ) socket.write(Buffer.of(0xd0, 0));
    });
  });

  function publish(socket: Socket, flags: number, body: Buffer): void {
    const topic = textAt(body, 0);
    const after = 2 + Buffer.byteLength(topic);
    const qos = (flags >> 1) & 1 ? 1 : 0;
    onMessage({ topic, payload: body.subarray(after + 2 * qos), qos });
    if (qos === 1) socket.write(Buffer.concat([Buffer.of(0x40, 2), body.subarray(after, after + 2)]));
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `mqtt://127.0.0.1:${port}`,
    clients,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

const textAt = (body: Buffer, offset: number): string =>
  body.toString("utf8", offset + 2, offset + 2 + body.readUInt16BE(offset));

function read(socket: Socket, onPacket: (packet: Packet) => void): void {
  let waiting = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (let packet = firstPacket(waiting); packet; packet = firstPacket(waiting)) {
      waiting = waiting.subarray(packet.length);
      onPacket(packet);
    }
  });
}

/** The first whole packet; the lengths in these tests fit one byte, or two. */
function firstPacket(bytes: Buffer): Packet | undefined {
  const [head, low, high] = bytes;
  if (head === undefined || low === undefined) return undefined;
  const start = low < 0x80 ? 2 : 3;
  const length = start + (low & 0x7f) + (start === 3 ? (high ?? 0) * 0x80 : 0);
  if (bytes.length < length) return undefined;
  return { type: head >> 4, flags: head & 0x0f, body: bytes.subarray(start, length), length };
}
