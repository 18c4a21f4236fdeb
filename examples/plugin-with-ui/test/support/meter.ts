import { type DeviceId, definePlugin, row, Type } from "@vatio/plugin-api";
import type { TestHub } from "@vatio/testkit";

/** A driver as small as it can be, so that the tests have a meter: `meters/<name>` carries watts. */
export const meterDriver = definePlugin({
  manifest: {
    id: "meters",
    name: "Meters",
    version: "1.0.0",
    hub: "^0.1",
    config: Type.Object({}),
    configVersion: 1,
    permissions: ["mqtt.subscribe:meters/+", "telemetry.write"],
    mqtt: { deviceTopics: { publish: ["meters/{device}"], subscribe: [] } },
  },
  setup(ctx) {
    ctx.mqtt.subscribe("meters/+", async ({ at, payload, topic }) => {
      const { channels } = await ctx.devices.announce({
        hardwareId: topic.replace("meters/", ""),
        channels: [{ key: "main", kind: "meter", metrics: ["power_w"] }],
      });
      const watts = Number(new TextDecoder().decode(payload));
      if (channels.main) await ctx.telemetry.write(row(channels.main, at, { power_w: watts }));
    });
  },
});

/** A meter whose device a person has accepted, so that it has a point. */
export async function acceptedMeter(hub: TestHub, name: string): Promise<(watts: number) => Promise<void>> {
  const client = await hub.connect();
  const send = async (watts: number): Promise<void> => {
    // One channel has one power at one instant: without this the second reading would be a contradiction.
    await hub.advance("1 s");
    await client.publishAsync(`meters/${name}`, String(watts), { qos: 1 });
    await hub.settle();
  };
  await send(0);
  await hub.parts.devices.accept(`meters:${name}` as DeviceId, { name });
  await hub.settle();
  return send;
}
