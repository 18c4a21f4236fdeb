import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve, sep } from "node:path";
import { type Instant, type PluginId, type PrivateFiles, VatioError } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemRandom } from "../../src/random.js";
import { createPrivateFiles, createPrivateFolders } from "../../src/settings/index.js";
import { MemoryFiles } from "../../src/settings/memory-files.js";

let root: string;
let folder: string;
let files: PrivateFiles;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "vatio-files-"));
  folder = join(root, "plugin");
  files = createPrivateFiles({ folder, random: systemRandom });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const textOf = (data: Uint8Array | undefined): string | undefined => data && Buffer.from(data).toString();

/** Every file below the root, as a check from outside. */
const everything = (at = root): string[] =>
  readdirSync(at, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? everything(join(at, entry.name)) : [join(at, entry.name)],
  );

describe("private files", () => {
  it("are written, read, listed and deleted", async () => {
    expect(await files.read("a.txt")).toBeUndefined();
    expect(await files.list()).toEqual([]);
    await files.write("a.txt", "hello");
    await files.write("deep/er/b.bin", Uint8Array.of(0, 255));
    await files.write("a.txt", "hello again");
    expect(textOf(await files.read("a.txt"))).toBe("hello again");
    expect(await files.read("deep/er/b.bin")).toEqual(Uint8Array.of(0, 255));
    expect((await files.list()).map(({ path, bytes }) => [path, bytes])).toEqual([
      ["a.txt", 11],
      ["deep/er/b.bin", 2],
    ]);
    expect((await files.list("deep")).map(({ path }) => path)).toEqual(["deep/er/b.bin"]);
    expect(await files.delete("deep/er/b.bin")).toBe(true);
    expect(await files.delete("deep/er/b.bin")).toBe(false);
    expect(existsSync(join(folder, "deep"))).toBe(false);
  });

  it("are readable by the hub alone", async () => {
    await files.write("a", "x");
    expect(statSync(join(folder, "a")).mode & 0o077).toBe(0);
  });

  it("replace as a whole: a reader sees one version, and no temporary file is left", async () => {
    const versions = ["a", "b", "c"].map((char) => char.repeat(200_000));
    const writes = Array.from({ length: 12 }, (_, i) => files.write("f", versions[i % 3] ?? ""));
    const reads = Array.from({ length: 12 }, async () => textOf(await files.read("f")));
    for (const seen of await Promise.all(reads)) expect([undefined, ...versions]).toContain(seen);
    await Promise.all(writes);
    expect(readdirSync(folder)).toEqual(["f"]);
  });

  it.each([
    "",
    "/",
    "/etc/passwd",
    "..",
    "../x",
    "a/../../x",
    "a/..",
    ".",
    "a/./b",
    "a//b",
    "a/",
    "C:\\x",
    "C:x",
    "a\\..\\b",
    "\\\\host\\x",
    "a\0b",
    "a\nb",
    "x:stream",
    "con",
    "a/NUL.txt",
    "lpt1",
    "dot.",
    "space ",
    "~writing-x",
    "a".repeat(201),
    "é".repeat(120),
    Array.from({ length: 17 }, () => "d").join("/"),
    "x/".repeat(600),
    "\ud800",
  ])("refuse the path %j", async (path) => {
    await expect(files.write(path, "x")).rejects.toMatchObject({ code: "E_PATH_INVALID" });
    await expect(files.read(path)).rejects.toMatchObject({ code: "E_PATH_INVALID" });
    await expect((async () => files.delete(path))()).rejects.toMatchObject({ code: "E_PATH_INVALID" });
    if (path !== "") await expect(files.list(path)).rejects.toMatchObject({ code: "E_PATH_INVALID" });
  });

  it("stay in their folder, whatever path is tried", async () => {
    const part = fc.oneof(
      fc.constantFrom("..", ".", "a", "b", "~", "c:", "", "%2e%2e", "..%2f", "...", "a\\..", "\u2025", "．．"),
      fc.string({ unit: "binary", maxLength: 5 }),
    );
    const path = fc.array(part, { maxLength: 6 }).map((parts) => parts.join("/"));
    writeFileSync(join(root, "outside"), "secret");
    await fc.assert(
      fc.asyncProperty(path, async (tried) => {
        try {
          await files.write(tried, "x");
          expect(textOf(await files.read(tried))).toBe("x");
          expect(resolve(folder, tried).startsWith(folder + sep)).toBe(true);
        } catch (error) {
          expect(VatioError.is(error) ? error.code : error).toBe("E_PATH_INVALID");
        }
        expect(everything().filter((file) => !file.startsWith(folder + sep))).toEqual([join(root, "outside")]);
        rmSync(folder, { recursive: true, force: true });
      }),
      { numRuns: 150 },
    );
    expect(readFileSync(join(root, "outside"), "utf8")).toBe("secret");
  });

  it("do not follow links, on the way or at the end", async () => {
    mkdirSync(join(root, "elsewhere"));
    writeFileSync(join(root, "elsewhere/x"), "secret");
    mkdirSync(folder);
    symlinkSync(join(root, "elsewhere"), join(folder, "link"));
    symlinkSync(join(root, "elsewhere/x"), join(folder, "file"));
    for (const path of ["link/x", "link/new/y", "file"]) {
      await expect(files.read(path)).rejects.toMatchObject({ code: "E_PATH_INVALID" });
      await expect(files.write(path, "mine")).rejects.toMatchObject({ code: "E_PATH_INVALID" });
      await expect(files.delete(path)).rejects.toMatchObject({ code: "E_PATH_INVALID" });
    }
    await expect(files.list("link")).rejects.toMatchObject({ code: "E_PATH_INVALID" });
    expect(await files.list()).toEqual([]);
    expect(everything(join(root, "elsewhere"))).toEqual([join(root, "elsewhere/x")]);
    expect(readFileSync(join(root, "elsewhere/x"), "utf8")).toBe("secret");
  });

  it("tell a file from a folder", async () => {
    await files.write("a/b", "x");
    await expect(files.write("a", "x")).rejects.toMatchObject({ code: "E_PATH_INVALID" });
    await expect(files.read("a")).rejects.toMatchObject({ code: "E_PATH_INVALID" });
    await expect(files.write("a/b/c", "x")).rejects.toMatchObject({ code: "E_PATH_INVALID" });
  });

  it("have limits, counted also for what was there before", async () => {
    await files.write("old", "12345");
    const limited = createPrivateFiles({
      folder,
      random: systemRandom,
      limits: { fileBytes: 10, totalBytes: 12, files: 2 },
    });
    await expect(limited.write("x", "12345678901")).rejects.toMatchObject({ code: "E_FILE_TOO_LARGE" });
    await expect(limited.write("x", "12345678")).rejects.toMatchObject({ code: "E_FILES_FULL" });
    await limited.write("x", "1234567");
    await limited.write("x", "123");
    await expect(limited.write("y", "1")).rejects.toMatchObject({ code: "E_FILES_FULL" });
    await limited.delete("old");
    await limited.write("y", "123456789");
    expect((await limited.list()).map(({ path }) => path)).toEqual(["x", "y"]);
  });
});

describe("a folder in memory", () => {
  const path = fc.array(fc.constantFrom("a", "b", "..", "", "con"), { maxLength: 3 }).map((parts) => parts.join("/"));
  const step = fc.oneof(
    fc.record({ kind: fc.constant("write" as const), path, data: fc.string({ maxLength: 6 }) }),
    fc.record({ kind: fc.constantFrom("read" as const, "delete" as const, "list" as const), path }),
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  async function outcome(on: PrivateFiles, taken: Step): Promise<unknown> {
    try {
      if (taken.kind === "write") return await on.write(taken.path, taken.data);
      if (taken.kind === "read") return textOf(await on.read(taken.path));
      if (taken.kind === "delete") return await on.delete(taken.path);
      return (await on.list(taken.path)).map((file) => [file.path, file.bytes]);
    } catch (error) {
      return VatioError.is(error) ? error.code : error;
    }
  }

  it("behaves as one on the disk", async () => {
    const limits = { fileBytes: 5, totalBytes: 12, files: 3 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        rmSync(folder, { recursive: true, force: true });
        const disk = createPrivateFiles({ folder, random: systemRandom, limits });
        const memory = new MemoryFiles({ clock: new VirtualClock(0 as Instant), limits });
        for (const taken of steps) expect(await outcome(memory, taken)).toEqual(await outcome(disk, taken));
        expect((await memory.list()).map((file) => file.path)).toEqual((await disk.list()).map((file) => file.path));
      }),
      { numRuns: 100 },
    );
  });
});

describe("private folders", () => {
  const shelly = "shelly" as PluginId;
  const clock = new VirtualClock(5 as Instant);

  it("belong to one plugin each, on the disk", async () => {
    const folders = createPrivateFolders({ root, random: systemRandom, clock });
    await folders(shelly).write("a", "x");
    expect(everything()).toEqual([join(root, "shelly", "a")]);
    expect(folders(shelly)).toBe(folders(shelly));
    expect(await folders("demo" as PluginId).list()).toEqual([]);
  });

  it("touch no disk for a hub in memory", async () => {
    const folders = createPrivateFolders({ root: ":memory:", random: systemRandom, clock });
    await folders(shelly).write("a", "x");
    expect(await folders(shelly).list()).toEqual([{ path: "a", bytes: 1, modifiedAt: 5 }]);
    expect(existsSync(":memory:")).toBe(false);
  });
});
