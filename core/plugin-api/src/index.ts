export {
  after,
  before,
  type Catalogue,
  type ChannelId,
  channelId,
  type DeviceId,
  type DurationMs,
  days,
  deviceId,
  hours,
  type Instant,
  instant,
  type Language,
  type LocalDate,
  type MetricName,
  milliseconds,
  minutes,
  type PluginId,
  type PointId,
  parseDuration,
  type Range,
  type SiteId,
  type SlotIndex,
  seconds,
  type Text,
  text,
  type UserId,
} from "@vatio/model";
export * from "./actor.js";
export * from "./commands.js";
export * from "./context.js";
export * from "./devices.js";
export * from "./energy.js";
export * from "./errors.js";
export * from "./events.js";
export * from "./http.js";
export * from "./imports.js";
export * from "./later.js";
export * from "./mqtt.js";
export * from "./net.js";
export * from "./places.js";
export * from "./plugin.js";
export * from "./scheduler.js";
export * from "./schema.js";
export * from "./storage.js";
export * from "./telemetry.js";

/** Version of this contract. A plugin loads when it satisfies the range in its manifest. */
export const API_VERSION = "0.1.0";
