import process from "node:process";
import { type ChannelId, definePlugin, row, Type } from "@vatio/plugin-api";

// A driver that is killed by one kind of message, as by a fault of a native library.

// biome-ignore lint/style/noDefaultExport: the entry of a plugin
export default definePlugin({
  manifest: {
    id: "brittle",
    name: "Brittle",
    version: "1.0.0",
    hub: "^0.1",
    config: Type.Object({}),
    configVersion: 1,
    permissions: ["mqtt.subscribe:brittle/+/power", "telemetry.write"],
    mqtt: { deviceTopics: { publish: ["brittle/{device}/power"], subscribe: [] } },
  },
  setup(ctx) {
    ctx.mqtt.subscribe("brittle/+/power", async (message) => {
      const words = new TextDecoder().decode(message.payload);
      if (words === "poison") process.exit(1);
      const { n, at, watts } = JSON.parse(words) as { n: number; at: number; watts: number };
      const { channels } = await ctx.devices.announce({
        hardwareId: message.topic.split("/")[1] ?? "",
        channels: [{ key: "main", kind: "meter", metrics: ["power_w"] }],
      });
      await ctx.telemetry.write(row(channels.main as ChannelId, at as never, { power_w: watts }));
      ctx.log.debug("stored", { n });
    });
  },
});
