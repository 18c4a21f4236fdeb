import type { HttpShare } from "./http-suite.js";
import type { Part } from "./part-of.js";

// Files run beside each other on all cores, so a long list is split over several of them. The coverage test sees to it that every entry
// point is in exactly one share, and that every share has its file.

/** Shares of the HTTP entry points, by the name of the file that runs them. */
export const HTTP_SHARES = {
  "http-api-1": { kinds: ["api"], part: 0, parts: 4 },
  "http-api-2": { kinds: ["api"], part: 1, parts: 4 },
  "http-api-3": { kinds: ["api"], part: 2, parts: 4 },
  "http-api-4": { kinds: ["api"], part: 3, parts: 4 },
  "http-pages": { kinds: ["page", "plugin"], part: 0, parts: 1 },
} as const satisfies Readonly<Record<string, HttpShare>>;

/** Shares of the filters that plugins listen to. */
export const MQTT_SHARES = {
  "mqtt-topics-1": { part: 0, parts: 2 },
  "mqtt-topics-2": { part: 1, parts: 2 },
} as const satisfies Readonly<Record<string, Part>>;

/** Shares of the kinds of bytes on the broker's port. */
export const BROKER_SHARES = {
  "mqtt-broker": { part: 0, parts: 1 },
} as const satisfies Readonly<Record<string, Part>>;

/** Files that run the whole list of their kind: WebSockets, and bytes on the HTTP port. */
export const OTHER_FILES = ["live", "http-sockets"] as const;
