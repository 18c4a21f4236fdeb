import { definePlugin, type Json, minutes, seconds, Type, text, VatioError } from "@vatio/plugin-api";

/** For a worker: everything that it hands over is structured-cloneable, and nothing of the hub crosses as an object with methods. */
export const dummyWorker = definePlugin({
  manifest: {
    id: "dummy-worker",
    name: "Dummy worker",
    version: "1.0.0",
    hub: "^0.1",
    isolation: "worker",
    config: Type.Object({
      url: Type.String({ default: "https://prices.example/today", format: "uri" }),
      everyMinutes: Type.Integer({ default: 15, minimum: 1 }),
      apiKey: Type.Optional(Type.String({ "x-secret": true })),
    }),
    configVersion: 1,
    permissions: ["net.host:prices.example", "secrets:apiKey", "telemetry.read", "commands.call:switch.set"],
  },

  async setup(ctx) {
    const known = await ctx.kv.get<{ prices: readonly number[] }>("today");
    if (known) ctx.log.info("Prices are known", { version: known.version, count: known.value.prices.length });

    const refresh = async (signal: AbortSignal): Promise<void> => {
      const key = await ctx.secrets.get("apiKey");
      const answer = await ctx.net.fetch(ctx.config.url, { signal, headers: key ? { authorization: key } : {} });
      if (!answer.ok)
        throw new VatioError("E_NET_UNREACHABLE", `The price server said ${answer.status}.`, { retryable: true });
      const prices = (await answer.json()) as Json;
      await ctx.kv.set("today", { prices });
      await ctx.files.write("today.json", JSON.stringify(prices));
      ctx.health.ok();
    };

    ctx.health.degraded(text("dummy-worker.first"));
    ctx.scheduler.every(minutes(ctx.config.everyMinutes), refresh, { firstAfter: seconds(0), timeout: seconds(30) });
    ctx.events.subscribe("device.*", async (event, signal) => {
      if (event.type === "device.availability" && event.payload.online && !signal.aborted) {
        await ctx.audit.record("seen", event.payload.device);
      }
    });
    const point = (await ctx.points.list())[0];
    if (point) ctx.telemetry.watch([point.id], (batch) => ctx.counters.add("rows", "seen", batch.at.length));
    await ctx.scheduler.sleep(seconds(1), ctx.signal);
  },
});
