import { BlockList, isIP, isIPv6 } from "node:net";

/** `lan`: this machine and its local networks. `internet`: everything else that can be reached. `none`: nobody may be called there. */
export type AddressClass = "lan" | "internet" | "none";

type Network = readonly [address: string, prefix: number];

/** RFC 1918, RFC 6598, RFC 3927, loopback, RFC 4193 and RFC 4291 section 2.5.6. */
const LAN: readonly Network[] = [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
  ["169.254.0.0", 16],
  ["127.0.0.0", 8],
  ["fc00::", 7],
  ["fe80::", 10],
  ["::1", 128],
];

/** Unspecified, multicast, reserved and broadcast (RFC 6890), and the metadata service of cloud machines. */
const NONE: readonly Network[] = [
  ["0.0.0.0", 8],
  ["224.0.0.0", 3],
  ["169.254.169.254", 32],
  ["::", 128],
  ["ff00::", 8],
  ["fd00:ec2::254", 128],
];

const lan = blockList(LAN);
const none = blockList(NONE);

function blockList(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of networks) list.addSubnet(address, prefix, isIPv6(address) ? "ipv6" : "ipv4");
  return list;
}

const MAPPED = /^(?:::ffff:|64:ff9b::)(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i;

/** The IPv4 address inside of an IPv4-mapped (RFC 4291) or NAT64 (RFC 6052) one. */
function embedded(address: string): string | undefined {
  const match = MAPPED.exec(address);
  if (!match) return undefined;
  if (match[1] !== undefined) return match[1];
  const [high, low] = [Number.parseInt(match[2] ?? "", 16), Number.parseInt(match[3] ?? "", 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** Which part of the network an IP address belongs to; `none` for what is not an address. */
export function classOfAddress(address: string): AddressClass {
  const plain = address.replace(/%.*$/, "");
  const version = isIP(plain);
  if (version === 0) return "none";
  const inner = version === 6 ? embedded(plain) : undefined;
  if (inner !== undefined) return classOfAddress(inner);
  const family = version === 6 ? "ipv6" : "ipv4";
  if (none.check(plain, family)) return "none";
  return lan.check(plain, family) ? "lan" : "internet";
}
