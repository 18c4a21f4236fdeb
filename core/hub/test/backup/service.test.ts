import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import os from "node:os";
import path from "node:path";
import type { Actor } from "@vatio/plugin-api";
import { createTestHub, type TestHub } from "@vatio/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askRunningHub } from "../../src/backup/local-control.js";

const ANA: Actor = { kind: "user", id: "ana" };

const healthOf = ({ parts }: TestHub): { status: string; key: string } => {
  const hub = parts.health.tree().children.find(({ name }) => name === "hub");
  const node = hub?.children.find(({ name }) => name === "backup");
  return { status: node?.status ?? "none", key: node?.why.key ?? "" };
};

const counted = ({ parts }: TestHub, name: string): number =>
  parts.counters
    .snapshot()
    .filter((counter) => counter.scope === "backup" && counter.name === name)
    .reduce((sum, { count }) => sum + count, 0);

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("It never happened.");
}

describe("backups of a running hub", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "vatio-service-"));
  const data = path.join(folder, "data");
  const elsewhere = path.join(folder, "elsewhere");
  let hub: TestHub;
  beforeAll(async () => {
    mkdirSync(elsewhere);
    hub = await createTestHub({ store: data, now: "2026-11-20T12:00:00-06:00" });
  });
  afterAll(async () => {
    await hub[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it("are hinted at before there is one", async () => {
    const status = await hub.parts.backups.status();
    expect(status).toMatchObject({ isOn: true, isDefaultFolder: true, isSameDisk: true, time: "02:30", backups: [] });
    expect(new Date(status.next ?? 0).toISOString()).toBe("2026-11-21T08:30:00.000Z");
    await until(() => healthOf(hub).key !== "");
    expect(healthOf(hub)).toEqual({ status: "ok", key: "health.backup-none" });
  });

  it("are made each night in the site's zone, tried, and made up for after a start", { timeout: 60_000 }, async () => {
    // The hub was not up last night: ten minutes after its start it makes up for it.
    await hub.advance("11 min");
    await until(() => counted(hub, "made") === 1);
    await hub.advance("15 h");
    await until(() => counted(hub, "made") === 2);
    const { backups, next } = await hub.parts.backups.status();
    expect(backups.map(({ state, kind }) => `${state} ${kind}`)).toEqual(["good scheduled", "good scheduled"]);
    expect(new Date(next ?? 0).toISOString()).toBe("2026-11-22T08:30:00.000Z");
    await until(() => healthOf(hub).key === "health.backup-same-disk");
    expect(healthOf(hub).status).toBe("ok");
    const audit = await hub.parts.audit.query({ limit: 10 });
    expect(audit.filter(({ what }) => what === "backup.make")).toHaveLength(2);
  });

  it("are told of when they fail, and older ones stay", { timeout: 60_000 }, async () => {
    await hub.parts.settings.set(ANA, "backup.folder", path.join(folder, "not-mounted"));
    await hub.advance("24 h");
    await until(async () => (await hub.parts.backups.status()).lastFailure !== undefined);
    expect((await hub.parts.backups.status()).lastFailure?.code).toBe("E_BACKUP_FOLDER");
    expect(healthOf(hub)).toEqual({ status: "degraded", key: "health.backup-failed" });
    expect(existsSync(path.join(folder, "not-mounted"))).toBe(false);
    await hub.parts.settings.set(ANA, "backup.folder", path.join(data, "plugins", "x"));
    await expect(hub.parts.backups.make(ANA)).rejects.toThrowError(/lies in the data folder/);
    await expect(hub.parts.backups.make(ANA, "relative")).rejects.toMatchObject({ code: "E_BACKUP_FOLDER" });
    await hub.parts.settings.reset(ANA, "backup.folder");
    expect(readdirSync(path.join(data, "backups"))).toHaveLength(2);
  });

  it("are made on demand into another folder, one at a time", { timeout: 60_000 }, async () => {
    const made = hub.parts.backups.make(ANA, elsewhere);
    await until(async () => (await hub.parts.backups.status()).running !== undefined);
    await expect(hub.parts.backups.make(ANA)).rejects.toMatchObject({ code: "E_BACKUP_BUSY", retryable: true });
    expect(await made).toMatchObject({ state: "good", kind: "manual" });
    expect((await hub.parts.backups.status()).lastFailure).toBeUndefined();
  });

  it("are removed by their id only, and never the last good one", { timeout: 60_000 }, async () => {
    const { backups } = hub.parts;
    for (const id of ["..", "../data", ".", "pool", "2020-01-01T00-00-00Z"])
      await expect(backups.remove(ANA, id)).rejects.toMatchObject({ code: "E_BACKUP_UNKNOWN" });
    const [newest, oldest] = (await backups.status()).backups;
    await backups.remove(ANA, oldest?.id ?? "");
    await expect(backups.remove(ANA, newest?.id ?? "")).rejects.toMatchObject({ code: "E_BACKUP_LAST" });
    expect((await backups.verify(ANA, newest?.id ?? "")).state).toBe("good");
  });

  it("are made for the command line through a socket that only the owner can use", { timeout: 60_000 }, async () => {
    const made = await askRunningHub(data, elsewhere);
    expect(made).toMatchObject({ state: "good", kind: "manual" });
    await expect(askRunningHub(data, "relative")).rejects.toMatchObject({ code: "E_BACKUP_FOLDER" });
    expect(await askRunningHub(path.join(folder, "nobody"))).toBeUndefined();
  });

  it.each(["no json\n", '{"command":"rm -rf"}\n', '{"command":"backup","folder":7}\n', "x".repeat(20_000), "[]\n"])(
    "stay what they are when the socket hears %j",
    async (garbage) => {
      const answer = await new Promise<string>((resolve, reject) => {
        let text = "";
        const socket = connect(path.join(data, "control.sock"), () => socket.write(garbage));
        socket.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        socket.on("end", () => resolve(text));
        socket.on("error", reject);
      });
      expect(JSON.parse(answer)).toMatchObject({ error: { code: "E_INPUT_INVALID" } });
    },
  );

  it("hold the key of the secrets once there is a passphrase, and not after it is taken away", async () => {
    const { backups } = hub.parts;
    await expect(backups.setPassphrase(ANA, "short")).rejects.toMatchObject({ code: "E_PASSPHRASE_WEAK" });
    await backups.setPassphrase(ANA, "a long enough passphrase");
    expect((await backups.status()).hasPassphrase).toBe(true);
    await backups.setPassphrase(ANA, undefined);
    expect((await backups.status()).hasPassphrase).toBe(false);
  });
});

describe("a hub without a data folder", () => {
  it("has no backups, and says so", async () => {
    await using hub = await createTestHub();
    await expect(hub.parts.backups.status()).rejects.toMatchObject({ code: "E_BACKUP_UNAVAILABLE" });
    await expect(hub.parts.backups.begin(ANA)).rejects.toMatchObject({ code: "E_BACKUP_UNAVAILABLE" });
    expect(healthOf(hub).status).toBe("none");
  });
});

describe("a hub that stops", () => {
  it("gives up the backup that is being made, and leaves none that looks whole", async () => {
    const data = mkdtempSync(path.join(os.tmpdir(), "vatio-service-"));
    try {
      const hub = await createTestHub({ store: data });
      const made = hub.parts.backups.make(ANA).catch((error: { code: string }) => error.code);
      await until(async () => (await hub.parts.backups.status()).running !== undefined);
      await hub[Symbol.asyncDispose]();
      expect(["E_ABORTED", "E_SNAPSHOT_FAILED", "E_INTERNAL"]).toContain(await made);
      const left = readdirSync(path.join(data, "backups")).filter((name) => !name.startsWith(".") && name !== "pool");
      for (const name of left) expect(readdirSync(path.join(data, "backups", name))).not.toContain("verified.json");
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });
});
