import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes]);
};

const number16 = (n: number): Buffer => Buffer.of((n >> 8) & 255, n & 255);

function packet(first: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const header = [first];
  for (let left = body.length; ; left >>= 7) {
    header.push((left & 127) | (left > 127 ? 128 : 0));
    if (left <= 127) return Buffer.concat([Buffer.from(header), body]);
  }
}

/** A CONNECT packet of MQTT 3.1.1 with a clean session. */
export const connectPacket = (clientId: string, username: string, password: string): Buffer =>
  packet(0x10, text("MQTT"), Buffer.of(4, 0b1100_0010), number16(60), text(clientId), text(username), text(password));

/** A PUBLISH packet. */
export const publishPacket = (topic: string, payload: Buffer | string, qos: 0 | 1 | 2 = 0, id = 1): Buffer =>
  packet(0x30 | (qos << 1), text(topic), ...(qos > 0 ? [number16(id)] : []), Buffer.from(payload));

/** A SUBSCRIBE packet. */
export const subscribePacket = (filters: readonly string[], qos = 0, id = 1): Buffer =>
  packet(0x82, number16(id), ...filters.flatMap((filter) => [text(filter), Buffer.of(qos)]));

/** An UNSUBSCRIBE packet. */
export const unsubscribePacket = (filters: readonly string[], id = 1): Buffer =>
  packet(0xa2, number16(id), ...filters.map(text));

/** A packet that holds only an id: PUBACK 4, PUBREC 5, PUBREL 6, PUBCOMP 7. */
export const idPacket = (type: number, id: number): Buffer => packet((type << 4) | (type === 6 ? 2 : 0), number16(id));

/** A bare connection to a port of the loopback, destroyed when the test is over. */
export async function rawSocket(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  return socket;
}
