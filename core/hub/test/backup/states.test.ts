import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { VatioError } from "@vatio/plugin-api";
import { createTestHub, type TestHub } from "@vatio/testkit";
import { describe, expect, it } from "vitest";
import { requireWritable } from "../../src/backup/data-folder.js";
import { examineData } from "../../src/backup/examine-data.js";
import { openHome, quietLog, sealReadings, temporaryFolder, writeReadings } from "./support/home.js";

const FOREIGN = Buffer.from("SQLite format 3\0 and what follows is none of ours".padEnd(20_000, "x"));

/** A hub that was set up, with one backup, and is stopped. */
async function stoppedHub(): Promise<{ data: string; backup: string }> {
  const data = temporaryFolder("state");
  const hub = await createTestHub({ store: data });
  const { folder } = await hub.parts.backups.make({ kind: "hub", id: "test" });
  await hub[Symbol.asyncDispose]();
  return { data, backup: folder };
}

const marks = ({ parts }: TestHub): string => JSON.stringify(parts.health.tree());

describe("a hub whose data is not whole", () => {
  it.each<[string, (data: string) => unknown, string]>([
    ["a missing state.duckdb", (data) => rm(path.join(data, "state.duckdb")), "E_DATA_INCOMPLETE"],
    ["a cut state.duckdb", (data) => truncateSync(path.join(data, "state.duckdb"), 5_000), "E_STORE_DAMAGED"],
    ["a foreign state.duckdb", (data) => writeFile(path.join(data, "state.duckdb"), FOREIGN), "E_STORE_DAMAGED"],
    [
      "a missing state.duckdb whose log is there",
      async (data) => {
        await rm(path.join(data, "state.duckdb"));
        await writeFile(path.join(data, "state.duckdb.wal"), "x".repeat(100));
      },
      "E_DATA_INCOMPLETE",
    ],
  ])(
    "does not start as an empty one with %s: it names the backup that repairs it",
    { timeout: 60_000 },
    async (_what, damage, code) => {
      const { data, backup } = await stoppedHub();
      await damage(data);
      const before = readdirSync(data).sort();
      const error = await createTestHub({ store: data }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (!VatioError.is(error)) throw new Error(`It started, or said ${String(error)}`);
      expect(error.code).toBe(code);
      expect(error.message).toContain(`vatio restore ${backup} --force`);
      expect(error.message).toMatch(/readings.*not touched/s);
      expect(readdirSync(data).sort()).toEqual(before);
    },
  );

  it.each<[string, (file: string) => unknown, string]>([
    ["missing", (file) => rm(file), "health.telemetry-missing"],
    ["cut", (file) => truncateSync(file, 5_000), "health.store-repaired"],
    ["foreign", (file) => writeFile(file, FOREIGN), "health.store-repaired"],
  ])(
    "starts with a telemetry.duckdb that is %s, keeps people and settings, and says what is gone",
    { timeout: 60_000 },
    async (_what, damage, told) => {
      const { data } = await stoppedHub();
      await damage(path.join(data, "telemetry.duckdb"));
      await using hub = await createTestHub({ store: data, setUp: false });
      expect(hub.parts.accounts.needsSetup).toBe(false);
      expect(marks(hub)).toContain(told);
      expect(marks(hub)).toContain("vatio restore");
    },
  );

  it("starts anew in an empty folder, and beside files that are not its own", async () => {
    const data = temporaryFolder("foreign");
    writeFileSync(path.join(data, "notes.txt"), "mine");
    mkdirSync(path.join(data, "photos"));
    await using hub = await createTestHub({ store: data, setUp: false });
    expect(hub.parts.accounts.needsSetup).toBe(true);
    expect(readFileSync(path.join(data, "notes.txt"), "utf8")).toBe("mine");
  });
});

/** User id without any rights, by convention. */
const NOBODY = 65_534;

describe("a data folder that takes no files", () => {
  it("because a file is in its place", async () => {
    const file = path.join(temporaryFolder("file"), "data");
    writeFileSync(file, "");
    await expect(requireWritable(file)).rejects.toMatchObject({ code: "E_DATA_UNWRITABLE" });
    await expect(requireWritable(file)).rejects.toThrowError(/Nothing in it was changed/);
  });

  it("because the hub's user may not write there", async () => {
    const data = temporaryFolder("rights");
    chmodSync(data, 0o500);
    // Nothing is forbidden to root, so for this test the process is somebody else.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      await expect(requireWritable(data)).rejects.toThrowError(/no right to write/);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it("leaves no trace where it can be written", async () => {
    const data = temporaryFolder("writable");
    await requireWritable(data);
    expect(readdirSync(data)).toEqual([]);
  });
});

describe("examining data", () => {
  const examine = (data: string, clock: Awaited<ReturnType<typeof openHome>>["clock"], more: object = {}) =>
    examineData({ data, isRepairing: false, backups: [], clock, log: quietLog, ...more });

  it("finds nothing in whole data, and refuses data of a running hub", async () => {
    const home = await openHome();
    await writeReadings(home, 10);
    await sealReadings(home, 50);
    await expect(examine(home.data, home.clock)).rejects.toMatchObject({ code: "E_RESTORE_RUNNING" });
    await home.close();
    expect(await examine(home.data, home.clock)).toEqual([]);
  });

  it.each<[string, (file: string) => void, string]>([
    ["missing", (file) => rmSync(file), "is missing"],
    ["cut", (file) => truncateSync(file, statSync(file).size - 10), "is damaged"],
    ["changed", (file) => writeFileSync(file, readFileSync(file).fill(7, 50, 60)), "is damaged"],
  ])("repairs sealed readings that are %s from a backup, and keeps what was there", async (_what, damage, problem) => {
    const home = await openHome();
    const file = await sealReadings(home, 500);
    const whole = readFileSync(file);
    await home.backup();
    await home.close();
    // Backups on the disk of the data share the file: whoever damages it takes a copy first, as another disk would have.
    rmSync(file);
    writeFileSync(file, whole);
    damage(file);
    expect(await examine(home.data, home.clock)).toMatchObject([{ problem, isRepaired: false }]);
    const unknown = await examine(home.data, home.clock, { isRepairing: true });
    expect(unknown).toMatchObject([{ isRepaired: false, remedy: expect.stringContaining("--from") }]);
    const repaired = await examine(home.data, home.clock, { isRepairing: true, backups: [home.target] });
    expect(repaired).toMatchObject([{ problem, isRepaired: true }]);
    expect(readFileSync(file).equals(whole)).toBe(true);
    expect(await examine(home.data, home.clock)).toEqual([]);
    const kept = readdirSync(path.dirname(file)).filter((name) => name.includes(".damaged-"));
    expect(kept).toHaveLength(problem === "is missing" ? 0 : 1);
  });

  it("names a damaged database and what to do about it", async () => {
    const home = await openHome();
    await home.close();
    truncateSync(path.join(home.data, "telemetry.duckdb"), 3_000);
    const [finding, ...rest] = await examine(home.data, home.clock);
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ file: "telemetry.duckdb", isRepaired: false });
    expect(finding?.remedy).toMatch(/sealed readings.*vatio restore/s);
  });
});
