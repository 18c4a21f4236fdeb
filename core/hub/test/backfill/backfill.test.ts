import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type ChannelId, type DeviceId, type Instant, Quality, row, VatioError } from "@vatio/plugin-api";
import { createTestHub, eventually, type TestHub, type TestHubOptions } from "@vatio/testkit";
import { describe, expect, it } from "vitest";
import { RememberingDriver } from "./support/remembering-driver.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const device = "memo:m1" as DeviceId;
const main = "memo:m1/main" as ChannelId;

/** The hub with one accepted device that has reported for some minutes; it remembers nothing from before. */
async function start(driver: RememberingDriver, options: TestHubOptions = {}): Promise<TestHub> {
  const hub = await createTestHub({ plugins: [driver.plugin], ...options });
  const began = hub.clock.now();
  driver.lost = (at) => at < began;
  await driver.announce();
  await hub.parts.devices.accept(device, { name: "Meter" });
  driver.online(true);
  // Until it is certain what the device does not have of the time before.
  await report(hub, driver, 21);
  await hub.parts.backfill.now(device);
  await settled(hub, hub.clock.now());
  driver.asked.length = 0;
  return hub;
}

/** Time passes with a reading in each minute, or every few of them. */
async function report(hub: TestHub, driver: RememberingDriver, minutes: number, every = 1): Promise<void> {
  for (let n = 0; n < minutes; n += every) {
    await driver.report();
    await hub.advance(`${every} min`);
  }
}

const state = (hub: TestHub) => hub.parts.backfill.get(device);

/** What was found at this time or later is dealt with. */
const settled = (hub: TestHub, since = 0): Promise<void> =>
  eventually(async () => {
    await hub.advance("1 s");
    return state(hub)?.state === "done" && (state(hub)?.finishedAt ?? 0) >= since && hub.parts.backfill.idle;
  }, "gaps are filled");

const failing = (hub: TestHub, why: RegExp): Promise<void> =>
  eventually(async () => {
    await hub.advance("1 s");
    return why.test(String(state(hub)?.why?.params?.why));
  }, `it waits because of ${why}`);

/** Connection lost for some hours, and back for some minutes. @returns what is missing then */
async function outage(hub: TestHub, driver: RememberingDriver, hours: number): Promise<{ from: number; to: number }> {
  const minute = (at: number): number => Math.floor(at / MINUTE) * MINUTE;
  await driver.report();
  const from = minute(hub.clock.now()) + MINUTE;
  await hub.advance("1 min");
  driver.online(false);
  await hub.advance(`${hours} h`);
  driver.online(true);
  const to = minute(hub.clock.now());
  await report(hub, driver, 5);
  return { from, to };
}

async function replayed(hub: TestHub, channel = main): Promise<readonly number[]> {
  const rows = await hub.readings(channel);
  return rows.filter(({ interval_s }) => interval_s !== undefined).map(({ at }) => at ?? 0);
}

describe("after a reconnection", { timeout: 120_000 }, () => {
  it("each missing minute is fetched, stored once with its origin, and asked for once", async () => {
    const driver = new RememberingDriver();
    await using hub = await start(driver);
    const before = (await hub.readings(main)).length;
    const { from, to } = await outage(hub, driver, 6);
    await settled(hub, to);
    const minutes = await replayed(hub);
    expect(minutes).toEqual(Array.from({ length: 360 }, (_, n) => from + n * MINUTE).filter((at) => at < to));
    expect(driver.asked).toEqual([{ channel: main, from, to }]);
    expect(minutes).toHaveLength(360);
    const [power] = await hub.parts.telemetry.series({
      target: main,
      metrics: ["power_w"],
      range: { from: from as Instant, to: to as Instant },
      maxBuckets: 1,
    });
    expect((power?.quality[0] ?? 0) & Quality.replayed).toBe(Quality.replayed);
    expect(hub.parts.counters.get("backfill", "rows", "stored")).toBe(360);

    await hub.parts.backfill.now(device);
    await settled(hub, hub.clock.now());
    expect(await replayed(hub)).toEqual(minutes);
    expect((await hub.readings(main)).length).toBeGreaterThan(before + 360);
  });

  it("what the device does not have stays a gap, and is not asked for again, at night neither", async () => {
    const driver = new RememberingDriver();
    await using hub = await start(driver);
    const before = driver.lost;
    const hour = hub.clock.now() + HOUR;
    driver.lost = (at) => before(at) || at < hour;
    const { from, to } = await outage(hub, driver, 2);
    await settled(hub, to);
    const lost = Math.ceil((hour - from) / MINUTE);
    expect(await replayed(hub)).toHaveLength(120 - lost);
    expect(state(hub)).toMatchObject({ state: "done", absentMinutes: lost, totalMinutes: 120, doneMinutes: 120 });
    driver.asked.length = 0;
    // The night is over then.
    await report(hub, driver, 14 * 60, 4);
    await settled(hub);
    expect(driver.asked).toEqual([]);
    expect(hub.parts.counters.get("backfill", "scans", "nightly")).toBe(1);
    // A person may insist.
    await hub.parts.backfill.now(device);
    await settled(hub, hub.clock.now());
    expect(driver.asked.map(({ from: asked }) => asked)).toContain(from);
  });

  it("channels that the driver tells together are asked for once", async () => {
    const driver = new RememberingDriver({ channels: ["a", "b", "sum"] });
    await using hub = await start(driver);
    driver.tells = async function* (_, range) {
      for (const key of driver.channels) yield driver.rows(`memo:m1/${key}` as ChannelId, range);
    };
    const { to } = await outage(hub, driver, 1);
    await settled(hub, to);
    expect(driver.asked).toHaveLength(1);
    for (const key of driver.channels) expect(await replayed(hub, `memo:m1/${key}` as ChannelId)).toHaveLength(60);
  });

  it("a device without memory of a channel is asked once a month", async () => {
    const driver = new RememberingDriver();
    await using hub = await start(driver);
    driver.fails = () => new VatioError("E_HISTORY_NONE", "It remembers nothing.");
    const { to } = await outage(hub, driver, 1);
    await settled(hub, to);
    expect(driver.asked).toHaveLength(1);
    expect(state(hub)).toMatchObject({ state: "done", absentMinutes: 60 });
    await outage(hub, driver, 1);
    await report(hub, driver, 10);
    expect(driver.asked).toHaveLength(1);
  });
});

describe("a failure", { timeout: 120_000 }, () => {
  it("is tried again after growing waits, and says so", async () => {
    const driver = new RememberingDriver();
    await using hub = await start(driver);
    driver.fails = () => new VatioError("E_DEVICE_TIMEOUT", "No answer.", { retryable: true });
    await outage(hub, driver, 1);
    await report(hub, driver, 60);
    const first = driver.asked.length;
    // After 1, 2, 5 and 15 minutes; the next is an hour later.
    expect(first).toBe(5);
    expect(state(hub)).toMatchObject({ state: "waiting", doneMinutes: 0 });
    expect(state(hub)?.why?.key).toBe("backfill.why.failed");
    expect(state(hub)?.nextTryAt).toBeGreaterThan(hub.clock.now());
    driver.fails = undefined;
    const since = hub.clock.now();
    await report(hub, driver, 60);
    await settled(hub, since);
    expect(await replayed(hub)).toHaveLength(60);
  });

  it("of a hostile driver changes nothing", async () => {
    const driver = new RememberingDriver();
    await using hub = await start(driver);
    const endless = async function* () {
      for (;;) yield row(main, 5 as Instant, { power_w: 1 }, "replay");
    };
    const foreign = async function* () {
      yield row("memo:other/main" as ChannelId, 5 as Instant, { power_w: 1 }, "replay");
    };
    for (const tells of [endless, foreign]) {
      driver.tells = tells;
      await outage(hub, driver, 1);
      await failing(hub, /as history of that device/);
    }
    expect(await replayed(hub)).toEqual([]);
    expect(await hub.readings("memo:other/main" as ChannelId)).toEqual([]);
  });

  it("to say anything ends after two minutes", async () => {
    const driver = new RememberingDriver();
    await using hub = await start(driver);
    driver.before = () => new Promise(() => undefined);
    await outage(hub, driver, 1);
    await failing(hub, /two minutes/);
  });
});

describe("people", { timeout: 120_000 }, () => {
  it("see how far it is, pause and resume it, and both are in the audit log", async () => {
    const driver = new RememberingDriver();
    await using hub = await start(driver);
    const at = `/api/v1/backfill/${encodeURIComponent(device)}`;
    expect((await hub.request(`${at}/pause`, { method: "POST" })).status).toBe(204);
    const { to } = await outage(hub, driver, 6);
    const shown = async () =>
      (await (await hub.request("/api/v1/backfill")).json()) as { days: number; devices: object[] };
    await eventually(() => state(hub)?.totalMinutes === 360, "the gap is found");
    expect(await shown()).toMatchObject({
      days: 7,
      devices: [{ device, state: "paused", totalMinutes: 360, doneMinutes: 0, cause: "reconnect" }],
    });
    expect(driver.asked).toEqual([]);
    expect((await hub.request(`${at}/resume`, { method: "POST" })).status).toBe(204);
    await settled(hub, to);
    expect(await shown()).toMatchObject({ devices: [{ state: "done", totalMinutes: 360, doneMinutes: 360 }] });
    const audit = await hub.parts.audit.query({ limit: 20 });
    expect(audit.map(({ what }) => what)).toEqual(expect.arrayContaining(["backfill.pause", "backfill.resume"]));
    const told = hub.events("backfill.progress").map(({ payload }) => payload);
    expect(told.at(-1)).toEqual({ device, state: "done", doneMinutes: 360, totalMinutes: 360 });
    expect((await hub.request("/api/v1/backfill/memo%3Anobody/now", { method: "POST" })).status).toBe(404);
  });

  it("who switch it off are obeyed", async () => {
    const driver = new RememberingDriver();
    await using hub = await start(driver);
    await hub.parts.settings.set({ kind: "hub", id: "test" }, "backfill.days", 0);
    await outage(hub, driver, 1);
    await report(hub, driver, 10);
    expect(driver.asked).toEqual([]);
  });
});

describe("the hub", { timeout: 120_000 }, () => {
  it("goes on after a restart where it was, and fetches what it missed while it was off", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "vatio-backfill-"));
    const driver = new RememberingDriver();
    const config = { data: folder };
    let from = 0;
    let stoppedAt = 0;
    {
      await using hub = await start(driver, { config });
      driver.fails = () => new VatioError("E_DEVICE_TIMEOUT", "No answer.", { retryable: true });
      ({ from } = await outage(hub, driver, 1));
      await failing(hub, /No answer/);
      stoppedAt = hub.clock.now();
    }
    driver.fails = undefined;
    const now = new Date(stoppedAt + 2 * HOUR).toISOString();
    await using hub = await createTestHub({ plugins: [driver.plugin], config, now, setUp: false });
    expect(state(hub)).toMatchObject({ state: "waiting", totalMinutes: 60 });
    driver.online(true);
    await driver.announce();
    await report(hub, driver, 6);
    await settled(hub, stoppedAt);
    const minutes = await replayed(hub);
    expect(minutes[0]).toBe(from);
    expect(minutes.length).toBeGreaterThanOrEqual(60 + 115);
    expect(new Set(minutes).size).toBe(minutes.length);
    rmSync(folder, { recursive: true, force: true });
  });

  it("stores 10,000 rows of the past while live readings come, and delays none of these", async () => {
    const driver = new RememberingDriver();
    await using hub = await start(driver);
    const began = hub.clock.now();
    // As a device that measures every two seconds does.
    driver.tells = async function* (channel, { from, to }) {
      const at = Float64Array.from({ length: Math.floor((to - from) / 2_160) }, (_, i) => from + i * 2_160);
      yield { channel, origin: "replay", at, columns: { power_w: at.map(() => 60) } };
    };
    await outage(hub, driver, 6);
    const live: number[] = [];
    for (let n = 0; n < 40; n++) {
      await driver.report();
      live.push(hub.clock.now());
      await hub.advance("1 s");
    }
    await settled(hub, began);
    const rows = await hub.readings(main);
    const at = new Set(rows.map((each) => each.at));
    for (const each of live) expect(at.has(each)).toBe(true);
    expect(hub.parts.counters.get("backfill", "rows", "stored")).toBe(10_000);
    expect(at.size).toBe(rows.length);
  });
});
