/** Source of our requests: a device answers on `<src>/rpc`; some programs that imitate one answer on `<src>` itself. */
export const RPC_SOURCE = "vatio/shelly";

/** Topics on which answers arrive. */
export const REPLY_TOPICS = [`${RPC_SOURCE}/rpc`, RPC_SOURCE] as const;

// A topic prefix is free text with slashes. Wildcards of one level keep the rest of the broker's traffic away.
const PREFIXES = ["+", "+/+", "+/+/+", "+/+/+/+"] as const;

/** Notifications, for prefixes of one to four levels. */
export const EVENT_FILTERS: readonly string[] = PREFIXES.map((prefix) => `${prefix}/events/rpc`);

/** Full states of single components. */
export const STATUS_FILTERS: readonly string[] = PREFIXES.map((prefix) => `${prefix}/status/+`);

/** Availability: retained, and false as the last will. */
export const ONLINE_FILTERS: readonly string[] = PREFIXES.map((prefix) => `${prefix}/online`);

/** Where requests go. */
export const REQUEST_FILTERS: readonly string[] = PREFIXES.map((prefix) => `${prefix}/rpc`);

/** The prefix of a topic that ends in a known way (`/events/rpc`, `/online`). */
export const prefixOf = (topic: string, ending: string): string => topic.slice(0, -ending.length);

/** Prefix and component of a status topic; undefined for the topics of other programs that only look alike. */
export function splitStatusTopic(topic: string): { readonly prefix: string; readonly component: string } | undefined {
  const match = /^(.+)\/status\/([a-z][a-z0-9_]*:\d{1,5})$/.exec(topic);
  const [, prefix, component] = match ?? [];
  return prefix !== undefined && component !== undefined ? { prefix, component } : undefined;
}
