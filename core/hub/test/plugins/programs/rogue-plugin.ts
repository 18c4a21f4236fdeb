import process from "node:process";
import { parentPort } from "node:worker_threads";
import { definePlugin, type PluginContext, type Static, Type, VatioError } from "@vatio/plugin-api";

// Misbehaves in the way that its settings name, as soon as a setting of the hub called "now" changes.

const config = Type.Object({ mode: Type.String({ default: "nothing" }) });
type Context = PluginContext<Static<typeof config>>;

const hoard: unknown[] = [];
const fail = (): never => {
  throw new TypeError("stray");
};
const post = (message: unknown): void => parentPort?.postMessage(message);

const MODES: Readonly<Record<string, (ctx: Context) => unknown>> = {
  throw: () => setTimeout(fail, 1),
  reject: () => void Promise.reject(new TypeError("stray")),
  exit: () => process.exit(7),
  loop: () => {
    for (;;) hoard.length = 0;
  },
  heap: () => {
    for (;;) hoard.push(new Array(100_000).fill(0.5));
  },
  buffers: () => {
    setInterval(() => hoard.push(new Uint8Array(16 * 2 ** 20).fill(1)), 5);
  },
  text: () => post("rubbish"),
  large: () => post({ kind: "cast", method: "log", args: { bytes: new Uint8Array(81 * 2 ** 20) } }),
  flood: () => {
    for (let n = 0; n < 200_000; n++) post({ kind: "cast", method: "count", args: { name: "x", reason: "y" } });
  },
};

/** What does not end the plugin: it is answered, or counted. */
const TOLERATED: Readonly<Record<string, (ctx: Context) => Promise<unknown>>> = {
  map: async (ctx) => ctx.kv.set("x", new Map([[1, 2]]) as never),
  function: async (ctx) => ctx.kv.set("x", (() => 1) as never),
  arguments: async (ctx) => ctx.kv.get(5 as never),
  columns: async (ctx) =>
    ctx.telemetry.write({ channel: "rogue:1/x" as never, origin: "live", at: [1] as never, columns: {} }),
  environment: async () => JSON.stringify(Object.keys(process.env)),
  payload: async (ctx) => ctx.events.publish("rogue.event" as never, { n: "no number" } as never),
};

const answerOf = async (call: Promise<unknown> | undefined): Promise<string> => {
  try {
    const answer = await call;
    return typeof answer === "string" ? answer : "fine";
  } catch (error) {
    return VatioError.is(error) ? error.code : String(error);
  }
};

// biome-ignore lint/style/noDefaultExport: the entry of a plugin
export default definePlugin({
  manifest: {
    id: "rogue",
    name: "Rogue",
    version: "1.0.0",
    hub: "^0.1",
    config,
    configVersion: 1,
    permissions: ["telemetry.write"],
    events: { "rogue.event": { payload: Type.Object({ n: Type.Integer() }) } },
    commands: {
      "rogue.try": { action: "read", input: Type.Object({ what: Type.String() }), output: Type.String() },
      "rogue.wait": { action: "read", input: Type.Object({}), output: Type.Null() },
    },
  },
  setup(ctx) {
    const { mode } = ctx.config;
    if (mode === "setup") fail();
    if (mode === "conflict") ctx.commands.handle("switch.set", async () => ({ wasOn: null, on: true }));
    if (mode === "conflict") ctx.commands.handle("switch.set", async () => ({ wasOn: null, on: true }));
    if (mode === "stubborn") ctx.defer(() => new Promise(() => undefined));
    if (mode === "console") process.stdout.write("to the console\nin two lines\n");
    ctx.events.subscribe("settings.changed", ({ payload }) => {
      if (payload.key !== "now") return;
      if (mode === "handler") fail();
      MODES[mode]?.(ctx);
    });
    ctx.commands.handle(
      "rogue.try" as never,
      (async ({ what }: { what: string }) => answerOf(TOLERATED[what]?.(ctx))) as never,
    );
    ctx.commands.handle(
      "rogue.wait" as never,
      (async (_input: unknown, { signal }: { signal: AbortSignal }) => {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        ctx.log.info("the call was given up");
        return null;
      }) as never,
    );
  },
});
