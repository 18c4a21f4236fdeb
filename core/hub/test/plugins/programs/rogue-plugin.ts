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
  emitter: () => setImmediate(() => process.emit("error" as never, new TypeError("stray") as never)),
  exit: () => process.exit(7),
  loop: () => {
    for (;;) hoard.length = 0;
  },
  heap: () => {
    for (;;) hoard.push(Array.from({ length: 10_000 }, (_, n) => ({ n })));
  },
  buffers: () => {
    setInterval(() => hoard.push(new Uint8Array(16 * 2 ** 20).fill(1)), 5);
  },
  text: () => post("rubbish"),
  shape: () => post({ kind: "call", id: "one", method: "kv.get", args: {} }),
  surplus: () => post({ kind: "abort", id: 1, more: true }),
  method: () => post({ kind: "cast", method: "constructor", args: {} }),
  prototype: () => post({ kind: "cast", method: "__proto__", args: {} }),
  error: () => post({ kind: "error", id: 1, error: { code: "nonsense", message: 5 } }),
  large: () => post({ kind: "cast", method: "log", args: { bytes: new Uint8Array(81 * 2 ** 20) } }),
  deep: () => {
    let deep: unknown = 1;
    for (let n = 0; n < 1_100_000; n++) deep = n % 1_000 === 0 ? [deep] : [deep, 1].slice(0, 1);
    post({ kind: "cast", method: "log", args: Array.from({ length: 1_100_000 }, () => 1) });
    return deep;
  },
  flood: () => {
    for (let n = 0; n < 200_000; n++) post({ kind: "cast", method: "count", args: { name: "x", reason: "y" } });
  },
  calls: () => {
    for (let n = 1; n <= 20_000; n++)
      post({ kind: "call", id: 1_000_000 + n, method: "commands.call", args: { name: "slow.wait", input: {} } });
  },
  shared: () =>
    post({ kind: "cast", method: "telemetry.write", args: { batches: [new Float64Array(new SharedArrayBuffer(8))] } }),
};

/** What does not end the plugin: it is answered, or counted. */
const TOLERATED: Readonly<Record<string, (ctx: Context) => Promise<unknown>>> = {
  map: async (ctx) => ctx.kv.set("x", new Map([[1, 2]]) as never),
  function: async (ctx) => ctx.kv.set("x", (() => 1) as never),
  arguments: async (ctx) => ctx.kv.get(5 as never),
  columns: async (ctx) =>
    ctx.telemetry.write({ channel: "rogue:1/x" as never, origin: "live", at: [1] as never, columns: {} }),
  payload: async (ctx) => ctx.events.publish("rogue.event" as never, { n: "no number" } as never),
};

const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return "fine";
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
    permissions: ["telemetry.write", "commands.call:slow.wait"],
    events: { "rogue.event": { payload: Type.Object({ n: Type.Integer() }) } },
    commands: {
      "rogue.try": { action: "read", input: Type.Object({ what: Type.String() }), output: Type.String() },
      "rogue.wait": { action: "read", input: Type.Object({}), output: Type.Null() },
    },
  },
  setup(ctx) {
    const { mode } = ctx.config;
    if (mode === "setup") fail();
    if (mode === "outage") throw new VatioError("E_NET_UNREACHABLE", "Not yet.", { retryable: true });
    if (mode === "conflict") ctx.commands.handle("switch.set", async () => ({ wasOn: null, on: true }));
    if (mode === "conflict") ctx.commands.handle("switch.set", async () => ({ wasOn: null, on: true }));
    if (mode === "stubborn") ctx.defer(() => new Promise(() => undefined));
    if (mode === "console") console.log("to the console\nin two lines");
    if (mode === "env") ctx.log.info("environment", { keys: Object.keys(process.env).sort() });
    ctx.events.subscribe("settings.changed", ({ payload }) => {
      if (payload.key !== "now") return;
      if (mode === "handler") fail();
      MODES[mode]?.(ctx);
    });
    ctx.commands.handle(
      "rogue.try" as never,
      (async ({ what }: { what: string }) => codeOf(TOLERATED[what]?.(ctx) ?? Promise.resolve())) as never,
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
