import { type ChannelId, definePlugin, type Manifest, type MetricName, Type } from "@vatio/plugin-api";

/** Metrics of a bench reading: six, as a single-phase meter has. */
export const BENCH_METRICS: readonly MetricName[] = [
  "power_w",
  "energy_import_wh",
  "voltage_v",
  "current_a",
  "power_factor",
  "frequency_hz",
];

const ConfigSchema = Type.Object({}, { additionalProperties: false });

const manifest = {
  id: "bench",
  name: "Bench",
  version: "0.1.0",
  hub: "^0.1",
  config: ConfigSchema,
  configVersion: 1,
  permissions: ["telemetry.write", "mqtt.subscribe:bench/#"],
} as const satisfies Manifest<typeof ConfigSchema>;

/** A message: instants, and one array for each metric in the order of {@link BENCH_METRICS}. */
export interface BenchPayload {
  readonly t: readonly number[];
  readonly m: readonly (readonly number[])[];
}

/** A driver that does nothing but parse and store: what is measured is the hub. */
// biome-ignore lint/style/noDefaultExport: the entry of a plugin is its default export.
export default definePlugin({
  manifest,
  setup(ctx) {
    const channels = new Map<string, Promise<ChannelId>>();
    const channelOf = (hardwareId: string): Promise<ChannelId> => {
      const known = channels.get(hardwareId);
      if (known !== undefined) return known;
      const announced = ctx.devices
        .announce({ hardwareId, channels: [{ key: "main", kind: "meter", metrics: BENCH_METRICS }] })
        .then((device) => device.channels.main ?? ("" as ChannelId));
      channels.set(hardwareId, announced);
      return announced;
    };
    ctx.mqtt.subscribe("bench/+", async ({ topic, payload }) => {
      const channel = await channelOf(topic.slice(6));
      const { t, m } = JSON.parse(Buffer.from(payload).toString()) as BenchPayload;
      const columns = Object.fromEntries(
        BENCH_METRICS.map((metric, index) => [metric, Float64Array.from(m[index] ?? [])]),
      );
      await ctx.telemetry.write({ channel, origin: "live", at: Float64Array.from(t), columns });
    });
  },
});
