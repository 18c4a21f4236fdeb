import type { Batch, Instant, PluginContext, Point } from "@vatio/plugin-api";
import { localDayIn } from "./local-day.js";

/** Called with every power of a point, in watts, and with the day by the clock of its site. */
export type OnPower = (point: Point, day: string, reading: { readonly powerW: number; readonly at: Instant }) => void;

/** Watches every point of the hub, also those that are made later, until the plugin stops. */
export async function watchPoints(ctx: PluginContext<unknown>, onPower: OnPower): Promise<void> {
  let watches: readonly Disposable[] = [];
  const follow = async (): Promise<void> => {
    const zones = new Map((await ctx.sites.list()).map(({ id, zone }) => [id, zone]));
    const points = await ctx.points.list();
    for (const watch of watches) watch[Symbol.dispose]();
    watches = points.map((point) => {
      const dayOf = localDayIn(zones.get(point.site) ?? "UTC");
      return ctx.telemetry.watch([point.id], (batch) =>
        tell(batch, (powerW, at) => onPower(point, dayOf(at), { powerW, at })),
      );
    });
  };
  await follow();
  ctx.events.subscribe("point.changed", follow, { overflow: "latest-per-key" });
}

/** Only what happens now: what a device remembered may be days old. */
function tell({ at, columns, origin, timebase = "utc" }: Batch, each: (powerW: number, at: Instant) => void): void {
  const { power_w: power } = columns;
  if (power === undefined || origin !== "live" || timebase !== "utc") return;
  for (const [row, value] of power.entries()) {
    const instant = at[row];
    if (instant !== undefined && !Number.isNaN(value)) each(value, instant as Instant);
  }
}
