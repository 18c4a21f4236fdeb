import { createTestHub, eventually } from "@vatio/testkit";
import { expect, it } from "vitest";

it("a device with a mistyped password shows up over HTTP, once, with how often it tried", async () => {
  await using hub = await createTestHub();
  for (let attempt = 0; attempt < 3; attempt++) {
    const refused = hub.connect({ username: "boiler", password: "mistyped", clientId: "boiler-1" });
    await expect(refused).rejects.toThrow();
  }
  await eventually(() => hub.parts.mqtt.refusals()[0]?.times === 3, "three refusals");
  const answer = await hub.request("/api/v1/mqtt/refusals");
  expect(await answer.json()).toEqual([
    {
      address: "127.0.0.1",
      username: "boiler",
      clientId: "boiler-1",
      reason: "wrong-password",
      at: hub.clock.now(),
      times: 3,
    },
  ]);
});
