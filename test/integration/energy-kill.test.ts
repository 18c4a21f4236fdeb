import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type ApiClient, HubProcess } from "../support/hub-process.js";
import { ReliablePublisher } from "../support/reliable-publisher.js";

const KILLS = Number(process.env.VATIO_KILLS ?? 8);
const SEED = Number(process.env.VATIO_SEED ?? Date.now() % 2 ** 31);
/** Seconds between readings: the device tells of days within seconds, so that there are many slots. */
const SPACING = 300;
/** Seconds since the epoch of the first reading, at the begin of a slot: so long ago that none lies in the future. */
const START = Math.floor(Date.now() / 900_000) * 900 - 8_000 * SPACING;
const MAC = "aa0000000009";
const DEVICE = `shellyplus1pm-${MAC}`;

/** Register after the n-th reading, in Wh. */
const registerOf = (n: number): number => 1_000 + 7 * n;

const frame = (n: number): string =>
  JSON.stringify({
    src: DEVICE,
    dst: `${DEVICE}/events`,
    method: "NotifyStatus",
    params: {
      ts: START + n * SPACING,
      "switch:0": { id: 0, output: true, apower: 420, voltage: 127, aenergy: { total: registerOf(n) } },
    },
  });

async function accept(api: ApiClient): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const [device] = await api<{ id: string }[]>("GET", "/api/v1/devices");
    if (device) {
      await api("POST", `/api/v1/devices/${encodeURIComponent(device.id)}/accept`, { name: "Plug" });
      return;
    }
    await sleep(50);
  }
  throw new Error("The device never announced itself.");
}

/** Energy of everything, in Wh, as the hub tells it. */
async function told(api: ApiClient): Promise<number> {
  const [site] = await api<{ id: string }[]>("GET", "/api/v1/sites");
  const range = `from=${(START - 86_400) * 1_000}&to=${Date.now() + 86_400_000}`;
  const { points } = await api<{ points: { importWh: (number | null)[] }[] }>(
    "GET",
    `/api/v1/energy?site=${site?.id}&bucket=day&${range}`,
  );
  return points.flatMap(({ importWh }) => importWh).reduce<number>((sum, wh) => sum + (wh ?? 0), 0);
}

interface StoredSlots {
  readonly rows: number;
  readonly slots: number;
  readonly lowest: number;
  readonly highest: number;
}

async function storedSlots(folder: string): Promise<StoredSlots> {
  const database = await DuckDBInstance.create(path.join(folder, "data", "telemetry.duckdb"));
  const connection = await database.connect();
  const reader = await connection.runAndReadAll(
    `SELECT count(*)::INTEGER AS rows, count(DISTINCT (channel, slot))::INTEGER AS slots, min(import_wh) AS lowest, max(import_wh) AS highest
     FROM slots WHERE slot > (SELECT min(slot) FROM slots)`,
  );
  const [row] = reader.getRowObjectsJS();
  connection.closeSync();
  database.closeSync();
  return row as unknown as StoredSlots;
}

describe("a hub that is killed while it works out energy", () => {
  const hub = new HubProcess({ env: { VATIO_STORE_COMMIT_MS: "20" } });
  afterAll(() => hub[Symbol.asyncDispose]());

  it(`counts every watt-hour once after ${KILLS} kills at random moments`, { timeout: 300_000 }, async () => {
    await hub.start();
    const api = await hub.setUp();
    const account = await api<{ username: string; password: string }>("GET", "/api/v1/devices/setup");
    const sender = new ReliablePublisher({
      ...{ url: hub.mqttUrl, ...account, clientId: DEVICE, topic: `${DEVICE}/events/rpc` },
      payloadOf: frame,
      everyMs: 5,
    });
    await accept(api);
    process.stdout.write(`Kills with seed ${SEED}: VATIO_SEED repeats the delays.\n`);
    for (const delay of fc.sample(fc.integer({ min: 0, max: 600 }), { numRuns: KILLS, seed: SEED })) {
      await sleep(delay);
      await hub.kill();
      await hub.start();
    }
    await sender.drain(60_000);
    const expected = registerOf(sender.published - 1) - registerOf(0);
    const again = await hub.signIn("Ana", "correct horse battery");
    for (let tries = 0; tries < 60 && Math.abs((await told(again)) - expected) > 1e-6; tries++) await sleep(500);
    expect(await told(again)).toBeCloseTo(expected, 6);
    expect(await hub.stop()).toBe(0);
    const { rows, slots, lowest, highest } = await storedSlots(hub.folder);
    expect(slots).toBeGreaterThan(10);
    expect(rows).toBe(slots);
    // Each whole slot has three rises, no more and no less.
    expect([lowest, highest]).toEqual([expect.closeTo(21, 6), expect.closeTo(21, 6)]);
    await sender.close();
  });
});
