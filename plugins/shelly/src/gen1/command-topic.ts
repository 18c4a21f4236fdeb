import type { ShellyDevice } from "../shelly-device.js";
import { lightWord } from "./models.js";

/** Where the orders for an output go, behind the prefix of its device: `relay/0/command`, `white/2/command`. */
export function commandTopic({ facts }: ShellyDevice, channel: string): string {
  const [kind = "", number = ""] = channel.split(":");
  const word = kind === "light" ? (facts.lights ?? lightWord({ model: facts.model, id: facts.wireId ?? "" })) : kind;
  return `${word}/${number}/command`;
}
