import {
  type Actor,
  type ByteStreams,
  type ChannelId,
  type DeviceId,
  type Instant,
  type Json,
  type PluginId,
  type PluginSocket,
  VatioError,
} from "@vatio/plugin-api";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { until } from "../mqtt/support/settle.js";
import probe from "./programs/probe-plugin.js";
import { admin, guest, type Harness, makeHarness, sourceOf, testPlugin } from "./support/harness.js";

const entry = new URL("./programs/probe-plugin.ts", import.meta.url).href;

const lamp = testPlugin({ id: "lamp" }, (ctx) => {
  ctx.commands.handle("switch.set", async ({ channel }, { signal }) => {
    if (channel.endsWith("fail")) throw new VatioError("E_DEVICE_OFFLINE", "Dark.", { retryable: true });
    if (channel.endsWith("hang")) await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return { wasOn: false, on: true };
  });
});

const site = {
  name: "Home",
  zone: "Europe/Madrid",
  currency: "EUR",
  language: "es",
  region: "es-ES",
  nominalVoltage: 230,
  phases: 1,
} as const;

// The same plugin, the same questions, the same answers: that is what "identical inline and in a worker" means.
describe.each(["inline", "worker"] as const)("a plugin that runs %s", { timeout: 30_000 }, (isolation) => {
  let harness: Harness;

  const ask = (what: string, args?: Json): Promise<unknown> =>
    harness.services.commands.call(admin, "probe.do", args === undefined ? { what } : { what, args });
  const logged = async (): Promise<readonly string[]> => (await ask("log")) as string[];
  const record = () => harness.host.get("probe" as PluginId);

  beforeAll(async () => {
    const forceWorker = isolation === "worker" ? ["probe"] : [];
    harness = await makeHarness([sourceOf(probe, { entry }), sourceOf(lamp)], {
      config: { forceWorker },
      start: false,
    });
    await harness.services.sites.create(site);
    await harness.services.secrets.set("plugin:probe", "token", "s3cret");
    // Settings of an older version: the plugin itself knows what they mean today.
    const stored = { state: "enabled", configVersion: 1, crashes: [], permissionsUsed: {} } as const;
    await harness.services.states.save("probe" as PluginId, { ...stored, config: { hello: "hola" } });
    await harness.host.start();
  }, 30_000);

  afterAll(() => harness?.[Symbol.asyncDispose]());

  beforeEach(async () => {
    if (harness.stateOf("probe") !== "running") await harness.host.restart(admin, "probe" as PluginId);
    else ((await ask("log")) as string[]).length = 0;
  });

  it("is running, and knows itself", async () => {
    expect(record()).toMatchObject({ state: "running", isolation });
    await expect(ask("facts")).resolves.toEqual({
      ...{ id: "probe", config: { greeting: "hola", size: 3 }, frozen: true },
      now: harness.clock.now(),
    });
    expect(record()?.config).toEqual({ greeting: "hola" });
  });

  it.each<[string, unknown]>([
    ["kv", [1, null, "second", ["a/1"], true, null]],
    ["files", [[1, 2, 255], "ñandú", ["f/bytes.bin 3", "f/text.txt 7"], true, null]],
    ["secrets", ["s3cret", "E_PERMISSION"]],
    ["commands", [{ wasOn: false, on: true }, "E_ABORTED", "E_DEVICE_OFFLINE"]],
    [
      "refusals",
      [
        ...["E_PERMISSION", "E_PERMISSION", "E_INPUT_INVALID", "E_PERMISSION", "E_PERMISSION", "E_PERMISSION"],
        ...["E_PERMISSION", "E_PERMISSION", "E_PERMISSION", "E_INPUT_INVALID", "E_HTTP_CONFLICT", "E_PERMISSION"],
        ...["E_PERMISSION", "E_INPUT_INVALID", "E_PERMISSION", "E_NOT_AVAILABLE", "E_KV_INVALID"],
      ],
    ],
  ])("%s", async (what, expected) => {
    await expect(ask(what)).resolves.toEqual(expected);
  });

  it("writes readings, its own part of a larger array only, and watches them", async () => {
    harness.telemetry.written.length = 0;
    await expect(ask("telemetry")).resolves.toEqual([2, 7, [["power_w", 7]], [5, 7]]);
    expect(await harness.telemetry.values("probe:m1/main", "power_w")).toEqual([5, 6, 7]);
    expect(harness.telemetry.written.at(-1)).toMatchObject({ driver: "probe", frame: { boot: "b", from: 9 } });
    expect(harness.telemetry.boots).toContain("probe:m1 b");
  });

  it("publishes events and hears them in order", async () => {
    await ask("events", { n: 50 });
    await until(async () => (await logged()).length >= 50);
    expect((await logged()).slice(-50)).toEqual(Array.from({ length: 50 }, (_, n) => `probe ${n} true`));
  });

  it("cannot answer its own events for ever", async () => {
    const before = harness.services.counters.get("events", "event-rejected", "loop");
    await ask("loop");
    await until(() => harness.services.counters.get("events", "event-rejected", "loop") > before);
    expect((await logged()).filter((line) => line.startsWith("probe -"))).toHaveLength(33);
    expect(harness.stateOf("probe")).toBe("running");
  });

  it("answers messages: acknowledged, refused for good, or to be tried again", async () => {
    const before = (await logged()).length;
    await harness.message("probe/in/a", "fine");
    await harness.message("probe/in/a", "refuse");
    await expect(harness.message("probe/in/a", "retry")).rejects.toMatchObject({
      code: "E_STORE_BUSY",
      retryable: true,
    });
    expect((await logged()).slice(before)).toEqual(
      ["fine", "refuse", "retry"].map((word) => `probe/in/a ${word} 1 true`),
    );
  });

  it("shows a message on the page of its device", async () => {
    await harness.message("probe/in/b", "reading");
    const raw = harness.services.devices.rawMessages("probe:m1" as DeviceId);
    expect(raw.map(({ topic, payload }) => `${topic} ${payload}`)).toContain("probe/in/b reading");
  });

  it("publishes messages", async () => {
    harness.published.length = 0;
    await ask("publish");
    expect(harness.published).toEqual([
      { topic: "probe/out", payload: "hi" },
      { topic: "probe/out", payload: "text" },
    ]);
  });

  it("keeps time with the hub's clock", async () => {
    const start = harness.clock.now();
    const before = (await logged()).length;
    await ask("timers");
    await harness.host.settled();
    // Step by step, so that what a timer sets off has happened before the next one is due.
    for (let ms = 0; ms < 600; ms += 10) {
      await harness.clock.advance(10);
      await harness.host.settled();
    }
    const expected = ["every 50", "after 100", "at 250", "every 250", "slept 300", "every 450"].map((entry) => {
      const [name, ms] = entry.split(" ");
      return `${name} ${(start + Number(ms)) % 1_000_000}`;
    });
    expect((await logged()).slice(before).sort()).toEqual(expected.sort());
  });

  it("fetches: method, headers and body there, status, headers and body back", async () => {
    harness.lan.answer = () =>
      new Response("answer", {
        status: 202,
        statusText: "Accepted so far",
        headers: [
          ["x-answer", "yes"],
          ["set-cookie", "a=1"],
          ["set-cookie", "b=2"],
        ],
      });
    const url = "http://192.168.1.5/api?x=1";
    await expect(ask("fetch")).resolves.toEqual([
      202,
      "Accepted so far",
      "yes",
      ["a=1", "b=2"],
      expect.anything(),
      "answer",
    ]);
    expect(harness.lan.fetched.at(-1)).toMatchObject({
      url,
      method: "POST",
      body: '{"a":1}',
      addresses: ["192.168.1.5"],
    });
    expect(harness.lan.fetched.at(-1)?.headers.get("x-own")).toBe("1");
  });

  it("gives a request up", async () => {
    harness.lan.answer = ({ signal }) =>
      new Promise((_resolve, reject) => {
        const abort = (): void => reject(new VatioError("E_ABORTED", "Given up."));
        if (signal.aborted) abort();
        signal.addEventListener("abort", abort);
      });
    await expect(ask("abortFetch")).resolves.toBe("E_ABORTED");
  });

  it("talks over a connection", async () => {
    const closed: string[] = [];
    harness.lan.connects = async () => echo(() => closed.push("closed"));
    await expect(ask("tcp")).resolves.toEqual(["ping", true]);
    await until(() => closed.length === 1);
  });

  it("hears of services on the network", async () => {
    await ask("browse");
    await harness.host.settled();
    const record = { name: "s", host: "shelly.local", port: 80, addresses: ["192.168.1.5"], txt: { gen: "2" } };
    for (const found of harness.lan.browsers) found(record);
    await until(async () => (await logged()).at(-1) === 'found shelly.local:80 {"gen":"2"}');
  });

  it("sees places, and devices of its own", async () => {
    const devices = (await ask("devices")) as [string, string[], boolean[]];
    expect(devices[0]).toBe("probe:m1/main");
    expect(devices[2]).toEqual([true]);
    const [newest] = harness.services.devices.rawMessages("probe:m1" as DeviceId);
    expect(newest).toMatchObject({ topic: "POST /probe", payload: "1" });
    await harness.services.devices.accept("probe:m1" as DeviceId, { name: "Meter" });
    await expect(ask("places")).resolves.toEqual(["Home", "Europe/Madrid", "Meter", expect.any(String), 1]);
  });

  it("says what there is to say", async () => {
    await ask("say");
    await harness.host.settled();
    const line = harness.logs.findLast(({ message }) => message === "said");
    expect(line).toMatchObject({ source: "plugin:probe", level: "warn", fields: { n: 1 } });
    expect(JSON.stringify(line?.fields)).toContain("inside");
    expect(harness.services.counters.get("plugin:probe", "things", "done")).toBe(2);
    expect(record()).toMatchObject({ state: "degraded", reason: { key: "probe.tired" } });
  });

  it("writes to the audit log", async () => {
    await ask("audit");
    const entries = await harness.audit.query({ limit: 5 });
    expect(entries.find(({ what }) => what === "probe.looked")).toMatchObject({
      ...{ actor: { kind: "plugin", id: "probe" }, resource: "somewhere", details: { n: 1 } },
    });
  });

  it("acts in the name of whoever calls, while the call lasts", async () => {
    const who = await harness.services.commands.call(guest, "probe.do", { what: "who" });
    expect(who).toEqual({ ...guest, sites: 1 });
  });

  const request = async (path: string, init: RequestInit = {}, actor: Actor = guest): Promise<Response> => {
    const found = harness.host.mountAt(path);
    if (!found) throw new Error(`nothing at ${path}`);
    return found.mount.app.fetch(new Request(`http://hub${found.rest}`, init), { actor });
  };

  it("answers requests, small and streamed, in the caller's name", async () => {
    const who = await request("/probe/who", { headers: { "user-agent": "test" } });
    await expect(who.json()).resolves.toEqual({ actor: guest, mount: "/probe", agent: "test" });
    const echoed = await request("/api/plugins/probe/echo", {
      method: "POST",
      body: Uint8Array.of(0, 255),
      headers: { "content-type": "x/y" },
    });
    expect([echoed.status, echoed.headers.get("x-length")]).toEqual([201, "x/y"]);
    expect([...new Uint8Array(await echoed.arrayBuffer())]).toEqual([0, 255]);
    const stream = await request("/probe/stream");
    expect(stream.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    await expect(stream.text()).resolves.toBe("part 1;part 2;part 3;");
    expect((await request("/probe/none")).status).toBe(204);
    await expect((await request("/probe/sites")).json()).resolves.toBe(1);
    expect((await request("/probe/missing")).status).toBe(404);
  });

  it("lets a reader of a stream go", async () => {
    const stream = await request("/probe/stream");
    const reader = stream.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await expect((await request("/probe/sites")).json()).resolves.toBe(1);
  });

  it("talks over sockets", async () => {
    const { socket, sent, receive, closed } = fakeSocket();
    const mount = harness.host.socketAt("/api/plugins/probe/live")?.mount;
    mount?.accept(socket, new Request("http://hub/live?x=1"), { actor: guest });
    await until(() => sent.length === 1);
    for (const data of ["hi", "throw", "sites"]) receive(data);
    await until(() => sent.length === 3);
    receive(Uint8Array.of(1));
    await until(() => closed.length > 0);
    expect(sent).toEqual(["?x=1 guest", "echo hi", "1"]);
    expect(closed).toEqual([4000]);
    await until(async () => (await logged()).includes("closed 4000"));
    expect(harness.stateOf("probe")).toBe("running");
  });

  it("offers what its devices remember", async () => {
    const { signal } = new AbortController();
    const range = { from: 3 as Instant, to: 9 as Instant };
    const found: number[] = [];
    for await (const { at, columns } of harness.host.history("probe:m1/main" as ChannelId, range, signal) ?? []) {
      found.push(at[0] ?? -1, columns.power_w?.[0] ?? -1);
    }
    expect(found).toEqual([3, 3, 9, 9]);
  });

  const historyOf = (channel: string, signal = new AbortController().signal) =>
    harness.host.history(`probe:m1/${channel}` as ChannelId, { from: 3 as Instant, to: 9 as Instant }, signal) ?? [];

  it("says by a code of its own that a device remembers nothing", async () => {
    const faults = record()?.crashes.length;
    const reading = (async () => {
      for await (const _ of historyOf("none"));
    })();
    await expect(reading).rejects.toMatchObject({ code: "E_HISTORY_NONE" });
    expect(record()?.crashes.length).toBe(faults);
  });

  it("fails in its own name when its reader has a bug", async () => {
    const reading = (async () => {
      for await (const _ of historyOf("bug"));
    })();
    await expect(reading).rejects.toMatchObject({ code: "E_HISTORY_FAILED", retryable: true });
    expect(
      harness.logs.some(({ source, message, fields }) =>
        `${source} ${message} ${JSON.stringify(fields)}`.includes("bug in the history"),
      ),
    ).toBe(true);
    expect(harness.stateOf("probe")).toBe("running");
  });

  it("hears that nobody waits for its history any more, also in the middle of a part", async () => {
    const controller = new AbortController();
    const found: number[] = [];
    const reading = (async () => {
      for await (const { at } of historyOf("hang", controller.signal)) found.push(at[0] ?? -1);
    })();
    reading.catch(() => undefined);
    await until(() => found.length === 1);
    // The driver has been asked for the next part and waits.
    await (isolation === "worker" ? ask("log") : Promise.resolve());
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: "E_ABORTED" });
    expect(found).toEqual([3]);
    await until(async () => (await logged()).includes("history given up"));
  });

  it("lets a history go that hangs when it stops", async () => {
    const found: number[] = [];
    const reading = (async () => {
      for await (const { at } of historyOf("hang")) found.push(at[0] ?? -1);
    })();
    reading.catch(() => undefined);
    await until(() => found.length === 1);
    expect(harness.host.offersHistory("probe" as PluginId)).toBe(true);
    await harness.host.restart(admin, "probe" as PluginId);
    await expect(reading).rejects.toMatchObject({ code: "E_ABORTED" });
    await until(() => harness.stateOf("probe") === "running");
    expect(harness.host.offersHistory("probe" as PluginId)).toBe(true);
  });

  it("cleans up when it stops", async () => {
    await ask("deferred");
    await harness.host.stop();
    expect(record()?.state).toBe("stopped");
    expect((await harness.services.documents("probe" as PluginId).get("stopped"))?.value).toBe(true);
    expect(harness.services.counters.get("plugin:probe", "leaked")).toBe(0);
    expect(harness.host.mountAt("/probe/who")).toBeUndefined();
  });
});

function echo(onClose: () => void): ByteStreams {
  // With room for one part, as a real connection has.
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({}, undefined, { highWaterMark: 1 });
  return { readable, writable, close: onClose };
}

function fakeSocket() {
  const sent: unknown[] = [];
  const closed: (number | undefined)[] = [];
  const onMessage: ((data: string | Uint8Array) => void)[] = [];
  const onClose: ((code: number) => void)[] = [];
  const socket: PluginSocket = {
    send: (data) => void sent.push(data),
    close: (code) => {
      if (closed.push(code) > 1) return;
      for (const handler of onClose) handler(code ?? 1000);
    },
    onMessage: (handler) => void onMessage.push(handler),
    onClose: (handler) => void onClose.push(handler),
  };
  const receive = (data: string | Uint8Array): void => {
    for (const handler of onMessage) handler(data);
  };
  return { socket, sent, receive, closed };
}
