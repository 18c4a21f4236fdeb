import type { PluginId, VatioError } from "@vatio/plugin-api";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPluginContext } from "../../src/plugins/context/context.js";
import { HistoryTable } from "../../src/plugins/history-table.js";
import { MountTable } from "../../src/plugins/mount-table.js";
import { PluginScope } from "../../src/plugins/scope.js";
import { HostEnd, type ToWorker } from "../../src/plugins/worker/host-end.js";
import { HOST_METHODS } from "../../src/plugins/worker/methods/index.js";
import { plainProblem } from "../../src/plugins/worker/plain-data.js";
import { baseManifest, type Harness, makeHarness } from "./support/harness.js";
import { settle } from "./support/manual-clock.js";

// What arrives from a worker, without the worker: the hub's end must stand whatever it is.

let harness: Harness;
let violations: VatioError[];
let answers: ToWorker["frame"][];
let crashes: unknown[];
let end: HostEnd;

beforeAll(async () => {
  harness = await makeHarness([]);
});
afterAll(() => harness[Symbol.asyncDispose]());

function connect(): void {
  violations = [];
  answers = [];
  crashes = [];
  const scope = new PluginScope({
    manifest: {
      ...baseManifest,
      id: "rogue",
      permissions: ["telemetry.write", "telemetry.read", "http", "net.lan", "people.act"],
    },
    services: harness.services,
    log: harness.services.log.source("plugin:rogue"),
    events: {
      crashed: (error) => void crashes.push(error),
      faulted: () => undefined,
      health: () => undefined,
      used: () => undefined,
    },
    remote: true,
  });
  const context = createPluginContext(scope, {}, { mounts: new MountTable(), histories: new HistoryTable() });
  end = new HostEnd({
    scope,
    context,
    post: ({ frame }) => void answers.push(frame),
    violated: (error) => void violations.push(error),
  });
}

beforeEach(connect);

describe("a message that keeps to no rule", () => {
  it.each<[string, unknown]>([
    ["text", "rubbish"],
    ["nothing", null],
    ["a list", []],
    ["an unknown kind", { kind: "shout", id: 1 }],
    ["a number that is none", { kind: "call", id: "one", method: "kv.get", args: {} }],
    ["a negative number", { kind: "abort", id: -1 }],
    ["more than there should be", { kind: "abort", id: 1, more: true }],
    ["an error without a code", { kind: "error", id: 1, error: { code: "nonsense", message: "x", retryable: false } }],
    ["too many hops", { kind: "cast", method: "log", args: {}, hops: 5_000 }],
    ["a method that does not exist", { kind: "cast", method: "constructor", args: {} }],
    ["the prototype as a method", { kind: "cast", method: "__proto__", args: {} }],
    ["too much text", { kind: "cast", method: "log", args: "x".repeat(41 * 2 ** 20) }],
    ["too many values", { kind: "cast", method: "log", args: Array.from({ length: 1_000_001 }, () => 1) }],
    ["too many bytes", { kind: "reply", id: 1, value: new Uint8Array(81 * 2 ** 20) }],
  ])("(%s) ends the worker", (_name, message) => {
    end.receive(message);
    expect(violations).toMatchObject([{ code: "E_WORKER_PROTOCOL" }]);
    expect(harness.services.counters.get("plugin:rogue", "worker-rejected")).toBeGreaterThan(0);
  });

  it("(calls without end) ends the worker", () => {
    const args = { batches: [], more: "x" };
    Object.assign(harness.telemetry, { commit: () => new Promise(() => undefined) });
    for (let id = 1; id <= 10_001; id++)
      end.receive({ kind: "call", id, method: "telemetry.write", args: { batches: args.batches } });
    Object.assign(harness.telemetry, { commit: () => Promise.resolve() });
    expect(violations).toMatchObject([{ message: expect.stringContaining("more than the hub can do at once") }]);
  });
});

describe("a value that is not plain", () => {
  it.each<[string, unknown, ReturnType<typeof plainProblem>]>([
    ["plain data", { a: [1, "x", null, undefined, true, 5n], b: new Uint8Array(3), c: new Float64Array(3) }, undefined],
    ["a map", new Map(), "not-plain"],
    ["a set", { a: new Set() }, "not-plain"],
    ["a date", [new Date()], "not-plain"],
    ["an error", new Error("x"), "not-plain"],
    ["another kind of column", new Int32Array(2), "not-plain"],
    ["shared memory", new Float64Array(new SharedArrayBuffer(8)), "not-plain"],
    ["a bare buffer", new ArrayBuffer(8), "not-plain"],
    ["a key that is a trap", JSON.parse('{"a":{"__proto__":{"x":1}}}'), "not-plain"],
    ["no prototype", Object.create(null), "not-plain"],
  ])("(%s)", (_name, value, expected) => {
    expect(plainProblem(value)).toBe(expected);
  });

  it("is refused to its sender, and the worker goes on", async () => {
    end.receive({ kind: "call", id: 1, method: "kv.set", args: { key: "x", value: new Map() } });
    end.receive({ kind: "cast", method: "log", args: new Set() });
    const pending = end.link.call("ping", {});
    end.receive({ kind: "reply", id: 1, value: new Date() });
    await expect(pending).rejects.toMatchObject({ code: "E_INPUT_INVALID" });
    await settle(2);
    expect(answers).toContainEqual(expect.objectContaining({ kind: "error", id: 1 }));
    expect(violations).toEqual([]);
  });
});

describe("answers, streams and handles that nobody asked for", () => {
  it("are nothing", async () => {
    for (const frame of [
      { kind: "reply", id: 99, value: 1 },
      { kind: "error", id: 99, error: { code: "E_X", message: "x", retryable: false } },
      { kind: "abort", id: 99 },
      { kind: "pull", stream: 99 },
      { kind: "chunk", stream: 99, value: 1 },
      { kind: "end", stream: 99 },
      { kind: "cancel", stream: 99 },
      { kind: "cast", method: "dispose", args: { handle: 99 } },
      { kind: "cast", method: "socket.send", args: { socket: 99, data: "x" } },
    ]) {
      end.receive(frame);
    }
    await settle(2);
    expect([violations, crashes, answers]).toEqual([[], [], []]);
  });

  it("cannot take over what is open already, or the services of an actor that was refused", async () => {
    const call = (id: number, method: string, args: unknown): void => end.receive({ kind: "call", id, method, args });
    call(1, "timer.set", { handle: 5, delay: 1_000 });
    call(2, "timer.set", { handle: 5, delay: 1 });
    call(3, "as", { handle: 6, actor: { kind: "hub", id: "hub" } });
    call(4, "sites.list", { as: 6 });
    await settle(2);
    const codes = answers.map((frame) => (frame.kind === "error" ? `${frame.id} ${frame.error.code}` : frame.kind));
    expect(codes.sort()).toEqual(["2 E_WORKER_PROTOCOL", "3 E_PERMISSION", "4 E_PERMISSION", "reply"]);
  });
});

describe("ten thousand messages of chance", () => {
  const methods = Object.keys(HOST_METHODS) as (keyof typeof HOST_METHODS)[];
  const id = fc.integer({ min: 1, max: 50 });
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.anything({ withTypedArray: true, withMap: true, withDate: true, withBigInt: true, maxDepth: 3 }),
    fc.record({
      handle: id,
      key: fc.string(),
      value: fc.jsonValue(),
      name: fc.string(),
      topic: fc.string(),
      as: fc.option(id),
    }),
  );
  const named = fc.oneof(fc.constantFrom<string>(...methods), fc.string());
  const frame = fc.oneof(
    fc.record({ kind: fc.constant("call"), id, method: named, args: value }),
    fc.record({ kind: fc.constant("cast"), method: named, args: value, cause: id }),
    fc.record({ kind: fc.constantFrom("reply", "chunk"), id, stream: id, value }),
    fc.record({ kind: fc.constantFrom("abort", "pull", "cancel", "end"), id, stream: id }),
    fc.record({ kind: fc.constantFrom("abort"), id }),
    fc.record({ kind: fc.constantFrom("pull", "cancel", "end"), stream: id }),
    value,
  );

  it("do no harm", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 100, maxLength: 100 }), async (frames) => {
        connect();
        for (const given of frames) expect(() => end.receive(given)).not.toThrow();
        await settle(3);
        expect(crashes).toEqual([]);
        await end.link.close(new Error("over"));
      }),
      { numRuns: 100 },
    );
    await harness.services.documents("rogue" as PluginId).list("");
  });

  it("make every method say what is wrong with its arguments, or take them", () => {
    for (const name of methods) {
      fc.assert(
        fc.property(value, (args) => {
          try {
            HOST_METHODS[name].check(args);
          } catch (error) {
            expect(error).toMatchObject({ code: "E_INPUT_INVALID" });
          }
        }),
        { numRuns: 200 },
      );
    }
  });
});
