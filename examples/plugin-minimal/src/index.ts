import { definePlugin, row, VatioError } from "@vatio/plugin-api";
import { manifest } from "./manifest.js";

/** Thermometers that publish their temperature as a number on `thermometers/<name>`. */
export default definePlugin({
  manifest,
  setup(ctx) {
    ctx.mqtt.subscribe("thermometers/+", async (message) => {
      const degrees = Number(new TextDecoder().decode(message.payload));
      if (Number.isNaN(degrees)) throw new VatioError("E_INPUT_INVALID", `${message.topic} did not send a number.`);
      const { channels } = await ctx.devices.announce({
        hardwareId: message.topic.replace("thermometers/", ""),
        channels: [{ key: "main", kind: "sensor", metrics: ["temperature_c"] }],
      });
      const celsius = ctx.config.fahrenheit ? ((degrees - 32) * 5) / 9 : degrees;
      if (channels.main) await ctx.telemetry.write(row(channels.main, message.at, { temperature_c: celsius }));
    });
  },
});
