import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import mqtt from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiClient, HubProcess, startCommand } from "../support/hub-process.js";

const PLUG = "shellyplus1pm-aa0000000001";
const CHANNEL = "shelly:aa0000000001/switch:0";
const START = Math.floor(Date.now() / 1000) - 4_000;
/** Kills of each kind. Each takes a start of the hub. */
const KILLS = Number(process.env.VATIO_BACKUP_KILLS ?? 3);
/** Milliseconds after which it is killed: the copy, the trial, and in between. */
const DELAYS = [130, 600, 1_500, 15, 60, 250, 900, 1_200, 2_000, 3_000];
const PASSPHRASE = "a long enough passphrase";

interface Backups {
  readonly running?: object;
  readonly lastFailure?: { readonly message: string };
  readonly backups: readonly { readonly id: string; readonly folder: string; readonly state: string }[];
}

const folders: string[] = [];
function newFolder(name: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), `vatio-${name}-`));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Waits longer than usual: many processes start here, one after the other. */
async function start(hub: HubProcess): Promise<void> {
  await hub.spawn();
  await hub.ready(90_000);
}

/** Publishes readings of a plug and waits for each acknowledgement: they are on the disk then. */
async function publish(hub: HubProcess, api: ApiClient, from: number, count: number): Promise<void> {
  const account = await api<{ username: string; password: string }>("GET", "/api/v1/devices/setup");
  const client = await mqtt.connectAsync(hub.mqttUrl, { ...account, clientId: PLUG });
  for (let n = from; n < from + count; n++) {
    const status = { id: 0, output: true, apower: n % 2_000, aenergy: { total: n } };
    const params = { ts: START + n, "switch:0": status };
    const frame = { src: PLUG, dst: `${PLUG}/events`, method: "NotifyStatus", params };
    await client.publishAsync(`${PLUG}/events/rpc`, JSON.stringify(frame), { qos: 1 });
  }
  await client.endAsync();
}

async function accept(api: ApiClient): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const known = await api<{ id: string; state: string }[]>("GET", "/api/v1/devices");
    const pending = known.find(({ state }) => state === "pending");
    if (pending) {
      await api("POST", `/api/v1/devices/${encodeURIComponent(pending.id)}/accept`, { name: "Kitchen plug" });
      return;
    }
    await sleep(50);
  }
  throw new Error("The plug never announced itself.");
}

/** What a person would compare: the answers of the API. */
async function contents(api: ApiClient): Promise<object> {
  const range = `from=${(START - 1_000) * 1_000}&to=${(START + 4_000) * 1_000}`;
  const series = await api(
    "GET",
    `/api/v1/series?target=${encodeURIComponent(CHANNEL)}&metrics=power_w,energy_import_wh&${range}`,
  );
  const devices = await api<{ id: string; name: string; state: string }[]>("GET", "/api/v1/devices");
  return {
    series,
    devices: devices.map(({ id, name, state }) => ({ id, name, state })),
    points: (await api<object[]>("GET", "/api/v1/points")).map((point) => ({ ...point, online: undefined })),
    sites: await api("GET", "/api/v1/sites"),
    settings: await api("GET", "/api/v1/settings"),
  };
}

async function waitForBackup(api: ApiClient): Promise<Backups> {
  for (let tries = 0; tries < 600; tries++) {
    const status = await api<Backups>("GET", "/api/v1/backups");
    if (!status.running) return status;
    await sleep(100);
  }
  throw new Error("The backup never came to an end.");
}

const goodOf = ({ backups }: Backups): string[] => backups.filter(({ state }) => state === "good").map(({ id }) => id);

describe("backup and restore", () => {
  const hub = new HubProcess({ env: { VATIO_STORE_COMMIT_MS: "20" } });
  const data = path.join(hub.folder, "data");
  const target = newFolder("backups");
  let api: ApiClient;
  beforeAll(async () => {
    await start(hub);
    api = await hub.setUp();
    await publish(hub, api, 0, 50);
    await accept(api);
    await publish(hub, api, 50, 100);
    await api("PUT", "/api/v1/settings/backup.folder", { value: target });
    await api("PUT", "/api/v1/backups/passphrase", { passphrase: PASSPHRASE });
  }, 200_000);
  afterAll(() => hub[Symbol.asyncDispose]());

  it("gives a new folder the same people, places and readings", { timeout: 300_000 }, async () => {
    const { code, output } = await startCommand(["backup"], { VATIO_DATA: data }).ended;
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toContain("Restored on trial and found equal");
    const [made] = (await api<Backups>("GET", "/api/v1/backups")).backups;
    expect(made).toMatchObject({ state: "good", kind: "manual", hasKey: true });

    const running = await startCommand(["restore", target, "--data", data, "--force"]).ended;
    expect(running.code).toBe(1);
    expect(running.output).toContain("E_RESTORE_RUNNING");

    await using fresh = new HubProcess();
    const file = path.join(newFolder("secret"), "passphrase");
    writeFileSync(file, `${PASSPHRASE}\n`);
    const restored = await startCommand([
      "restore",
      target,
      "--data",
      path.join(fresh.folder, "data"),
      "--passphrase-file",
      file,
    ]).ended;
    expect(restored).toMatchObject({ code: 0 });
    await start(fresh);
    const there = await fresh.signIn("Ana", "correct horse battery");
    expect(await contents(there)).toEqual(await contents(api));
    // The key came along: devices introduce themselves with the same password.
    const account = await api("GET", "/api/v1/devices/setup");
    expect(await there("GET", "/api/v1/devices/setup")).toMatchObject({
      password: (account as { password: string }).password,
    });
    await publish(fresh, there, 200, 20);
    expect(await contents(there)).not.toEqual(await contents(api));
  });

  it("is offered by a hub that waits for its first person", { timeout: 300_000 }, async () => {
    await startCommand(["backup"], { VATIO_DATA: data }).ended;
    await using fresh = new HubProcess();
    await start(fresh);
    const code = await fresh.setupCode();
    const post = (body: object): Promise<Response> =>
      fetch(`${fresh.url}/api/v1/setup/restore`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: fresh.url },
        body: JSON.stringify(body),
      });
    expect((await post({ code: "AAAA-AAAA", folder: target })).status).toBe(403);
    expect((await post({ code, folder: os.tmpdir() })).status).toBe(404);
    const wrong = await post({ code, folder: target, passphrase: "another passphrase" });
    expect(await wrong.json()).toMatchObject({ error: { code: "E_PASSPHRASE_WRONG" } });
    const answer = await post({ code, folder: target, passphrase: PASSPHRASE });
    expect(await answer.json()).toMatchObject({ key: "restored", leftOut: [], restarts: true });
    await sleep(1_000);
    await fresh.ready(90_000);
    const there = await fresh.signIn("Ana", "correct horse battery");
    expect(await contents(there)).toEqual(await contents(api));
    expect((await post({ code, folder: target })).status).toBe(409);
  });

  it("survives kills while backups are made, and loses no reading by them", { timeout: 500_000 }, async () => {
    const before = goodOf(await api<Backups>("GET", "/api/v1/backups"));
    expect(before.length).toBeGreaterThan(0);
    let sent = 1_000;
    for (const delay of DELAYS.slice(0, KILLS)) {
      await api("POST", "/api/v1/backups", {});
      await publish(hub, api, sent, 10);
      sent += 10;
      await sleep(delay);
      await hub.kill();
      await start(hub);
      api = await hub.signIn("Ana", "correct horse battery");
      expect(goodOf(await api<Backups>("GET", "/api/v1/backups"))).toEqual(expect.arrayContaining(before));
    }
    await api("POST", "/api/v1/backups", {});
    const status = await waitForBackup(api);
    expect(status.lastFailure).toBeUndefined();
    expect(status.backups[0]?.state).toBe("good");
    expect(readdirSync(target).filter((name) => name.startsWith("."))).toEqual([]);
    // The oldest, which every kill could have harmed, is good still.
    const oldest = goodOf(status).at(-1);
    expect(await api("POST", `/api/v1/backups/${oldest}/verify`)).toMatchObject({ state: "good", problems: [] });
    const { series } = (await contents(api)) as { series: { points?: unknown }[] };
    expect(JSON.stringify(series)).toContain(String((sent - 1) % 2_000));
  });

  it("survives kills while a backup is put back: the hub has the old data or the new", {
    timeout: 500_000,
  }, async () => {
    await api("PUT", "/api/v1/settings/log.level", { value: "warn" });
    await api("POST", "/api/v1/backups", {});
    await waitForBackup(api);
    await api("PUT", "/api/v1/settings/log.level", { value: "error" });
    const levels: string[] = [];
    for (const delay of DELAYS.slice(0, KILLS).map((ms) => 1_500 + 2 * ms)) {
      await hub.stop();
      const { child, ended } = startCommand(["restore", target, "--data", data, "--force"]);
      await Promise.race([sleep(delay), ended]);
      child.kill("SIGKILL");
      await ended;
      await start(hub);
      api = await hub.signIn("Ana", "correct horse battery");
      const settings = await api<Record<string, string>>("GET", "/api/v1/settings");
      levels.push(settings["log.level"] ?? "none");
      expect(existsSync(path.join(data, "state.duckdb"))).toBe(true);
    }
    expect(levels.filter((level) => level !== "warn" && level !== "error")).toEqual([]);
    await hub.stop();
    expect(await startCommand(["restore", target, "--data", data, "--force"]).ended).toMatchObject({ code: 0 });
    await start(hub);
    api = await hub.signIn("Ana", "correct horse battery");
    expect(await api("GET", "/api/v1/settings")).toMatchObject({ "log.level": "warn" });
  });

  it("of a stopped hub needs no hub, and a folder without one is told", { timeout: 200_000 }, async () => {
    await hub.stop();
    const other = newFolder("offline");
    expect(await startCommand(["backup", other], { VATIO_DATA: data }).ended).toMatchObject({ code: 0 });
    expect(readdirSync(other)).toHaveLength(1);
    const empty = newFolder("empty");
    mkdirSync(path.join(empty, "data"));
    const { code, output } = await startCommand(["backup", other], { VATIO_DATA: path.join(empty, "data") }).ended;
    expect({ code, told: output.includes("E_BACKUP_UNAVAILABLE") }).toEqual({ code: 1, told: true });
    await start(hub);
  });
});
