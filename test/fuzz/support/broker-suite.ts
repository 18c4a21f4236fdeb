import { fuzzPackets } from "./broker-run.js";
import { describeFuzz } from "./describe-fuzz.js";
import { PACKET_ENTRIES } from "./mqtt-packets.js";
import { type Part, partOf } from "./part-of.js";
import { RUNS } from "./runs.js";

/** Fuzzes the broker's port with a share of the kinds of bytes. */
export function describeBrokerFuzz(share: Part): void {
  describeFuzz(`garbage on the broker's port, part ${share.part + 1} of ${share.parts}`, {
    entries: () => partOf(PACKET_ENTRIES, share),
    fuzz: fuzzPackets,
    runs: ({ share: part }) => RUNS * part,
  });
}
