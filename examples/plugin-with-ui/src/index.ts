import { definePlugin, minutes, type PointId } from "@vatio/plugin-api";
import { httpApp } from "./http-app.js";
import { manifest } from "./manifest.js";
import { PeakBook } from "./peak-book.js";
import { watchPoints } from "./watch-points.js";

declare module "@vatio/plugin-api" {
  interface VatioEvents {
    "peaks.rose": { point: PointId; day: string; powerW: number; at: number };
  }
  interface VatioCommands {
    "peaks.forget": { input: { point: PointId }; output: { forgotten: boolean } };
  }
}

/** Remembers the highest power of each point and day. */
export default definePlugin({
  manifest,
  async setup(ctx) {
    const book = new PeakBook(ctx.kv);
    await book.load();

    await watchPoints(ctx, (point, day, { powerW, at }) => {
      if (powerW < ctx.config.leastW) return;
      const peak = book.offer(point.id, { day, powerW, at });
      if (peak) ctx.events.publish("peaks.rose", { point: point.id, ...peak });
    });

    // A peak may rise many times in a minute; a memory card need not hear of each.
    ctx.scheduler.every(minutes(1), () => book.save());
    ctx.defer(() => book.save());

    ctx.commands.handle("peaks.forget", async ({ point }) => ({ forgotten: await book.forget(point) }));
    ctx.http.mount(httpApp(ctx, book), { action: "read" });
  },
});
