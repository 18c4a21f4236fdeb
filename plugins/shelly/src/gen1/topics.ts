/** Everything that Gen1 devices publish: their topics always begin so. */
export const GEN1_FILTER = "shellies/#";

/** Asks all Gen1 devices at once (`announce`, `update`). */
export const GEN1_COMMAND = "shellies/command";

// An id is free text and may hold slashes.
const IDS = ["+", "+/+", "+/+/+"] as const;

/** Where commands go. */
export const GEN1_COMMAND_FILTERS: readonly string[] = [
  GEN1_COMMAND,
  ...IDS.flatMap((id) => [`shellies/${id}/command`, `shellies/${id}/+/+/command`]),
];

// What may follow the id. Matched from the end, because an id may itself look like the beginning of a topic.
const SUFFIX = [
  "announce|online|info|command|voltage|temperature|temperature_f|temperature_status|overtemperature|motion|settings",
  "(?:relay|light|color|white|roller|emeter|input|input_event|longpush|adc|ext_temperature|ext_temperature_f|ext_humidity)/\\d{1,2}(?:/\\w+)*",
  "relay/(?:power|energy)|emeter/\\w+|emeter_n/\\w+|(?:actuator|sensor|ext_sensor|ext_switch)/[\\w/]+",
].join("|");
const TOPIC = new RegExp(`^shellies/(?<id>.{1,128}?)/(?<suffix>${SUFFIX})$`, "u");

/** A topic of one Gen1 device. */
export interface Gen1Topic {
  /** What its topics begin with: `shellies/<id>`. */
  readonly prefix: string;
  readonly id: string;
  /** `relay/0/power` */
  readonly suffix: string;
}

/** The parts of a Gen1 topic; undefined for the shared ones and for those of other devices below `shellies/`. */
export function splitGen1Topic(topic: string): Gen1Topic | undefined {
  const { id, suffix } = TOPIC.exec(topic)?.groups ?? {};
  return id !== undefined && suffix !== undefined ? { prefix: `shellies/${id}`, id, suffix } : undefined;
}
