import type { PluginId } from "@vatio/plugin-api";
import { FilterTrie } from "./filter-trie.js";
import { filterCovers, filterProblem, filtersOverlap, isReserved, topicMatches, topicProblem } from "./topic-filter.js";

/** What stands for the device's id on the wire in a driver's topic templates. */
const DEVICE = "{device}";

/** Topic templates of one driver: what a device of it may publish on and subscribe to. `{device}` is its id on the wire. */
export interface DeviceTopics {
  readonly driver: PluginId;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** What one client may do. Topics and filters need not be valid: an invalid one is not allowed. */
export interface ClientRights {
  mayPublish(topic: string): boolean;
  /** Whether it may subscribe to the whole of a filter. */
  maySubscribe(filter: string): boolean;
  /** Whether a message on this topic may be sent to it, whatever it subscribed to earlier. */
  mayReceive(topic: string): boolean;
}

/** Topics that belong to devices with credentials of their own. */
export interface OwnedTopics {
  has(topic: string): boolean;
  overlaps(filter: string): boolean;
}

/** Why an id on the wire cannot be put into a topic template; undefined when it can. */
export function wireIdProblem(wireId: string): string | undefined {
  if (wireId.includes("/") && wireId.split("/").some((level) => level === "")) return "empty-level";
  return isReserved(wireId) ? "reserved" : topicProblem(wireId);
}

/** Why a driver's topic template must not be used; undefined when it may. A wildcard in front would give away every topic. */
export function templateProblem(template: string): string | undefined {
  if (/^[+#$]/.test(template)) return "too-wide";
  return filterProblem(template.replaceAll(DEVICE, "device"));
}

const isOfOneDevice = (template: string): boolean => template.includes(DEVICE);

/** The filter of one device from a driver's template. */
export const expandTemplate = (template: string, wireId: string): string => template.replaceAll(DEVICE, wireId);

/** The filters of one device; `own` are those that no other client shares. */
export function deviceFilters(
  topics: DeviceTopics,
  wireId: string,
): { publish: string[]; subscribe: string[]; own: string[] } {
  const expand = (templates: readonly string[]): string[] =>
    templates.map((template) => expandTemplate(template, wireId));
  return {
    publish: expand(topics.publish),
    subscribe: expand(topics.subscribe),
    own: expand([...topics.publish, ...topics.subscribe].filter(isOfOneDevice)),
  };
}

/** The part of a level that `{device}` stands for in the level of a template; undefined when they do not fit. */
function bindLevel(template: string, level: string): string | undefined {
  const at = template.indexOf(DEVICE);
  const head = template.slice(0, at);
  const tail = template.slice(at + DEVICE.length);
  const fits = level.length > head.length + tail.length && level.startsWith(head) && level.endsWith(tail);
  return fits ? level.slice(head.length, level.length - tail.length) : undefined;
}

/**
 * The device on the wire that a topic, or a filter that speaks of one device only, belongs to by a template. `{device}` stands for one level
 * or a part of it here, and never for a wildcard. Undefined when it does not fit; the empty text when the template names no device.
 */
export function deviceOnWire(template: string, filter: string): string | undefined {
  const pattern = template.split("/");
  const levels = filter.split("/");
  let device = "";
  for (const [i, part] of pattern.entries()) {
    if (part === "#") return device;
    const bound = fitLevel(part, levels[i]);
    if (bound === undefined || (bound !== "" && device !== "" && bound !== device)) return undefined;
    device ||= bound;
  }
  return levels.length === pattern.length ? device : undefined;
}

/** The device that a level names; empty when its part of the template names none. Undefined when they do not fit. */
function fitLevel(part: string, level: string | undefined): string | undefined {
  if (level === undefined || level === "#") return undefined;
  if (part.includes(DEVICE)) return level === "+" ? undefined : bindLevel(part, level);
  return part === "+" || part === level ? "" : undefined;
}

/** Rights from lists of filters: those of a device, whose templates are filled in, and those of an integration. */
export function rightsOf(publish: readonly string[], subscribe: readonly string[]): ClientRights {
  return {
    mayPublish: (topic) => isPlain(topic) && publish.some((filter) => topicMatches(filter, topic)),
    maySubscribe: (filter) => isPlainFilter(filter) && subscribe.some((wide) => filterCovers(wide, filter)),
    mayReceive: (topic) => isPlain(topic) && subscribe.some((filter) => topicMatches(filter, topic)),
  };
}

const isPlain = (topic: string): boolean => !isReserved(topic) && topicProblem(topic) === undefined;
const isPlainFilter = (filter: string): boolean => !isReserved(filter) && filterProblem(filter) === undefined;

/**
 * Rights of the shared credential for devices that have none of their own yet: topics of any one device of any driver, but none of a device
 * that has a credential, none on which devices take orders, and nothing that would let one device listen to others or to answers meant for
 * the hub.
 */
export function onboardingRights(topics: readonly DeviceTopics[], owned: OwnedTopics): ClientRights {
  const publish = topics.flatMap((entry) => entry.publish);
  const reports = publish.filter(isOfOneDevice);
  const forHub = publish.filter((template) => !isOfOneDevice(template));
  const orders = topics.flatMap((entry) => entry.subscribe);
  const fits = (templates: readonly string[], filter: string): boolean =>
    templates.some((template) => deviceOnWire(template, filter) !== undefined);
  return {
    mayPublish: (topic) =>
      isPlain(topic) && !owned.has(topic) && (fits(forHub, topic) || (fits(reports, topic) && !fits(orders, topic))),
    maySubscribe: (filter) =>
      isPlainFilter(filter) &&
      fits(orders, filter) &&
      !owned.overlaps(filter) &&
      !forHub.some((reply) => filtersOverlap(reply, filter)),
    mayReceive: (topic) =>
      isPlain(topic) && fits(orders, topic) && !owned.has(topic) && !forHub.some((reply) => topicMatches(reply, topic)),
  };
}

/** The topics of devices from their filters. */
export function ownedTopics(filters: Iterable<string>): OwnedTopics {
  const trie = new FilterTrie<string>();
  const list = [...filters];
  for (const filter of list) trie.add(filter, filter);
  return { has: (topic) => trie.has(topic), overlaps: (filter) => list.some((own) => filtersOverlap(own, filter)) };
}
