import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, utimesSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { packageEntries } from "../lib/entries.mjs";
import { repository, workspacePackages } from "../lib/workspace.mjs";
import { contentHash } from "../run/hash.mjs";
import { matchesLockFile } from "../run/install.mjs";
import { withLock } from "../run/lock.mjs";
import { newestPossibleStart, removeOlderFiles } from "../run/stale-files.mjs";
import { countTests } from "../run/test.mjs";
import { tempWorkspace } from "./temp-workspace.js";

describe("matchesLockFile", () => {
  const locked = (version: string, more: object = {}): object => ({ "node_modules/a": { version }, ...more });
  const optional = { "node_modules/b": { version: "1.0.0", optional: true } };

  it.each([
    ["what is locked is installed", locked("1.0.0"), locked("1.0.0"), true],
    ["another version is installed", locked("2.0.0"), locked("1.0.0"), false],
    ["nothing is installed", locked("1.0.0"), undefined, false],
    ["a package is missing", locked("1.0.0", { "node_modules/b": { version: "1.0.0" } }), locked("1.0.0"), false],
    ["an optional package does not fit this machine", locked("1.0.0", optional), locked("1.0.0"), true],
    ["something is installed on top", locked("1.0.0"), locked("1.0.0", optional), true],
  ])("when %s", (_when, wanted, installed, expected) => {
    using folder = tempWorkspace({
      "package-lock.json": { packages: { "": {}, "core/hub": {}, ...wanted } },
      "node_modules/a/package.json": {},
      ...(installed === undefined ? {} : { "node_modules/.package-lock.json": { packages: installed } }),
    });
    expect(matchesLockFile(folder.root)).toBe(expected);
  });

  it("when a package was deleted by hand", () => {
    using folder = tempWorkspace({
      "package-lock.json": { packages: locked("1.0.0") },
      "node_modules/.package-lock.json": { packages: locked("1.0.0") },
    });
    expect(matchesLockFile(folder.root)).toBe(false);
  });
});

describe("contentHash", () => {
  const before = {
    "p/package.json": "{}",
    "p/src/a.ts": "a",
    "p/test/a.ts": "t",
    "p/src/a.test.ts": "t",
    "p/dist/a.js": "d",
  };
  const hashOf = (files: Readonly<Record<string, unknown>>): string => {
    using folder = tempWorkspace(files);
    return contentHash(folder.root, ["p"]);
  };

  it.each([
    ["a changed source", { ...before, "p/src/a.ts": "b" }, true],
    ["a new source", { ...before, "p/src/b.ts": "b" }, true],
    ["a changed package.json", { ...before, "p/package.json": "{ }" }, true],
    ["a changed test", { ...before, "p/test/a.ts": "u", "p/src/a.test.ts": "u" }, false],
    ["a changed build", { ...before, "p/dist/a.js": "e" }, false],
  ])("of %s", (_what, after, changes) => {
    expect(hashOf(after) !== hashOf(before)).toBe(changes);
  });
});

describe("packageEntries", () => {
  it("follows from package.json", () => {
    const pkg = {
      name: "x",
      folder: "plugins/x",
      path: "/x",
      manifest: {
        bin: { x: "./dist/cli.js" },
        vatio: { ui: "./dist/ui.js" },
        exports: {
          ".": { source: "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" },
          "./worker": { source: "./src/plugins/worker.ts", default: "./dist/plugins/worker.js" },
          "./sdk": { source: "./src/sdk.ts", default: "./src/sdk.ts" },
          "./package.json": "./package.json",
        },
      },
    };
    expect(packageEntries(pkg)).toEqual([
      { source: "src/index.ts", output: "dist/index.js", types: "dist/index.d.ts", platform: "node" },
      { source: "src/plugins/worker.ts", output: "dist/plugins/worker.js", types: undefined, platform: "node" },
      { source: "src/cli.ts", output: "dist/cli.js", types: undefined, platform: "node" },
      { source: "ui/index.ts", output: "dist/ui.js", types: undefined, platform: "browser" },
    ]);
  });

  it("finds the packages of this repository", () => {
    const folders = workspacePackages(repository).map((pkg) => pkg.folder);
    expect(folders).toEqual(expect.arrayContaining(["core/app", "core/hub", "core/model", "plugins/demo", "ui"]));
  });
});

describe("removeOlderFiles", () => {
  it("leaves what was written since", () => {
    using folder = tempWorkspace({ "dist/old.js": "", "dist/sub/old.js": "", "dist/new.js": "" });
    const start = newestPossibleStart();
    for (const file of ["dist/old.js", "dist/sub/old.js"]) utimesSync(path.join(folder.root, file), 0, 0);
    removeOlderFiles(path.join(folder.root, "dist"), start);
    expect(readdirSync(path.join(folder.root, "dist"), { recursive: true }).sort()).toEqual(["new.js", "sub"]);
  });
});

describe("withLock", () => {
  it("lets one at a time work", async () => {
    using folder = tempWorkspace({});
    const events: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      events.push(`${name} begins`);
      await sleep(20);
      events.push(`${name} ends`);
    };
    await Promise.all([withLock("x", work("a"), folder.root), withLock("x", work("b"), folder.root)]);
    expect(events).toEqual(["a begins", "a ends", "b begins", "b ends"]);
    expect(readdirSync(folder.root)).toEqual([]);
  });

  it("takes over from a process that is gone", async () => {
    using folder = tempWorkspace({ "x.lock": "999999999" });
    await expect(withLock("x", () => Promise.resolve("done"), folder.root)).resolves.toBe("done");
  });
});

describe("countTests", () => {
  it("counts a file that fails outside of its tests as one failure", () => {
    const passing = { status: "passed", assertionResults: [{ status: "passed" }] };
    const broken = { status: "failed", assertionResults: [] };
    const failing = { status: "failed", assertionResults: [{ status: "failed" }] };
    const totals = { numPassedTests: 1, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };
    const counts = countTests({ ...totals, testResults: [passing, broken, failing] });
    expect(counts).toEqual({ passed: 1, failed: 2, skipped: 3 });
  });
});

describe.skipIf(process.platform === "win32")("run", () => {
  // A child that counts what it hears, ends a while after the first signal, and answers the count as its exit code.
  const child = `
    let heard = 0;
    process.on("SIGINT", () => { heard += 1; if (heard === 1) setTimeout(() => process.exit(40 + heard), 300); });
    console.log("ready");
    setInterval(() => {}, 1000);`;
  const parent = `
    const { runNode } = await import(${JSON.stringify(path.join(repository, "tools/run/process.mjs"))});
    process.exitCode = await runNode(["-e", ${JSON.stringify(child)}], { ownGroup: true });`;

  it("hands a repeated Ctrl-C on once, and the exit code back", async () => {
    const runner = spawn(process.execPath, ["--input-type=module", "-e", parent], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(runner.stdout, "data");
    runner.kill("SIGINT");
    await sleep(50);
    runner.kill("SIGINT");
    const [code] = await once(runner, "exit");
    expect(code).toBe(41);
  });
});

describe("run.mjs", () => {
  const runTool = async (...args: string[]): Promise<unknown> => {
    const tool = spawn(process.execPath, [path.join(repository, "tools/run.mjs"), ...args], { stdio: "ignore" });
    const [code] = await once(tool, "exit");
    return code;
  };

  it("explains itself", async () => {
    expect(await runTool()).toBe(0);
    expect(await runTool("nonsense")).toBe(2);
  });
});
