import {
  connectPacket,
  idPacket,
  publishPacket,
  subscribePacket,
  unsubscribePacket,
} from "../../../core/hub/test/mqtt/support/raw-mqtt.js";
import type { Gen } from "./gen.js";
import { anyText } from "./json-values.js";
import { mangled } from "./raw-bytes.js";

/** Somebody whom the broker lets in. */
export interface BrokerLogin {
  readonly username: string;
  readonly password: string;
}

/** A kind of bytes that a client can send to the broker. */
export interface PacketEntry {
  readonly name: string;
  /** Whether they come after the broker has let the client in. */
  readonly signedIn: boolean;
  /** Which part of the inputs of the port it gets; all kinds of packets after sign-in share twice as many. */
  readonly share: number;
  readonly make: (gen: Gen, login: BrokerLogin) => Uint8Array;
}

/** The packet types of MQTT 3.1.1 section 2.2.1, those of clients one by one, and bytes before any of them. */
export const PACKET_ENTRIES: readonly PacketEntry[] = [
  { name: "bytes before CONNECT", signedIn: false, share: 1, make: noConnect },
  { name: "CONNECT", signedIn: false, share: 1, make: (gen, login) => mangledSometimes(gen, connect(gen, login)) },
  {
    name: "CONNECT (1) again",
    signedIn: true,
    share: 0.25,
    make: (gen, login) => mangledSometimes(gen, connect(gen, login)),
  },
  { name: "PUBLISH (3)", signedIn: true, share: 0.25, make: (gen) => mangledSometimes(gen, publish(gen)) },
  {
    name: "PUBACK to PUBCOMP (4-7)",
    signedIn: true,
    share: 0.25,
    make: (gen) => mangledSometimes(gen, idPacket(4 + gen.below(4), anyId(gen))),
  },
  {
    name: "SUBSCRIBE (8)",
    signedIn: true,
    share: 0.25,
    make: (gen) =>
      mangledSometimes(gen, subscribePacket(filters(gen), gen.percent(80) ? gen.below(3) : gen.below(256), anyId(gen))),
  },
  {
    name: "UNSUBSCRIBE (10)",
    signedIn: true,
    share: 0.25,
    make: (gen) => mangledSometimes(gen, unsubscribePacket(filters(gen), anyId(gen))),
  },
  { name: "PINGREQ (12)", signedIn: true, share: 0.25, make: (gen) => ofType(gen, 12, 70) },
  { name: "DISCONNECT (14)", signedIn: true, share: 0.25, make: (gen) => ofType(gen, 14, 50) },
  {
    name: "types of servers and none (0, 2, 9, 11, 13, 15)",
    signedIn: true,
    share: 0.25,
    make: (gen) => ofType(gen, gen.pick([0, 2, 9, 11, 13, 15]), 20),
  },
];

const anyId = (gen: Gen): number => (gen.percent(60) ? gen.below(6) : gen.below(65_536));

const mangledSometimes = (gen: Gen, packet: Uint8Array): Uint8Array =>
  gen.percent(25) ? mangled(gen, packet) : packet;

/** Bytes that begin with anything but a right CONNECT, among them the greetings of other protocols. */
function noConnect(gen: Gen): Uint8Array {
  return gen.either<Uint8Array>(
    [4, () => gen.bytes(300)],
    [3, () => Uint8Array.from([0x10, ...gen.bytes(60)])],
    [2, () => Buffer.from(gen.pick(GREETINGS), "latin1")],
    [1, () => Uint8Array.of(0x10, 0xff, 0xff, 0xff, gen.pick([0x7f, 0xff]))],
    [1, () => ofType(gen, gen.below(16), 50)],
  );
}

const GREETINGS = [
  "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
  "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03",
  "SSH-2.0-x\r\n",
  "EHLO x\r\n",
  "\0".repeat(1_000),
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
];

/** CONNECT with any name, password, protocol, flags, will and keep-alive. */
function connect(gen: Gen, { username, password }: BrokerLogin): Uint8Array {
  const id = gen.percent(30) ? anyText(gen).slice(0, 500) : `client-${gen.below(50)}`;
  const right = gen.percent(40);
  const made = connectPacket(
    id,
    right ? username : anyText(gen).slice(0, 500),
    right ? password : anyText(gen).slice(0, 500),
  );
  const change = gen.below(5);
  // The protocol's level and its flags stand behind its name, which is behind the fixed header.
  const level = made.indexOf("MQTT") + 4;
  if (change === 0) made[level] = gen.pick([3, 5, 0, 6, 0x84, 255]);
  if (change === 1) made[level + 1] = gen.below(256);
  return made;
}

function publish(gen: Gen): Uint8Array {
  const topic = gen.percent(70) ? filterText(gen).replaceAll(/[+#]/g, "-") : filterText(gen);
  const packet = publishPacket(topic, Buffer.from(gen.bytes(200)), gen.pick([0, 1, 2]), anyId(gen));
  // DUP, both bits of QoS and RETAIN, in combinations that the standard forbids as well.
  if (gen.percent(15)) packet[0] = 0x30 | gen.below(16);
  return packet;
}

const filters = (gen: Gen): string[] =>
  [filterText(gen), ...gen.list(4, () => filterText(gen))].slice(gen.percent(10) ? 1 : 0);

function filterText(gen: Gen): string {
  if (gen.percent(10))
    return gen.pick(["/".repeat(150), "+/".repeat(120), `${"a/".repeat(99)}#`, "x".repeat(65_535), "\ud800".repeat(3)]);
  return gen.list(6, () => (gen.percent(80) ? gen.pick(WORDS) : anyText(gen).slice(0, 50))).join("/");
}

const WORDS = [
  "enertrack",
  "24A3BC12",
  "tension",
  "online",
  "rpc",
  "status",
  "+",
  "#",
  "$SYS",
  "$share",
  "",
  "__proto__",
  "a+",
  "b#",
];

/** A packet of a type with any flags, and a body that is empty in so many of a hundred cases. */
function ofType(gen: Gen, type: number, empty: number): Uint8Array {
  const flags = gen.percent(70) ? 0 : gen.below(16);
  const body = gen.percent(empty) ? new Uint8Array() : gen.bytes(100);
  const length = gen.percent(90) ? body.length : gen.below(128);
  return Uint8Array.from([(type << 4) | flags, length, ...body]);
}

/** Whether one of the packets in the bytes is a DISCONNECT, also behind another one that is shorter than what was written. */
export function saysGoodbye(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; ) {
    if ((bytes[at] ?? 0) >> 4 === 14) return true;
    const { length, size } = remainingLength(bytes.subarray(at + 1));
    at += 1 + size + length;
  }
  return false;
}

/** MQTT 3.1.1 section 2.2.3. */
function remainingLength(bytes: Uint8Array): { readonly length: number; readonly size: number } {
  let length = 0;
  for (let size = 0; size < 4; size++) {
    const byte = bytes[size] ?? 0;
    length += (byte & 0x7f) * 128 ** size;
    if (byte < 0x80) return { length, size: size + 1 };
  }
  return { length, size: 4 };
}
