import { definePlugin, seconds, text, VatioError } from "@vatio/plugin-api";
import { Fleet } from "../simulator/index.js";
import { manifest } from "./manifest.js";

declare module "@vatio/plugin-api" {
  interface VatioCommands {
    "demo.replay": { input: Record<string, never>; output: { done: boolean } };
  }
}

/** Quicker than the firmware's two minutes: somebody is watching. */
const BURST = seconds(20);

const why = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A simulated home and workshop: its devices connect to the broker as real ones do. */
export default definePlugin({
  manifest,
  async setup(ctx) {
    const { url, username, seed, zone } = ctx.config;
    if (url === "") {
      ctx.health.degraded(text("demo.waiting"));
      return;
    }
    const password = await ctx.secrets.get("password");
    const broker = { url, username, ...(password === undefined ? {} : { password }) };
    const fleet = new Fleet({ broker, clock: ctx.clock, scheduler: ctx.scheduler, seed, zone, burstEvery: BURST });
    ctx.defer(() => fleet.stop());
    const started = fleet.start().then(
      () => ctx.health.ok(),
      (error: unknown) => ctx.health.degraded(text("demo.offline", { why: why(error) })),
    );
    ctx.commands.handle("demo.replay", async (_input, call) => {
      await started;
      await fleet.replay(call.signal);
      if (call.signal.aborted) throw new VatioError("E_ABORTED", "The past was told in part only.");
      return { done: true };
    });
  },
});
