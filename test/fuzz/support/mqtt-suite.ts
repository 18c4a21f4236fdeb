import { describeFuzz } from "./describe-fuzz.js";
import { mqttEntries } from "./mqtt-entries.js";
import { fuzzMqtt } from "./mqtt-run.js";
import { type Part, partOf } from "./part-of.js";

/** Fuzzes the filters of a share, over a real connection to the embedded broker. */
export function describeMqttFuzz(share: Part): void {
  describeFuzz(`garbage over MQTT, part ${share.part + 1} of ${share.parts}`, {
    entries: (world) => partOf(mqttEntries(world), share),
    fuzz: fuzzMqtt,
  });
}
