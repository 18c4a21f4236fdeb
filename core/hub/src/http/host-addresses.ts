import { isIPv4 } from "node:net";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";

type Interfaces = Readonly<
  Record<string, readonly Pick<NetworkInterfaceInfo, "address" | "family" | "internal">[] | undefined>
>;

const LINK_LOCAL = /^(?:169\.254\.|fe80:)/i;
// Bridges of containers and virtual machines: no device on the network can reach them.
const VIRTUAL = /^(?:docker|br-|veth|virbr|cni|flannel|vmnet|vboxnet)/;

/**
 * Addresses of this machine at which a device on the network reaches it: IPv4 before IPv6, without link-local ones
 * and container bridges. When the hub listens on one address only, that one.
 */
export function hostAddresses(bind: string, interfaces: Interfaces = networkInterfaces()): string[] {
  if (bind !== "0.0.0.0" && bind !== "::") return [bind];
  const addresses = Object.entries(interfaces)
    .filter(([name]) => !VIRTUAL.test(name))
    .flatMap(([, entries]) => entries ?? [])
    .filter(({ address, internal }) => !internal && !LINK_LOCAL.test(address))
    .map(({ address }) => address);
  return [...addresses.filter((address) => isIPv4(address)), ...addresses.filter((address) => !isIPv4(address))];
}
