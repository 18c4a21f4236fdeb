import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { type Instant, row } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { listBackups, readManifest } from "../../src/backup/manifest.js";
import { restoreBackup } from "../../src/backup/restore-backup.js";
import { trialRestore } from "../../src/backup/trial-restore.js";
import { verifyBackup } from "../../src/backup/verify-backup.js";
import {
  type Home,
  inFile,
  MAIN,
  NOW,
  openHome,
  quietLog,
  readingsOf,
  sealReadings,
  temporaryFolder,
  writeReadings,
} from "./support/home.js";

const SLOT = Math.floor(Date.UTC(2026, 1, 28, 23, 45) / 900_000);

/** Slots of two months, written as the energy engine would. */
async function writeSlots({ data }: Home): Promise<void> {
  await inFile(path.join(data, "telemetry.duckdb"), async (sql) => {
    await sql.run("DELETE FROM slots");
    for (let n = 0; n < 8; n++)
      await sql.run(
        `INSERT INTO slots (channel, slot, import_wh, export_wh, coverage, quality, raw_coverage) VALUES (1, ${SLOT + n}, ${100.25 + n}, ${n}, 1, 0, 1)`,
      );
  });
}

/** As the hub does it: in a process of its own. */
const verify = ({ clock }: Home, backup: string) => verifyBackup({ backup, clock, log: quietLog });

/** The same work in this process, which is much faster. */
const problemsOf = async ({ clock, target }: Home, backup: string): Promise<readonly string[]> =>
  (await trialRestore({ backup, folder: path.join(target, ".trial-test"), clock, log: quietLog })).problems;

describe("a backup", () => {
  it("of a running hub is whole, and the restored hub holds the same, row for row", { timeout: 60_000 }, async () => {
    const first = await openHome();
    await first.close();
    await writeSlots(first);
    const home = await openHome(first.data, first.target);
    await writeReadings(home);
    await home.state.run("INSERT INTO settings VALUES ('log.level', '\"warn\"', 1, 'user:ana')");
    await mkdir(path.join(home.data, "plugin-files", "tariff"), { recursive: true });
    writeFileSync(path.join(home.data, "plugin-files", "tariff", "cfe.json"), "{}");
    const made = await home.backup();

    expect(made.manifest.energy).toEqual([
      { channel: MAIN, month: "2026-02", importWh: 100.25, exportWh: 0 },
      { channel: MAIN, month: "2026-03", importWh: 729.75, exportWh: 28 },
    ]);
    const found = await verify(home, made.folder);
    expect(found).toMatchObject({ ok: true, problems: [], months: 2, files: 3 });
    expect(readdirSync(home.target).filter((name) => name.startsWith("."))).toEqual([]);

    const data = path.join(temporaryFolder("fresh"), "data");
    const report = await restoreBackup({
      backup: made.folder,
      data,
      hubVersion: "1.2.3",
      clock: home.clock,
      log: quietLog,
    });
    expect(report).toMatchObject({ key: "missing", leftOut: [] });
    expect(report.aside).toBeUndefined();
    expect(existsSync(path.join(data, ".restore"))).toBe(false);
    expect(readFileSync(path.join(data, "plugin-files", "tariff", "cfe.json"), "utf8")).toBe("{}");
    const restored = await openHome(data);
    const rows = await readingsOf(home.telemetry);
    expect(rows).toHaveLength(400);
    expect(await readingsOf(restored.telemetry)).toEqual(rows);
    expect(await restored.state.all("SELECT * FROM settings")).toEqual(await home.state.all("SELECT * FROM settings"));
  });

  it("goes on while readings are written, and is a state that there was", { timeout: 60_000 }, async () => {
    const home = await openHome();
    await writeReadings(home, 50);
    let isOver = false;
    let written = 1_000;
    const writing = (async () => {
      while (!isOver) {
        await home.telemetry.write([row(MAIN, (NOW - 60_000 * ++written) as Instant, { power_w: written })]);
      }
    })();
    const made = await home.backup();
    isOver = true;
    await writing;
    const hot = Object.entries(made.manifest.databases[1]?.tables ?? {}).filter(([name]) => name.startsWith("hot_"));
    const rows = hot.reduce((sum, [, count]) => sum + count, 0);
    expect(rows).toBeGreaterThanOrEqual(67);
    expect(rows).toBeLessThanOrEqual(67 + written - 1_000);
    expect(await problemsOf(home, made.folder)).toEqual([]);
  });

  it("shares contents with the one before, and copies a changed file again", async () => {
    const home = await openHome();
    const file = path.join(home.data, "plugins", "x", "index.js");
    await mkdir(path.dirname(file), { recursive: true });
    writeFileSync(file, "export default 1;");
    const first = await home.backup();
    const second = await home.backup();
    expect(second.id).not.toBe(first.id);
    expect(second.manifest.files).toEqual(first.manifest.files);
    writeFileSync(file, "export default 22;");
    const third = await home.backup();
    expect(third.manifest.files[0]?.hash).not.toBe(first.manifest.files[0]?.hash);
    expect((await listBackups(home.target)).map(({ id }) => id)).toEqual([first.id, second.id, third.id]);
    for (const { folder } of [first, third]) expect(await problemsOf(home, folder)).toEqual([]);
  });
});

describe("sealed readings", () => {
  async function homeWithParquet(): Promise<{ home: Home; file: string; name: string }> {
    const home = await openHome();
    const file = await sealReadings(home);
    return { home, file, name: path.relative(path.join(home.data, "readings"), file) };
  }

  it("are in the backup once, without a second copy on the same disk", async () => {
    const { home, file, name } = await homeWithParquet();
    const { manifest, folder } = await home.backup();
    expect(manifest.readings).toMatchObject([{ path: name, rows: 5000 }]);
    expect(statSync(file).nlink).toBe(2);
    await home.backup();
    expect(statSync(file).nlink).toBe(2);
    expect(await problemsOf(home, folder)).toEqual([]);
    await home.close();
    const data = temporaryFolder("fresh");
    await restoreBackup({ backup: folder, data, hubVersion: "1", clock: home.clock, log: quietLog });
    const copy = path.join(data, "readings", name);
    expect(readFileSync(copy).equals(readFileSync(file))).toBe(true);
    expect(statSync(copy).nlink).toBe(1);
  });

  it("that are missing or damaged are named, and taken from the backup before when that has them", async () => {
    const { home, file, name } = await homeWithParquet();
    await rm(file);
    const poor = await home.backup();
    expect(poor.manifest.missing).toEqual([`readings/${name} is missing or damaged.`]);
    expect(await problemsOf(home, poor.folder)).toEqual([]);

    const other = await homeWithParquet();
    await other.home.backup();
    await rm(other.file);
    const rich = await other.home.backup();
    expect(rich.manifest.missing).toEqual([]);
    expect(await problemsOf(other.home, rich.folder)).toEqual([]);
  });

  it("that rot in the backup fail its trial, and the next backup takes them in again", async () => {
    const { home, name } = await homeWithParquet();
    const { folder, manifest } = await home.backup();
    const [entry] = manifest.readings;
    const inPool = path.join(home.target, "pool", entry?.hash.slice(0, 2) ?? "", `${entry?.hash}.parquet`);
    const bytes = readFileSync(inPool);
    bytes[100] = (bytes[100] ?? 0) ^ 0xff;
    await rm(inPool);
    writeFileSync(inPool, bytes);
    expect(await verify(home, folder)).toMatchObject({ ok: false, problems: [`readings/${name} is damaged.`] });
    expect((await listBackups(home.target))[0]?.state).toBe("bad");
    const next = await home.backup();
    for (const good of [next.folder, folder]) expect(await problemsOf(home, good)).toEqual([]);
  });
});

describe("a trial restore", () => {
  it.each([
    [
      "a cut database",
      (folder: string) => truncateSync(path.join(folder, "state.duckdb"), 20_000),
      "state.duckdb is missing or damaged.",
    ],
    [
      "a missing database",
      (folder: string) => rm(path.join(folder, "telemetry.duckdb")),
      "telemetry.duckdb is missing or damaged.",
    ],
    ["no manifest", (folder: string) => rm(path.join(folder, "backup.json")), "There is no backup in"],
  ])("finds %s", async (_what, damage, problem) => {
    const home = await openHome();
    const { folder } = await home.backup();
    await damage(folder);
    const found = await problemsOf(home, folder).catch((error: Error) => [error.message]);
    expect(found.join(" ")).toContain(problem);
  });

  it("finds rows and energy that are not what the original had", async () => {
    const first = await openHome();
    await first.close();
    await writeSlots(first);
    const home = await openHome(first.data, first.target);
    await writeReadings(home, 10);
    const { folder } = await home.backup();
    const file = path.join(folder, "backup.json");
    const manifest = await readManifest(folder);
    const table = Object.keys(manifest.databases[1]?.tables ?? {}).find((name) => name.startsWith("hot_")) ?? "";
    const energy = manifest.energy.map((entry) => ({ ...entry, importWh: entry.importWh + 0.01 }));
    const databases = manifest.databases.map((entry) =>
      entry.name === "telemetry.duckdb" ? { ...entry, tables: { ...entry.tables, [table]: 11 } } : entry,
    );
    writeFileSync(file, JSON.stringify({ ...manifest, energy, databases }));
    const problems = await problemsOf(home, folder);
    expect(problems[0]).toMatch(/telemetry.duckdb: hot_\d+ has \d+ rows instead of 11/);
    expect(problems.filter((problem) => problem.startsWith("Energy of meter:a1/main in 2026-0"))).toHaveLength(2);
  });
});
