import type { Worker } from "node:worker_threads";
import { type Static, Type, VatioError } from "@vatio/plugin-api";
import { Compile } from "typebox/compile";
import { systemClock } from "../../clock.js";
import { deferred } from "../../deferred.js";
import { closeScope } from "../close-scope.js";
import { createPluginContext, type SharedTables } from "../context/context.js";
import { doneWithin } from "../deadline.js";
import { explained } from "../own-reason.js";
import { type MigrateStep, type PluginRuntime, STOP_DEADLINE, type StopReport } from "../runtime.js";
import type { PluginScope } from "../scope.js";
import type { PluginSource } from "../types.js";
import { Heartbeat } from "./heartbeat.js";
import { HostEnd } from "./host-end.js";
import { logOutput } from "./log-output.js";
import { spawnWorker } from "./spawn-worker.js";

/** What a worker runtime is made from. */
export interface WorkerRuntimeOptions {
  readonly scope: PluginScope;
  readonly source: PluginSource;
  readonly shared: SharedTables;
  /** Memory that the worker may use, in MB. */
  readonly memoryMb: number;
}

const closed = { additionalProperties: false } as const;
const Loaded = Compile(Type.Object({ migrates: Type.Boolean() }, closed));
const PongSchema = Type.Object({ heapBytes: Type.Number(), externalBytes: Type.Number() }, closed);
const Pong = Compile(PongSchema);
const StoppedSchema = Type.Object(
  {
    errors: Type.Array(Type.String({ maxLength: 10_000 }), { maxItems: 1_000 }),
    leaks: Type.Record(Type.String({ maxLength: 100 }), Type.Integer(), { maxProperties: 100 }),
  },
  closed,
);
const Stopped = Compile(StoppedSchema);

/** Rounds of messages after which a worker is taken to be busy for good. */
const MOST_ROUNDS = 1_000;

/** Runs a plugin in a thread of its own. */
export class WorkerRuntime implements PluginRuntime {
  readonly #options: WorkerRuntimeOptions;
  readonly #end: HostEnd;
  #worker: Worker | undefined;
  #heartbeat: Heartbeat | undefined;
  #memoryBytes: number | undefined;
  #isLoaded = false;
  /** It was ended, or is being stopped: what happens to it now is no crash. */
  #over = false;

  constructor(options: WorkerRuntimeOptions) {
    this.#options = options;
    const { scope, shared } = options;
    this.#end = new HostEnd({
      scope,
      context: createPluginContext(scope, {}, shared),
      post: (message, transfer) => this.#worker?.postMessage(message, [...transfer]),
      violated: (error) => this.#crash(error),
    });
  }

  get memoryBytes(): number | undefined {
    return this.#memoryBytes;
  }

  async load(): Promise<{ readonly migrate: MigrateStep }> {
    const { scope, source, memoryMb } = this.#options;
    this.#worker = spawnWorker({ name: `vatio:${scope.id}`, memoryMb });
    this.#watch(this.#worker);
    const virtual = scope.services.clock !== systemClock;
    const manifest = JSON.parse(JSON.stringify(source.manifest)) as unknown;
    await this.#end.link.call("open", { entry: source.entry, manifest, virtual });
    // From before the first line of the plugin runs, but not while the thread itself is made, which takes long on a small machine.
    this.#heartbeat = new Heartbeat({ ping: () => this.#ping(), onSilence: () => this.#crash(this.#hung()) });
    const loaded = await this.#end.link.call("load", {});
    this.#isLoaded = true;
    if (!Loaded.Check(loaded)) throw new VatioError("E_WORKER_PROTOCOL", `${scope.id} was not loaded as a plugin.`);
    const migrate: MigrateStep = (config, from) => this.#end.link.call("migrate", { config, from });
    return { migrate: (loaded as { migrates: boolean }).migrates ? migrate : undefined };
  }

  async setup(config: unknown): Promise<void> {
    await this.#end.link.call("setup", { config });
  }

  async stop(): Promise<StopReport> {
    const { scope } = this.#options;
    scope.abort();
    const asked = this.#over ? NOTHING : await this.#askToStop();
    this.#over = true;
    this.#heartbeat?.[Symbol.dispose]();
    this.#end.link.close(new VatioError("E_DISPOSED", `The plugin ${scope.id} has stopped.`));
    const own = await closeScope(scope);
    await this.#worker?.terminate();
    this.#memoryBytes = undefined;
    return { errors: [...asked.errors, ...own.errors], leaks: { ...own.leaks, ...asked.leaks } };
  }

  async settled(): Promise<void> {
    for (let round = 0; this.#worker && !this.#over && round < MOST_ROUNDS; round++) {
      const before = this.#end.received;
      await this.#end.link.call("sync", {}).catch(() => undefined);
      await nextTurn();
      // Only the answer to the question itself came in: the worker waits for time, or for the world.
      if (this.#end.received - before <= 1) return;
    }
  }

  /** What the worker did to stop, or that it did not answer in time. */
  async #askToStop(): Promise<StopReport> {
    const { scope } = this.#options;
    let report: StopReport = { errors: [], leaks: { worker: 1 } };
    const asked = this.#end.link.call("stop", {}).then(
      (answer) => {
        if (Stopped.Check(answer)) report = fromWorker(answer as Static<typeof StoppedSchema>);
      },
      (error: unknown) => {
        report = { errors: [error], leaks: {} };
      },
    );
    await doneWithin(scope.services.clock, asked, STOP_DEADLINE);
    return report;
  }

  #watch(worker: Worker): void {
    const { scope } = this.#options;
    worker.on("message", (raw: unknown) => {
      if (!this.#over) this.#end.receive(raw);
    });
    worker.on("messageerror", (error: Error) => this.#crash(error));
    worker.on("error", (error: Error) => this.#crash(explain(error, this.#options)));
    worker.on("exit", (code) => this.#crash(exited(scope.id, code)));
    logOutput(worker, this.#end.session.context.log);
  }

  async #ping(): Promise<void> {
    const pong = await this.#end.link.call("ping", {});
    if (!Pong.Check(pong)) return;
    const { heapBytes, externalBytes } = pong as Static<typeof PongSchema>;
    this.#memoryBytes = heapBytes + externalBytes;
    // The limit of the heap is kept by the engine; buffers lie outside of it.
    const { scope, memoryMb } = this.#options;
    if (this.#memoryBytes > memoryMb * 2 ** 20) this.#crash(tooMuchMemory(scope.id, memoryMb));
  }

  #hung(): VatioError {
    const { id } = this.#options.scope;
    return this.#isLoaded ? hung(id) : hungLoading(id);
  }

  /** The worker ended, or is ended now. The hub goes on without it. */
  #crash(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#heartbeat?.[Symbol.dispose]();
    const { scope } = this.#options;
    this.#end.link.close(error instanceof Error ? error : new Error(String(error)));
    this.#worker?.terminate().catch(() => undefined);
    scope.stray(error);
  }
}

const NOTHING: StopReport = { errors: [], leaks: {} };

const fromWorker = ({ errors, leaks }: Static<typeof StoppedSchema>): StopReport => ({
  errors: errors.map((message) => new VatioError("E_INTERNAL", message)),
  leaks,
});

function nextTurn(): Promise<void> {
  const { promise, resolve } = deferred();
  systemClock.timer(0 as never, resolve);
  return promise;
}

function explain(error: Error, { scope, memoryMb }: WorkerRuntimeOptions): Error {
  if (!("code" in error) || error.code !== "ERR_WORKER_OUT_OF_MEMORY") return error;
  const message = `${scope.id} used more memory than a worker may.`;
  return explained("E_PLUGIN_MEMORY", { key: "plugin.why.memory", params: { limit: memoryMb }, message, cause: error });
}

const exited = (plugin: string, code: number): VatioError =>
  explained("E_PLUGIN_EXITED", {
    key: "plugin.why.exited",
    params: { code },
    message: `${plugin} ended its own thread with the code ${code}.`,
  });

const hung = (plugin: string): VatioError =>
  explained("E_PLUGIN_HUNG", {
    key: "plugin.why.hung",
    params: { seconds: 5 },
    message: `${plugin} did not answer for 5 s: it is caught in a loop, or computes without a pause.`,
  });

const hungLoading = (plugin: string): VatioError =>
  explained("E_PLUGIN_HUNG", {
    key: "plugin.why.hung-loading",
    params: { seconds: 5 },
    message: `${plugin} did not answer for 5 s while its code was loaded: a module of it is caught in a loop, or computes without a pause.`,
  });

const tooMuchMemory = (plugin: string, memoryMb: number): VatioError =>
  explained("E_PLUGIN_MEMORY", {
    key: "plugin.why.memory",
    params: { limit: memoryMb },
    message: `${plugin} used more than the ${memoryMb} MB that a worker may.`,
  });
