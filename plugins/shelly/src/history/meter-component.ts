import { EM_KEYS, EM1_KEYS } from "./record-keys.js";
import { type RecordReader, readEm, readEm1 } from "./to-batches.js";

/** The part of a device that keeps records of a channel. */
export interface MeterComponent {
  readonly id: number;
  /** Name space of its methods. */
  readonly space: "EMData" | "EM1Data";
  /** First part of the path of its file. */
  readonly folder: "emdata" | "em1data";
  readonly keys: readonly string[];
  readonly read: RecordReader;
}

/** The part that keeps records of a channel; undefined for one of which a device keeps none. */
export function meterComponent(channel: string): MeterComponent | undefined {
  const [, family, number] = /^(em|em1):(\d{1,5})(?:\/[abc])?$/.exec(channel) ?? [];
  const id = Number(number);
  if (family === "em") return { id, space: "EMData", folder: "emdata", keys: EM_KEYS, read: readEm(id) };
  if (family === "em1" && !channel.includes("/"))
    return { id, space: "EM1Data", folder: "em1data", keys: EM1_KEYS, read: readEm1(id) };
  return undefined;
}

/** Number of the clamp of an energy meter of the first generation. */
export function emeterNumber(channel: string): number | undefined {
  const [, number] = /^emeter:(\d{1,2})$/.exec(channel) ?? [];
  return number === undefined ? undefined : Number(number);
}
