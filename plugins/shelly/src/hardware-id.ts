const MAC = /^[0-9a-f]{12}(?:[0-9a-f]{2}){0,2}$/;
const WIRE_ID = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$/;

/**
 * A MAC address as lower-case hex without separators; undefined when it is none. 12 digits, or up to 16 where a
 * device reports an EUI-64.
 */
export function normalizedMac(mac: unknown): string | undefined {
  if (typeof mac !== "string" || mac.length > 32) return undefined;
  const digits = mac.replace(/[:-]/g, "").toLowerCase();
  return MAC.test(digits) ? digits : undefined;
}

/** The MAC at the end of an id such as `shellyplus1pm-a8032412c3d4`; undefined when the id has none (Gen1 may shorten it). */
export function macInWireId(wireId: string): string | undefined {
  const last = wireId.slice(wireId.lastIndexOf("-") + 1).toLowerCase();
  return /^[0-9a-f]{12}$/.test(last) ? last : undefined;
}

/** Whether a device may call itself so: it becomes part of topics and of ids. */
export const isWireId = (value: unknown): value is string => typeof value === "string" && WIRE_ID.test(value);

/** The hardware id of a device that is known by its id on the wire: its MAC where the id holds it, else the id itself. */
export const hardwareIdOf = (wireId: string): string => macInWireId(wireId) ?? wireId;

/** Whether a topic level is a factory id (`shellyplus1pm-a8032412c3d4`), which only that device uses. */
export const isFactoryId = (level: string): boolean => /^shelly[a-z0-9]*-[0-9a-f]{12}$/i.test(level);
