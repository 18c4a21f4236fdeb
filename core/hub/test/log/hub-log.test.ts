import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { days, type Instant, VatioError } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CounterTable } from "../../src/counters.js";
import { FileSink } from "../../src/log/file-sink.js";
import { createHubLog, type HubLogOptions } from "../../src/log/index.js";
import type { StateDatabase } from "../../src/store/types.js";
import { memoryState } from "../support/memory-state.js";

const START = Date.UTC(2026, 2, 29, 0, 30) as Instant;
let clock: VirtualClock;
let counters: CounterTable;
let database: StateDatabase;
let output: string[];

beforeEach(() => {
  clock = new VirtualClock(START);
  counters = new CounterTable();
  output = [];
});

const make = (options: Partial<HubLogOptions> = {}) =>
  createHubLog({
    level: "info",
    clock,
    counters,
    console: { write: (text) => output.push(text) },
    retentionDays: 30,
    ...options,
  });

describe("the console", () => {
  it("gets one short line", () => {
    make()
      .source("mqtt")
      .warn("Client refused", { client: "esp 32", port: 1883, error: new VatioError("E_X_Y", "why not") });
    expect(output).toEqual(['00:30:00Z WARN  mqtt       Client refused  client="esp 32" port=1883 error="why not"\n']);
  });

  it("is coloured only when asked to, and never by a message", () => {
    make({ color: true }).source("a").error("\u001b[32mfine\nforged", { text: "a\nb\u202e" });
    expect(output[0]).toContain("\u001b[31mERROR\u001b[0m");
    expect(output[0]).toContain("\\u001b[32mfine\\u000aforged");
    expect(output[0]?.split("\n")).toHaveLength(2);
    make({ console: { write: (text) => output.push(text), isTTY: false } })
      .source("a")
      .info("plain");
    expect(output[1]).not.toContain("\u001b");
  });

  it("cannot be forged by any message, source or field", () => {
    const log = make();
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.string({ unit: "binary" }),
        fc.string({ unit: "binary" }),
        (source, message, field) => {
          output.length = 0;
          log.source(source).info(message, { [field]: field });
          expect(output.join("")).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]*\n$/u);
        },
      ),
    );
  });
});

describe("the level", () => {
  it("changes at run time, for every reader", async () => {
    const log = make();
    const seen: string[] = [];
    log.onLine((line) => seen.push(line.message));
    const mqtt = log.source("mqtt");
    mqtt.debug("one");
    log.setLevel("debug");
    mqtt.debug("two");
    log.setLevel("error");
    mqtt.warn("three");
    expect(log.level).toBe("error");
    expect(seen).toEqual(["two"]);
    expect((await log.query({})).map((line) => line.message)).toEqual(["two"]);
  });

  it("survives listeners that throw", () => {
    const log = make();
    log.onLine(() => {
      throw new VatioError("E_INTERNAL", "broken");
    });
    const seen: string[] = [];
    using _listener = log.onLine((line) => seen.push(line.message));
    log.source("a").info("x");
    expect(seen).toEqual(["x"]);
    expect(counters.get("log", "failed", "listener")).toBe(1);
  });
});

describe("the table", () => {
  beforeEach(async () => {
    database = await memoryState();
  });
  afterEach(() => database.close());

  it("answers by level, source, time and text, newest first", async () => {
    const log = make({ level: "debug" });
    log.source("hub").info("before the database");
    log.attach(database);
    for (const [at, level, source, message] of [
      [1, "debug", "mqtt", "connected"],
      [2, "info", "mqtt", "Broker ready"],
      [3, "warn", "plugin:shelly", "device silent"],
      [4, "error", "mqtt", "broker gone"],
    ] as const) {
      clock.jumpTo((START + at) as Instant);
      log.source(source)[level](message, { at });
    }
    const messages = async (query: Parameters<typeof log.query>[0]) =>
      (await log.query(query)).map((line) => line.message);
    expect(await messages({})).toEqual([
      "broker gone",
      "device silent",
      "Broker ready",
      "connected",
      "before the database",
    ]);
    expect(await messages({ level: "warn" })).toEqual(["broker gone", "device silent"]);
    expect(await messages({ source: "mqtt", level: "info" })).toEqual(["broker gone", "Broker ready"]);
    expect(await messages({ text: "BROKER" })).toEqual(["broker gone", "Broker ready"]);
    expect(await messages({ from: (START + 2) as Instant, to: (START + 4) as Instant })).toEqual([
      "device silent",
      "Broker ready",
    ]);
    expect(await messages({ limit: 1 })).toEqual(["broker gone"]);
    expect(await messages({ text: "%' OR 1=1 --" })).toEqual([]);
    expect(await log.query({ limit: 1 })).toEqual([
      { at: START + 4, level: "error", source: "mqtt", message: "broker gone", fields: { at: 4 } },
    ]);
  });

  it("keeps the order of lines of one instant", async () => {
    const log = make();
    log.attach(database);
    for (let i = 0; i < 350; i++) log.source("a").info(`line ${i}`);
    const lines = await log.query({ limit: 350 });
    expect(lines.map((line) => line.message)).toEqual(Array.from({ length: 350 }, (_, i) => `line ${349 - i}`));
  });

  it("writes in the background, a second after the first line", async () => {
    const log = make();
    log.attach(database);
    log.source("a").info("x");
    expect(await database.all("SELECT * FROM system_log")).toEqual([]);
    expect(clock.fireNext((START + 1000) as Instant)).toBe(true);
    await log.flush();
    expect(await database.all("SELECT * FROM system_log")).toHaveLength(1);
  });

  it("drops the oldest lines, counted, while the database does not answer, and goes on afterwards", async () => {
    const log = make();
    let broken = true;
    log.attach({
      all: (...args) => database.all(...args),
      run: (...args) => (broken ? Promise.reject(new VatioError("E_STORE_BUSY", "busy")) : database.run(...args)),
    });
    for (let i = 0; i < 5_010; i++) log.source("a").info(`line ${i}`);
    await log.flush();
    expect(counters.get("log", "dropped", "queue-full")).toBe(10);
    expect(counters.get("log", "failed", "table")).toBe(1);
    expect((await log.query({ limit: 1 }))[0]?.message).toBe("line 5009");
    broken = false;
    await log.flush();
    expect(await database.all("SELECT count(*) AS n FROM system_log")).toEqual([{ n: 5_000 }]);
  });

  it("keeps lines for the days of retention, pruned every day", async () => {
    const log = make({ retentionDays: 2 });
    log.attach(database);
    for (let day = 0; day < 4; day++) {
      log.source("a").info(`day ${day}`);
      await log.flush();
      const until = (START + days(day + 1)) as Instant;
      while (clock.fireNext(until)) await log.flush();
      clock.jumpTo(until);
    }
    await log.flush();
    expect((await log.query({})).map((line) => line.message)).toEqual(["day 3", "day 2"]);
  });
});

describe("the file", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vatio-log-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("holds one JSON object for each line", async () => {
    const log = make({ folder: join(folder, "logs") });
    log.source("mqtt").info("Ready %s\n", { port: 1883, password: "x" });
    log.source("mqtt").error("Gone");
    await log.close();
    const lines = readFileSync(join(folder, "logs/vatio.log"), "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        level: "info",
        at: "2026-03-29T00:30:00.000Z",
        source: "mqtt",
        fields: { port: 1883, password: "[secret]" },
        message: "Ready %s\\u000a",
      },
      { level: "error", at: "2026-03-29T00:30:00.000Z", source: "mqtt", message: "Gone" },
    ]);
    expect(statSync(join(folder, "logs/vatio.log")).mode & 0o077).toBe(0);
  });

  it("rotates and keeps five", async () => {
    const sink = new FileSink({ folder, clock, counters, size: "1K" });
    for (let i = 0; i < 40; i++) {
      sink.write({ at: START, level: "info", source: "a", message: `${i} ${"x".repeat(400)}` });
      await sink.flush();
    }
    await sink.close();
    expect(readdirSync(folder).sort()).toEqual([
      "vatio.log",
      "vatio.log.1",
      "vatio.log.2",
      "vatio.log.3",
      "vatio.log.4",
    ]);
  });

  it("does not bring the hub down when it cannot be written, and is tried again later", async () => {
    const occupied = join(folder, "file");
    writeFileSync(occupied, "");
    const log = make({ folder: join(occupied, "logs") });
    log.source("a").info("x");
    await expect.poll(() => counters.get("log", "failed", "file")).toBe(1);
    log.source("a").info("y");
    expect(counters.get("log", "dropped", "file-failed")).toBe(1);
    clock.jumpTo((START + 61_000) as Instant);
    log.source("a").info("z");
    await expect.poll(() => counters.get("log", "failed", "file")).toBe(2);
    await log.close();
    expect(output).toHaveLength(3);
  });
});
