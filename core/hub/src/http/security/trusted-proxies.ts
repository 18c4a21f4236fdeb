import { BlockList, isIP } from "node:net";
import { VatioError } from "@vatio/plugin-api";

/** An IPv4 address that came in through an IPv6 socket, in its own form. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");

const familyOf = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** Which addresses may say on whose behalf they ask (`X-Forwarded-*`): nobody unless configured. */
export class TrustedProxies {
  readonly #list = new BlockList();

  /** Takes addresses (`192.168.1.2`) and networks (`10.0.0.0/8`). @throws E_CONFIG_INVALID */
  constructor(entries: readonly string[]) {
    for (const entry of entries) this.#add(entry);
  }

  trusts(address: string): boolean {
    return isIP(address) !== 0 && this.#list.check(address, familyOf(address));
  }

  #add(entry: string): void {
    const [address = "", prefix] = entry.split("/");
    try {
      if (prefix === undefined) this.#list.addAddress(address, familyOf(address));
      else this.#list.addSubnet(address, Number(prefix), familyOf(address));
    } catch (cause) {
      const message = `"${entry}" in http.trustedProxies is neither an address (192.168.1.2) nor a network (10.0.0.0/8).`;
      throw new VatioError("E_CONFIG_INVALID", message, {
        cause,
        details: { path: "/http/trustedProxies", value: entry },
      });
    }
  }
}
