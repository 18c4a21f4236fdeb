import { EventEmitter } from "node:events";
import { readFile } from "node:fs";
import { connect } from "node:net";
import process from "node:process";
import type { PluginContext, PluginId } from "@vatio/plugin-api";
import { admin, makeHarness, sourceOf, testPlugin } from "../support/harness.js";
import { settle } from "../support/manual-clock.js";

// Run as a program of its own: a test runner has opinions about stray errors as well. Prints what became of each plugin.

const fail = (): never => {
  throw new TypeError("stray");
};

/** Ways in which an error escapes from code that nobody waits for. */
const WAYS: Readonly<Record<string, (ctx: PluginContext<never>) => void>> = {
  timer: () => void setTimeout(fail, 1),
  immediate: () => void setImmediate(fail),
  tick: () => process.nextTick(fail),
  file: () => readFile("/does/not/exist", fail),
  rejection: () => void Promise.reject(new TypeError("stray")),
  async: () => void (async () => fail())(),
  "after-await": (ctx) => void ctx.kv.get("x").then(fail),
  emitter: () => void setImmediate(() => new EventEmitter().emit("error", new TypeError("stray"))),
  socket: () => void connect(1, "127.0.0.1"),
  listener: (ctx) => ctx.signal.addEventListener("abort", fail),
};

async function throwAll(): Promise<void> {
  const plugins = Object.entries(WAYS).map(([name, stray]) =>
    testPlugin({ id: `way-${name}` }, (ctx) => {
      ctx.events.subscribe("settings.changed", ({ payload }) => {
        if (payload.key === name) stray(ctx);
      });
    }),
  );
  const bystander = testPlugin({ id: "bystander" });
  const unattributed: string[] = [];
  const harness = await makeHarness(
    [...plugins, bystander].map((plugin) => sourceOf(plugin)),
    {
      onUnattributed: (error) => unattributed.push(String(error)),
    },
  );
  for (const name of Object.keys(WAYS)) {
    harness.services.events.hub.publish("settings.changed", { key: name });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await harness.host.restart(admin, "way-listener" as PluginId);
  await settle(20);
  const report = Object.fromEntries(
    harness.host.list().map(({ id, state, crashes }) => [id, [state, ...crashes.map(({ message }) => message)]]),
  );
  process.stdout.write(JSON.stringify({ report, unattributed }));
  process.exit(0);
}

async function throwAsHub(): Promise<void> {
  const plugin = testPlugin({ id: "innocent" }, async (ctx) => {
    await ctx.kv.set("x", 1);
  });
  const harness = await makeHarness([sourceOf(plugin)], {
    onUnattributed: (error) => {
      process.stdout.write(JSON.stringify([String(error), harness.stateOf("innocent")]));
      process.exit(3);
    },
  });
  setTimeout(fail, 1);
}

/** A timer of the hub that a plugin's call happened to start is the hub's, not the plugin's. */
async function throwBelowPlugin(): Promise<void> {
  const plugin = testPlugin({ id: "innocent", permissions: ["telemetry.write"] }, (ctx) => {
    ctx.events.subscribe("settings.changed", async () => {
      await ctx.audit.record("x", "y");
    });
  });
  const harness = await makeHarness([sourceOf(plugin)], {
    onUnattributed: (error) => {
      process.stdout.write(JSON.stringify([String(error), harness.stateOf("innocent")]));
      process.exit(3);
    },
  });
  Object.defineProperty(harness.services.audit, "record", {
    value: async () => {
      setTimeout(fail, 1);
    },
  });
  harness.services.events.hub.publish("settings.changed", { key: "x" });
}

/** Three stray errors of one plugin, while another one works on. */
async function quarantine(): Promise<void> {
  let counted = 0;
  const bad = testPlugin({ id: "bad" }, () => void setTimeout(fail, 5));
  const good = testPlugin({ id: "good" }, (ctx) => {
    ctx.events.subscribe("settings.changed", () => {
      counted += 1;
    });
  });
  const harness = await makeHarness([sourceOf(bad), sourceOf(good)], { onUnattributed: () => process.exit(4) });
  const states: unknown[] = [];
  for (let n = 0; n < 3; n++) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    states.push(harness.stateOf("bad"));
    harness.services.events.hub.publish("settings.changed", { key: "x" });
    await harness.clock.advance(6_000);
  }
  process.stdout.write(JSON.stringify({ states, counted, end: harness.stateOf("bad"), good: harness.stateOf("good") }));
  process.exit(0);
}

/** What an inline plugin does that nothing in its own process can contain; the hub says that it is there before. */
async function uncontainable(way: string): Promise<void> {
  const harness = await makeHarness([
    sourceOf(
      testPlugin({ id: "bad" }, (ctx) => {
        ctx.events.subscribe("settings.changed", () => END_OF_THE_HUB[way]?.());
      }),
    ),
  ]);
  process.stdout.write(`${JSON.stringify(harness.stateOf("bad"))}\n`);
  setInterval(() => process.stdout.write("."), 50);
  await new Promise((resolve) => setTimeout(resolve, 200));
  process.stdout.write("!");
  harness.services.events.hub.publish("settings.changed", { key: "x" });
}

const END_OF_THE_HUB: Readonly<Record<string, () => void>> = {
  exit: () => process.exit(7),
  loop: () => {
    for (;;);
  },
  memory: () => {
    const kept: number[][] = [];
    for (;;) kept.push(new Array<number>(100_000).fill(1));
  },
};

const PROGRAMS: Readonly<Record<string, (argument: string) => Promise<void>>> = {
  throwAll,
  throwAsHub,
  throwBelowPlugin,
  quarantine,
  uncontainable,
};
await PROGRAMS[process.argv[2] ?? ""]?.(process.argv[3] ?? "");
