import { createTestHub } from "@vatio/testkit";
import { expect, it } from "vitest";
import plugin from "../src/index.js";

it("counts each message once: as a reading, or with the reason why it is none", async () => {
  await using hub = await createTestHub({ plugins: [plugin] });
  const node = await hub.connect();
  for (const payload of ["127.4", "127,4", "nan", "1e9", "999999"])
    await node.publishAsync("enertrack/24A3BC12/tension", payload, { qos: 1 });
  await node.publishAsync("enertrack/24A3BC12/nonsense", "1", { qos: 1 });
  await hub.settle();
  const counted = hub.parts.counters
    .snapshot()
    .filter(({ scope }) => scope === "plugin:esp32-meter")
    .map(({ name, reason, count }) => [`${name} ${reason}`, count]);
  expect(Object.fromEntries(counted)).toEqual({
    "accepted reading": 1,
    "rejected esp32-meter.rejected.comma": 1,
    "rejected esp32-meter.rejected.not-finite": 1,
    "rejected esp32-meter.rejected.exponent": 1,
    "rejected esp32-meter.rejected.out-of-range": 1,
    "rejected esp32-meter.rejected.unknown-magnitude": 1,
  });
});
