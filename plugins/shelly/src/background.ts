import { type PluginContext, VatioError } from "@vatio/plugin-api";

/** The services that tell of work that failed. */
export type BackgroundServices = Pick<PluginContext, "signal" | "counters" | "log">;

/**
 * Does work that nobody waits for: a failure is counted and noted, and once the plugin stops nothing is said any more.
 * @param fields what the log shows beside the error
 */
export async function inBackground(
  ctx: BackgroundServices,
  fields: object,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (ctx.signal.aborted) return;
    const { code, message } = VatioError.from(error);
    ctx.counters.add("background", code);
    ctx.log.debug("Something asked of a Shelly did not happen.", { ...fields, code, message });
  }
}
