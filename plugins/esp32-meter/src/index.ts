import { definePlugin, hours, minutes, type PluginContext } from "@vatio/plugin-api";
import type { Esp32MeterConfig } from "./config.js";
import { EnertrackDriver } from "./enertrack-driver.js";
import { manifest } from "./manifest.js";
import { MeterBook } from "./meter-book.js";
import { PlainDriver } from "./plain-driver.js";
import { type PlainTopics, plainTopicsOf } from "./plain-topics.js";
import { SilenceWatch } from "./silence-watch.js";

/** ESP32 energy meters: EnerTrack nodes, and any sensor that publishes one number on a topic. */
export default definePlugin({
  manifest,
  async setup(ctx) {
    const { activeMinutes, noDataHours } = ctx.config;
    const limits = { activeFor: minutes(activeMinutes), disconnectedFor: hours(noDataHours) };
    const watch = new SilenceWatch({ ctx, limits });
    const book = await MeterBook.open({ ctx, watch });
    const plain = plainTopicsOf(ctx.config);
    reportProblems(ctx, plain);
    subscribe(ctx, book, plain);
    watch.start();
  },
});

function subscribe(ctx: PluginContext<Esp32MeterConfig>, book: MeterBook, { topics }: PlainTopics): void {
  const { baseTopic } = ctx.config;
  const nodes = new EnertrackDriver({ book, baseTopic, taken: new Set(topics.map(({ topic }) => topic)) });
  ctx.mqtt.subscribe(`${baseTopic}/#`, (message) => nodes.onMessage(message));
  for (const plain of topics) {
    const driver = new PlainDriver({ book, plain });
    ctx.mqtt.subscribe(plain.topic, (message) => driver.onMessage(message));
  }
}

/** A topic that cannot be used must not keep the meters from being read. */
function reportProblems(ctx: PluginContext<Esp32MeterConfig>, { problems }: PlainTopics): void {
  for (const { key, params } of problems) ctx.log.warn("A topic of the settings is not used.", { key, ...params });
  const [first] = problems;
  if (first) ctx.health.degraded(first);
  else ctx.health.ok();
}
