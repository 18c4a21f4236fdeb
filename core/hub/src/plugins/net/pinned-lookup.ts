import { isIPv6, type LookupFunction } from "node:net";

const familyOf = (address: string): 4 | 6 => (isIPv6(address) ? 6 : 4);

/**
 * A name lookup that answers with the addresses that were checked: between the check and the connection a name cannot turn into another
 * address.
 */
export function pinnedLookup(addresses: readonly string[]): LookupFunction {
  return (_hostname, options, callback) => {
    const first = addresses[0] ?? "";
    if (options.all)
      callback(
        null,
        addresses.map((address) => ({ address, family: familyOf(address) })),
      );
    else callback(null, first, familyOf(first));
  };
}
