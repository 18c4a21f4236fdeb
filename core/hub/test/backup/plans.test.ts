import { localDateOf, localTime } from "@vatio/model";
import type { Instant } from "@vatio/plugin-api";
import { seededRandom } from "@vatio/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSafePath } from "../../src/backup/file-tools.js";
import { createKeySealer, keyCheck, openKey, sealKey } from "../../src/backup/key-seal.js";
import { nextRun } from "../../src/backup/next-run.js";
import { backupsToDrop } from "../../src/backup/retention.js";
import { compareEnergy } from "../../src/backup/trial-restore.js";
import type { BackupInfo, BackupState } from "../../src/backup/types.js";

const DAY = 86_400_000;
const instant = (iso: string): Instant => Date.parse(iso) as Instant;

describe("the next run", () => {
  it.each([
    ["later today", "2026-03-10T00:00:00Z", "Europe/Madrid", "2026-03-10T01:30:00Z"],
    ["tomorrow, once the time is over", "2026-03-10T01:30:00Z", "Europe/Madrid", "2026-03-11T01:30:00Z"],
    ["after the gap, where the time is skipped", "2026-03-28T23:30:00Z", "Europe/Madrid", "2026-03-29T01:30:00Z"],
    ["at the first of both, where it comes twice", "2026-10-24T23:00:00Z", "Europe/Madrid", "2026-10-25T00:30:00Z"],
    ["the day after, not at the second of both", "2026-10-25T00:30:00Z", "Europe/Madrid", "2026-10-26T01:30:00Z"],
    ["in a zone of three quarters", "2026-03-10T00:00:00Z", "Asia/Kathmandu", "2026-03-10T20:45:00Z"],
  ])("is %s", (_what, after, zone, expected) => {
    expect(new Date(nextRun(instant(after), "02:30", zone)).toISOString()).toBe(new Date(expected).toISOString());
  });

  it("comes once a day, whatever the zone", () => {
    const zones = fc.constantFrom(
      "Europe/Madrid",
      "America/Mexico_City",
      "Australia/Lord_Howe",
      "Asia/Kathmandu",
      "UTC",
    );
    fc.assert(
      fc.property(
        zones,
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 20_000, max: 21_500 }),
        (zone, hour, day) => {
          const time = `${String(hour).padStart(2, "0")}:30`;
          const first = nextRun((day * DAY) as Instant, time, zone);
          const second = nextRun(first, time, zone);
          expect(localDateOf(second, zone)).not.toBe(localDateOf(first, zone));
          expect(second - first).toBeLessThanOrEqual(DAY + 3_600_000);
          expect([hour, hour + 1]).toContain(localTime(first, zone).hour);
        },
      ),
    );
  });
});

const made = (day: number, state: BackupState = "good", kind: "scheduled" | "manual" = "scheduled"): BackupInfo => ({
  id: `b${day}-${state}-${kind}`,
  folder: `/b/${day}`,
  state,
  kind,
  madeAt: (instant("2026-01-01T08:30:00Z") + day * DAY) as Instant,
  missing: [],
  problems: [],
});

describe("the retention of backups", () => {
  const keep = { daily: 3, weekly: 2, monthly: 2 };
  const kept = (backups: readonly BackupInfo[]): string[] => {
    const gone = new Set(backupsToDrop(backups, keep, "America/Mexico_City"));
    return backups.filter((backup) => !gone.has(backup)).map(({ id }) => id);
  };

  it("keeps the newest of the last days, weeks and months", () => {
    const backups = Array.from({ length: 60 }, (_, day) => made(day));
    // 2026-03-01 is the last day: three days, the Sunday before, the last of February.
    expect(kept(backups)).toEqual([
      "b52-good-scheduled",
      "b57-good-scheduled",
      "b58-good-scheduled",
      "b59-good-scheduled",
    ]);
  });

  it("never touches what a person made, what cannot be read, and the only good one", () => {
    expect(kept([made(0, "good", "manual"), made(1, "unreadable"), made(2), made(90), made(91, "bad")])).toEqual([
      "b0-good-manual",
      "b2-good-scheduled",
      "b90-good-scheduled",
      "b91-bad-scheduled",
    ]);
    expect(kept([made(0), made(1, "bad"), made(2, "unverified")])).toHaveLength(3);
    expect(kept([made(0, "bad")])).toHaveLength(1);
  });

  it("drops a bad one once there is a newer good one", () => {
    expect(kept([made(0), made(1, "bad"), made(2)])).toEqual(["b0-good-scheduled", "b2-good-scheduled"]);
  });

  it("always leaves the newest good one, and never more than it should", () => {
    const backup = fc.record({
      day: fc.integer({ min: 0, max: 400 }),
      state: fc.constantFrom<BackupState>("good", "bad", "unverified"),
      kind: fc.constantFrom<"scheduled" | "manual">("scheduled", "manual"),
    });
    fc.assert(
      fc.property(fc.uniqueArray(backup, { selector: ({ day }) => day, maxLength: 60 }), (list) => {
        const backups = list.map(({ day, state, kind }) => made(day, state, kind));
        const gone = new Set(backupsToDrop(backups, keep, "UTC"));
        const newest = backups
          .filter(({ state }) => state === "good")
          .sort((a, b) => (b.madeAt ?? 0) - (a.madeAt ?? 0))[0];
        if (newest) expect(gone.has(newest)).toBe(false);
        else expect(gone.size).toBe(0);
        const left = backups.filter((one) => !gone.has(one) && one.kind === "scheduled" && one.state === "good");
        expect(left.length).toBeLessThanOrEqual(keep.daily + keep.weekly + keep.monthly + 1);
        for (const one of gone) expect(one.kind).toBe("scheduled");
      }),
    );
  });
});

describe("the key of the secrets", () => {
  const random = seededRandom(7);
  const key = random.bytes(32);

  it("opens with its passphrase, however that is typed, and with no other", async () => {
    const sealed = await sealKey(key, "contraseña larga", random);
    expect(JSON.stringify(sealed)).not.toContain(Buffer.from(key).toString("base64"));
    expect(await openKey(sealed, "contraseña larga".normalize("NFD"))).toEqual(new Uint8Array(key));
    await expect(openKey(sealed, "contraseña largo")).rejects.toMatchObject({ code: "E_PASSPHRASE_WRONG" });
    await expect(openKey({ ...sealed, sealed: "AAAA" }, "contraseña larga")).rejects.toMatchObject({
      code: "E_PASSPHRASE_WRONG",
    });
  });

  it("is known by a check that tells nothing else, and not sealed with a short passphrase", async () => {
    const sealer = createKeySealer(key, random);
    expect(sealer.check).toBe(keyCheck(key));
    expect(sealer.check).not.toBe(keyCheck(random.bytes(32)));
    await expect(sealer.seal("too short")).rejects.toMatchObject({ code: "E_PASSPHRASE_WEAK" });
  });
});

describe("paths of a manifest", () => {
  it.each(["../x", "/etc/passwd", "a/../b", "a//b", "", ".", "a\\b", "a\0b", "..", "a/."])("%j leads out", (name) => {
    expect(isSafePath(name)).toBe(false);
  });
  it.each(["2026/05.parquet", "plugins/x/index.js", "..a/b.."])("%j stays inside", (name) => {
    expect(isSafePath(name)).toBe(true);
  });
});

describe("months of energy", () => {
  const may = { channel: "a/b", month: "2026-05", importWh: 1_000, exportWh: 0 };
  it.each([
    ["the same", [may], 0],
    ["a hair apart, as sums in another order are", [{ ...may, importWh: 1_000.000_5 }], 0],
    ["one too low", [{ ...may, importWh: 999.9 }], 1],
    ["one that is missing", [], 2],
    ["one more", [may, { ...may, month: "2026-06" }], 1],
  ])("tell %s", (_what, found, problems) => {
    expect(compareEnergy([may], found)).toHaveLength(problems);
  });
});
