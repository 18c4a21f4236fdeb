import { definePlugin, type MqttMessage, minutes, type PluginContext, text } from "@vatio/plugin-api";
import type { ShellyConfig } from "./config.js";
import { DeviceBook } from "./device-book.js";
import { Gen1Driver } from "./gen1/gen1-driver.js";
import { GEN1_FILTER } from "./gen1/topics.js";
import { Gen2Driver } from "./gen2/gen2-driver.js";
import { EVENT_FILTERS, ONLINE_FILTERS, REPLY_TOPICS, STATUS_FILTERS } from "./gen2/topics.js";
import { HistoryReader } from "./history/history-reader.js";
import { ingestApp } from "./http/ingest-app.js";
import { manifest } from "./manifest.js";
import { SwitchCommand } from "./switch-command.js";

/** Shelly plugs, relays and meters of Gen1 to Gen4: over MQTT, and posted by scripts over HTTP. */
export default definePlugin({
  manifest,
  async setup(ctx) {
    const book = await DeviceBook.open(ctx);
    const gen2 = new Gen2Driver({ ctx, book });
    const gen1 = new Gen1Driver({ ctx, book });
    const switches = new SwitchCommand({ ctx, book, gen1, gen2 });
    ctx.commands.handle("switch.set", (input, call) => switches.handle(input, call));
    if (ctx.config.readHistory) {
      const history = new HistoryReader({ ctx, book, rpc: gen2.rpc });
      ctx.devices.provideHistory((channel, range, signal) => history.read(channel, range, signal));
    }
    ctx.http.mount(ingestApp({ book, clock: ctx.clock }), { action: "control" });
    ctx.events.subscribe("device.removed", ({ payload }) => book.removed(payload.device));
    subscribe(ctx, { book, gen1, gen2 });
    watchPosters(ctx, book);
    await switches.resume();
    if (ctx.config.gen1) gen1.askAnnouncements();
  },
});

interface Drivers {
  readonly book: DeviceBook;
  readonly gen1: Gen1Driver;
  readonly gen2: Gen2Driver;
}

function subscribe(ctx: PluginContext<ShellyConfig>, { book, gen1, gen2 }: Drivers): void {
  for (const filter of EVENT_FILTERS) ctx.mqtt.subscribe(filter, (message) => gen2.onEvent(message));
  for (const filter of STATUS_FILTERS) ctx.mqtt.subscribe(filter, (message) => gen2.onStatus(message));
  for (const topic of REPLY_TOPICS) ctx.mqtt.subscribe(topic, (message) => gen2.onReply(message));
  if (ctx.config.gen1) ctx.mqtt.subscribe(GEN1_FILTER, (message) => gen1.onMessage(message));
  for (const filter of ONLINE_FILTERS) ctx.mqtt.subscribe(filter, (message) => onOnline(message));

  function onOnline(message: MqttMessage): void {
    const known = book.byPrefix(message.topic.slice(0, -"/online".length));
    const first = known === undefined ? message.topic.startsWith("shellies/") : known.facts.generation === 1;
    if (first) gen1.onOnline(message);
    else gen2.onOnline(message);
  }
}

/** A device that only posts over HTTP has no last will: its silence has to be noticed. */
function watchPosters(ctx: PluginContext<ShellyConfig>, book: DeviceBook): void {
  const limit = minutes(ctx.config.silentAfterMinutes);
  ctx.scheduler.every(minutes(1), () => {
    for (const device of book.all()) {
      const silent = device.postedAt === undefined ? 0 : ctx.clock.now() - device.postedAt;
      if (device.facts.prefix !== undefined || silent < limit) continue;
      book.setOnline(device, false, text("shelly.offline.silent", { minutes: ctx.config.silentAfterMinutes }));
    }
  });
}
