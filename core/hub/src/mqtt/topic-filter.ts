/** Most characters of a topic or filter. The protocol allows 65,535 bytes; nothing that reports energy comes near this. */
export const MAX_TOPIC_LENGTH = 512;

/** Most levels of a topic or filter. */
export const MAX_TOPIC_LEVELS = 64;

/** Why a topic or a filter is not one. */
export type TopicProblem = "empty" | "too-long" | "too-deep" | "control-character" | "wildcard";

// Control characters would forge log lines; U+FFFD is what bytes that are not UTF-8 become (MQTT 3.1.1 section 1.5.3).
// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are what it looks for
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\ufffd]/;

function textProblem(text: string): TopicProblem | undefined {
  if (text === "") return "empty";
  if (text.length > MAX_TOPIC_LENGTH) return "too-long";
  if (FORBIDDEN.test(text)) return "control-character";
  return text.split("/").length > MAX_TOPIC_LEVELS ? "too-deep" : undefined;
}

/** What is wrong with a topic that somebody publishes on; undefined when nothing is. */
export function topicProblem(topic: string): TopicProblem | undefined {
  return textProblem(topic) ?? (/[+#]/.test(topic) ? "wildcard" : undefined);
}

/** What is wrong with a filter (MQTT 3.1.1 section 4.7.1): `+` fills a level, `#` the last one. */
export function filterProblem(filter: string): TopicProblem | undefined {
  const problem = textProblem(filter);
  if (problem) return problem;
  const levels = filter.split("/");
  const bad = levels.some((level, i) =>
    level.includes("#") ? level !== "#" || i < levels.length - 1 : level.includes("+") && level !== "+",
  );
  return bad ? "wildcard" : undefined;
}

/** Whether a topic belongs to the broker itself: a wildcard at the start of a filter leaves it out (section 4.7.2). */
export const isReserved = (topic: string): boolean => topic.startsWith("$");

const isWildcard = (level: string | undefined): boolean => level === "+" || level === "#";

/** Whether a topic matches a filter (MQTT 3.1.1 section 4.7). Both must be valid. */
export function topicMatches(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const given = topic.split("/");
  if (isWildcard(wanted[0]) && isReserved(topic)) return false;
  for (const [i, level] of wanted.entries()) {
    if (level === "#") return true;
    if (i >= given.length || (level !== "+" && level !== given[i])) return false;
  }
  return wanted.length === given.length;
}

/**
 * Whether every topic that the narrow filter matches is matched by the wide one as well. Never true by mistake; `#` is not recognised as
 * being the same as `+/#`.
 */
export function filterCovers(wide: string, narrow: string): boolean {
  const outer = wide.split("/");
  const inner = narrow.split("/");
  if (isWildcard(outer[0]) && isReserved(narrow)) return false;
  for (const [i, level] of outer.entries()) {
    if (level === "#") return true;
    const other = inner[i];
    if (other === undefined || other === "#" || (level !== "+" && level !== other)) return false;
  }
  return outer.length === inner.length;
}

/** Whether some topic matches both filters. */
export function filtersOverlap(one: string, other: string): boolean {
  const a = one.split("/");
  const b = other.split("/");
  if ((isWildcard(a[0]) && isReserved(other)) || (isWildcard(b[0]) && isReserved(one))) return false;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] === "#") return !isEmptyParent(a, b);
    if (b[i] === "#") return !isEmptyParent(b, a);
    if (a[i] === undefined || b[i] === undefined) return false;
    if (a[i] !== b[i] && a[i] !== "+" && b[i] !== "+") return false;
  }
  return true;
}

/** `/#` matches its parent as well; but that is the empty text, which is no topic, and the only one that a filter of one level could share. */
const isEmptyParent = (open: readonly string[], other: readonly string[]): boolean =>
  other.length === 1 && open.length === 2 && open[0] === "" && other[0] !== "#";

/**
 * The filters without those that another one covers, sorted. Brokers may send a message once for each subscription that it matches, so
 * fewer overlapping subscriptions mean fewer copies.
 */
export function minimalFilters(filters: Iterable<string>): string[] {
  const unique = [...new Set(filters)].sort();
  return unique.filter((filter) => !unique.some((wide) => wide !== filter && filterCovers(wide, filter)));
}
