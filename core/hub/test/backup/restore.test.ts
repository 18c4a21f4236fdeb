import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { VatioError } from "@vatio/plugin-api";
import { seededRandom } from "@vatio/testkit";
import { describe, expect, it } from "vitest";
import { keyCheck, sealKey } from "../../src/backup/key-seal.js";
import { readManifest } from "../../src/backup/manifest.js";
import { type RestoreOptions, restoreBackup } from "../../src/backup/restore-backup.js";
import { finishRestore, isRestoreReady } from "../../src/backup/restore-swap.js";
import { resolveBackup } from "../../src/backup/setup-restore.js";
import { stageRestore } from "../../src/backup/stage-restore.js";
import { DuckDb } from "../../src/store/duckdb.js";
import { migrate } from "../../src/store/migrate.js";
import { STATE_MIGRATIONS } from "../../src/store/migrations/state/index.js";
import { TELEMETRY_MIGRATIONS } from "../../src/store/migrations/telemetry/index.js";
import {
  type Home,
  inFile,
  openHome,
  quietLog,
  readingsOf,
  sealReadings,
  temporaryFolder,
  writeReadings,
} from "./support/home.js";

const codeOf = (error: unknown): string => (VatioError.is(error) ? error.code : String(error));

const restore = ({ clock }: Home, backup: string, data: string, more: Partial<RestoreOptions> = {}) =>
  restoreBackup({ backup, data, hubVersion: "1.2.3", clock, log: quietLog, ...more });

describe("a restore", () => {
  it("is refused over a running hub and over data, and changes nothing then", async () => {
    const home = await openHome();
    await writeReadings(home, 5);
    const { folder } = await home.backup();
    await expect(restore(home, folder, home.data, { isForced: true })).rejects.toMatchObject({
      code: "E_RESTORE_RUNNING",
    });
    await home.close();
    const before = readdirSync(home.data).sort();
    await expect(restore(home, folder, home.data)).rejects.toMatchObject({ code: "E_RESTORE_OCCUPIED" });
    expect(readdirSync(home.data).sort()).toEqual(before);
  });

  it("by force keeps the data from before, beside", async () => {
    const home = await openHome();
    const { folder } = await home.backup();
    await writeReadings(home, 30);
    await home.close();
    mkdirSync(path.join(home.data, "plugin-files"));
    const { aside } = await restore(home, folder, home.data, { isForced: true });
    expect(readdirSync(aside ?? "")).toEqual(
      expect.arrayContaining(["state.duckdb", "telemetry.duckdb", "plugin-files"]),
    );
    // What the backup lacks is not left over from the data before.
    expect(existsSync(path.join(home.data, "plugin-files"))).toBe(false);
    const now = await openHome(home.data);
    expect(await readingsOf(now.telemetry)).toEqual([]);
    await now.close();
    const old = await openHome(aside);
    expect(await readingsOf(old.telemetry)).toHaveLength(40);
  });

  it.each([0, 1, 2, 3])("that ended after step %i is finished by the next start", async (steps) => {
    const home = await openHome();
    await writeReadings(home, 20);
    const file = await sealReadings(home, 100);
    const { folder } = await home.backup();
    const rows = await readingsOf(home.telemetry);
    await writeReadings(home, 3);
    await home.close();
    const { data } = home;
    await stageRestore({ backup: folder, data, hubVersion: "1", clock: home.clock, log: quietLog });
    expect(isRestoreReady(data)).toBe(true);
    // What a process that dies in the swap has done by then.
    const aside = path.join(data, JSON.parse(readFileSync(path.join(data, ".restore", "ready.json"), "utf8")).aside);
    mkdirSync(aside);
    if (steps > 0) renameSync(path.join(data, "state.duckdb"), path.join(aside, "state.duckdb"));
    if (steps > 1) renameSync(path.join(data, ".restore", "state.duckdb"), path.join(data, "state.duckdb"));
    if (steps > 2) renameSync(path.join(data, "telemetry.duckdb"), path.join(aside, "telemetry.duckdb"));
    expect(await finishRestore(data, quietLog)).toBe(aside);
    expect(await finishRestore(data, quietLog)).toBeUndefined();
    expect(existsSync(file)).toBe(true);
    const now = await openHome(data);
    expect(await readingsOf(now.telemetry)).toEqual(rows);
  });

  it("of a backup that was made by a newer version names both", async () => {
    const home = await openHome();
    const { folder } = await home.backup();
    const manifest = await readManifest(folder);
    const file = path.join(folder, "backup.json");
    const write = (change: object): void => writeFileSync(file, JSON.stringify({ ...manifest, ...change }));
    write({ databases: manifest.databases.map((entry) => ({ ...entry, schema: 99 })), hub: { version: "9.0.0" } });
    const data = temporaryFolder("newer");
    const refused = restore(home, folder, data);
    await expect(refused).rejects.toMatchObject({ code: "E_BACKUP_NEWER" });
    await expect(refused).rejects.toThrowError(/9\.0\.0.*schema 99.*1\.2\.3/);
    write({ version: 7, hub: { version: "9.0.0" }, somethingNew: true });
    await expect(restore(home, folder, data)).rejects.toMatchObject({ code: "E_BACKUP_NEWER" });
    expect(readdirSync(data)).toEqual([]);
  });

  it("brings a backup of the first schema to the present one, on the copy", async () => {
    const home = await openHome();
    const { folder, manifest } = await home.backup();
    const schemas = {
      "state.duckdb": STATE_MIGRATIONS.slice(0, 1),
      "telemetry.duckdb": TELEMETRY_MIGRATIONS.slice(0, 1),
    };
    const hashes = await Promise.all(
      Object.entries(schemas).map(async ([name, migrations]) => {
        const file = path.join(folder, name);
        await rm(file);
        const open = (target: string) =>
          DuckDb.open({ path: target, memoryMb: 64, threads: 1, clock: home.clock, log: quietLog });
        (await migrate({ path: file, open, migrations, clock: home.clock, log: quietLog })).close();
        if (name === "state.duckdb")
          await inFile(file, (sql) => sql.run("INSERT INTO settings VALUES ('log.level', '\"warn\"', 1, 'x')"));
        const { hashFile, sizeOf } = await import("../../src/backup/file-tools.js");
        return { name, schema: 1, tables: {}, hash: await hashFile(file), bytes: await sizeOf(file) };
      }),
    );
    writeFileSync(path.join(folder, "backup.json"), JSON.stringify({ ...manifest, databases: hashes }));
    const data = temporaryFolder("older");
    await restore(home, folder, data);
    expect(readdirSync(data).sort()).toEqual(["state.duckdb", "telemetry.duckdb"]);
    const now = await openHome(data);
    expect(await now.state.all("SELECT value FROM settings")).toEqual([{ value: '"warn"' }]);
    expect(await now.state.all("SELECT max(version) AS v FROM schema_versions")).toEqual([
      { v: STATE_MIGRATIONS.length },
    ]);
  });

  it("refuses a backup that lost readings, unless what is left is wanted", async () => {
    const home = await openHome();
    await writeReadings(home, 10);
    await sealReadings(home, 100);
    const { folder } = await home.backup();
    await rm(path.join(home.target, "pool"), { recursive: true });
    const data = temporaryFolder("partial");
    await expect(restore(home, folder, data)).rejects.toThrowError(
      /is not whole: .* is missing in the backup.*--partial/,
    );
    expect(readdirSync(data)).toEqual([]);
    const { leftOut } = await restore(home, folder, data, { isPartial: true });
    expect(leftOut).toHaveLength(1);
    await rm(path.join(folder, "state.duckdb"));
    const other = temporaryFolder("partial");
    await expect(restore(home, folder, other, { isPartial: true })).rejects.toMatchObject({ code: "E_BACKUP_INVALID" });
  });

  it("needs room, and says how much", async () => {
    const home = await openHome();
    const { folder } = await home.backup();
    const full = restore(home, folder, temporaryFolder("full"), { freeSpace: async () => 1_000_000 });
    await expect(full).rejects.toMatchObject({ code: "E_RESTORE_DISK_FULL" });
    await expect(home.backup({ freeSpace: async () => 1_000_000 })).rejects.toMatchObject({
      code: "E_BACKUP_DISK_FULL",
    });
    expect(readdirSync(home.target).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("brings the key of the secrets back with its passphrase, and keeps one that is the right one", async () => {
    const home = await openHome();
    const random = seededRandom(3);
    const key = random.bytes(32);
    const sealed = await sealKey(key, "a long passphrase", random);
    const { folder } = await home.backup({ secretKey: { check: keyCheck(key), sealed } });
    const data = temporaryFolder("key");
    await expect(restore(home, folder, data, { passphrase: "another passphrase" })).rejects.toMatchObject({
      code: "E_PASSPHRASE_WRONG",
    });
    expect(readdirSync(data)).toEqual([]);
    expect(await restore(home, folder, data, { passphrase: "a long passphrase" })).toMatchObject({ key: "restored" });
    expect(readFileSync(path.join(data, "secret.key"), "utf8").trim()).toBe(Buffer.from(key).toString("base64url"));
    expect(await restore(home, folder, data, { isForced: true })).toMatchObject({ key: "kept" });
    expect(await restore(home, folder, temporaryFolder("key"))).toMatchObject({ key: "missing" });
  });

  it("writes nowhere but into the data folder, whatever a manifest says", async () => {
    const home = await openHome();
    await mkdir(path.join(home.data, "plugin-files"));
    writeFileSync(path.join(home.data, "plugin-files", "x"), "x");
    const { folder, manifest } = await home.backup();
    const files = manifest.files.map((entry) => ({ ...entry, path: "../../escaped" }));
    writeFileSync(path.join(folder, "backup.json"), JSON.stringify({ ...manifest, files }));
    await expect(restore(home, folder, temporaryFolder("escape"))).rejects.toMatchObject({ code: "E_BACKUP_INVALID" });
  });
});

describe("the backup that a folder names", () => {
  it("is itself, or the newest one in it that can be used", async () => {
    const home = await openHome();
    const first = await home.backup();
    const second = await home.backup();
    expect(await resolveBackup(first.folder)).toBe(first.folder);
    expect(await resolveBackup(home.target)).toBe(second.folder);
    await rename(path.join(second.folder, "backup.json"), path.join(second.folder, "other.json"));
    expect(await resolveBackup(home.target)).toBe(first.folder);
    expect(await resolveBackup(temporaryFolder("none")).catch(codeOf)).toBe("E_BACKUP_UNKNOWN");
    const unfinished = path.join(home.target, ".unfinished-x");
    await mkdir(unfinished);
    expect(await resolveBackup(unfinished).catch(codeOf)).toBe("E_BACKUP_INVALID");
    await home.backup();
    expect(existsSync(unfinished)).toBe(false);
  });
});
