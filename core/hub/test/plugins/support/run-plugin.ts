import type { PluginContext } from "@vatio/plugin-api";
import { makeHarness, sourceOf, type TestManifest, testPlugin } from "./harness.js";

/** A context whose settings do not matter. */
export type Context = PluginContext<never>;

/** A running plugin and its context. */
export async function run(
  manifest: TestManifest = {},
  setup: (ctx: Context) => void | Promise<void> = () => undefined,
) {
  let context: Context | undefined;
  const plugin = testPlugin({ id: "tester", ...manifest }, async (ctx) => {
    context = ctx;
    await setup(ctx);
  });
  const harness = await makeHarness([sourceOf(plugin)]);
  if (!context) throw new Error(JSON.stringify(harness.host.list()[0]?.reason));
  return { harness, ctx: context };
}
