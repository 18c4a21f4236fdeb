import path from "node:path";
import process from "node:process";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type ApiClient, HubProcess } from "../support/hub-process.js";
import { ReliablePublisher } from "../support/reliable-publisher.js";

const KILLS = Number(process.env.VATIO_KILLS ?? 30);
const SEED = Number(process.env.VATIO_SEED ?? Date.now() % 2 ** 31);
/** Seconds since the epoch of the first reading: some hours ago, so that none lies in the future however long the test takes. */
const START = Math.floor(Date.now() / 1000) - 20_000;

/** Watts of the n-th reading. */
const wattsOf = (n: number): number => n % 2_000;

const frame = (id: string, n: number): string =>
  JSON.stringify({
    src: id,
    dst: `${id}/events`,
    method: "NotifyStatus",
    params: { ts: START + n, "switch:0": { id: 0, output: true, apower: wattsOf(n), voltage: 127 } },
  });

const devices = ["aa0000000001", "aa0000000002", "aa0000000003"].map((mac) => ({ mac, id: `shellyplus1pm-${mac}` }));

interface Onboarding {
  readonly username: string;
  readonly password: string;
}

function publishers(hub: HubProcess, account: Onboarding): ReliablePublisher[] {
  return devices.map(
    ({ id }, index) =>
      new ReliablePublisher({
        url: hub.mqttUrl,
        ...account,
        clientId: id,
        topic: `${id}/events/rpc`,
        payloadOf: (n) => frame(id, n),
        everyMs: 9 + 4 * index,
      }),
  );
}

async function acceptAll(api: ApiClient): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const known = await api<{ id: string; state: string }[]>("GET", "/api/v1/devices");
    for (const device of known.filter((entry) => entry.state === "pending"))
      await api("POST", `/api/v1/devices/${encodeURIComponent(device.id)}/accept`, { name: device.id });
    if (known.filter((entry) => entry.state === "active").length === devices.length) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("The devices never announced themselves.");
}

/** Watts that the database holds for each device and instant. */
async function storedWatts(folder: string): Promise<Map<string, Map<number, number[]>>> {
  const [state, telemetry] = await Promise.all(
    ["state.duckdb", "telemetry.duckdb"].map((file) => DuckDBInstance.create(path.join(folder, "data", file))),
  );
  if (!state || !telemetry) throw new Error("No database.");
  const stateRows = await state.connect();
  const channels = await (
    await stateRows.runAndReadAll("SELECT channel, number FROM channel_numbers")
  ).getRowObjectsJS();
  const numbers = new Map(channels.map((row) => [Number(row.number), String(row.channel)]));
  const rows = await telemetry.connect();
  const tables = await (
    await rows.runAndReadAll(
      "SELECT table_name FROM information_schema.columns WHERE column_name = 'power_w' AND regexp_matches(table_name, '^(hot|late)')",
    )
  ).getRowObjectsJS();
  const found = new Map<string, Map<number, number[]>>();
  for (const { table_name: table } of tables) {
    const hot = await (
      await rows.runAndReadAll(`SELECT channel, "at", power_w FROM "${String(table)}" WHERE power_w IS NOT NULL`)
    ).getRowObjectsJS();
    for (const row of hot) {
      const channel = numbers.get(Number(row.channel)) ?? "?";
      const instants = found.get(channel) ?? new Map<number, number[]>();
      const at = Number(row.at);
      found.set(channel, instants.set(at, [...(instants.get(at) ?? []), Number(row.power_w)]));
    }
  }
  rows.closeSync();
  stateRows.closeSync();
  telemetry.closeSync();
  state.closeSync();
  return found;
}

describe("a hub that is killed", () => {
  // Quick commits: more of them, so that more kills hit one.
  const hub = new HubProcess({ env: { VATIO_STORE_COMMIT_MS: "20" } });
  afterAll(() => hub[Symbol.asyncDispose]());

  it(`holds every acknowledged reading once after ${KILLS} kills at random moments`, { timeout: 400_000 }, async () => {
    await hub.start();
    const api = await hub.setUp();
    const account = await api<Onboarding>("GET", "/api/v1/devices/setup");
    const senders = publishers(hub, account);
    await acceptAll(api);
    process.stdout.write(`Kills with seed ${SEED}: VATIO_SEED repeats the delays.\n`);
    const delays = fc.sample(fc.integer({ min: 0, max: 900 }), { numRuns: KILLS, seed: SEED });
    for (const delay of delays) {
      await new Promise((resolve) => setTimeout(resolve, delay));
      await hub.kill();
      await hub.start();
    }
    await Promise.all(senders.map((sender) => sender.drain(60_000)));
    expect(await hub.stop()).toBe(0);
    const stored = await storedWatts(hub.folder);
    for (const [index, sender] of senders.entries()) {
      const instants = stored.get(`shelly:${devices[index]?.mac}/switch:0`) ?? new Map<number, number[]>();
      const lost = [...sender.acknowledged].filter((n) => instants.get((START + n) * 1000)?.[0] !== wattsOf(n));
      const twice = [...instants].filter(([, watts]) => watts.length > 1);
      expect({ lost, twice }).toEqual({ lost: [], twice: [] });
      expect(sender.acknowledged.size).toBe(sender.published);
      // Enough to be worth the name, however slow the machine.
      expect(sender.published).toBeGreaterThan(3 * KILLS);
      await sender.close();
    }
  });
});
