import type { ChannelDescription, DeviceDescription } from "@vatio/plugin-api";
import { ENERTRACK_METRICS } from "./magnitudes.js";
import type { PlainTopic } from "./plain-topics.js";

/** The one channel that every meter of this plugin has. */
export const MAIN = "main";

const ENERTRACK_CHANNELS: readonly ChannelDescription[] = [{ key: MAIN, kind: "meter", metrics: ENERTRACK_METRICS }];

const SENSOR_METRICS: readonly string[] = ["temperature_c", "humidity_pct"];

/** An EnerTrack node as a device. */
export const describeNode = (id: string): DeviceDescription => ({
  hardwareId: id,
  model: "EnerTrack",
  suggestedName: `EnerTrack ${id}`,
  channels: ENERTRACK_CHANNELS,
});

/** A topic with one number as a device. */
export const describePlain = ({ topic, metric, name }: PlainTopic): DeviceDescription => ({
  hardwareId: topic,
  suggestedName: name === "" ? topic : name,
  channels: [{ key: MAIN, kind: SENSOR_METRICS.includes(metric) ? "sensor" : "meter", metrics: [metric] }],
});
