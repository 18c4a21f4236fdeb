import { type MetricName, type Text, text } from "@vatio/plugin-api";
import { decodeNumber } from "./decode-number.js";
import { limitProblem } from "./limits.js";
import { MAGNITUDES } from "./magnitudes.js";

/** A message below the base topic. */
export interface EnertrackMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** One value of a node. */
export interface EnertrackValue {
  /** ESPID as it was sent, its case kept. */
  readonly id: string;
  readonly metric: MetricName;
  /** In the stored unit of the metric. */
  readonly value: number;
}

/** A value, or why there is none; `id` names the node when the topic does. */
export type DecodedEnertrack =
  | (EnertrackValue & { readonly refusal?: undefined })
  | { readonly refusal: Text; readonly id?: string };

const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Longest piece of a topic that is put into a message. */
const MAX_EXCERPT = 60;

const excerpt = (value: string): string => value.slice(0, MAX_EXCERPT);

/**
 * Decodes one message of an EnerTrack node: `<base>/<ESPID>/<magnitude>` with a decimal number. Never throws.
 * @param base base topic without a slash at its end
 */
export function decodeEnertrack(base: string, { topic, payload }: EnertrackMessage): DecodedEnertrack {
  const [id, name, ...rest] = topic.startsWith(`${base}/`) ? topic.slice(base.length + 1).split("/") : [];
  if (id === undefined || name === undefined || rest.length > 0) {
    return { refusal: text("esp32-meter.rejected.topic", { topic: excerpt(topic), base }) };
  }
  if (!ID.test(id)) return { refusal: text("esp32-meter.rejected.id", { id: excerpt(id) }) };
  return { ...decodeMagnitude(name, payload), id };
}

type DecodedMagnitude = Omit<EnertrackValue, "id"> | { readonly refusal: Text };

function decodeMagnitude(name: string, payload: Uint8Array): DecodedMagnitude {
  const magnitude = MAGNITUDES.get(name);
  if (!magnitude) return { refusal: text("esp32-meter.rejected.unknown-magnitude", { magnitude: excerpt(name) }) };
  const number = decodeNumber(payload, magnitude.shift);
  if (number.value === undefined) return { refusal: number.refusal };
  const refusal = limitProblem(name, number.value, magnitude);
  return refusal ? { refusal } : { metric: magnitude.metric, value: number.value };
}
