import process from "node:process";
import { bench } from "./bench.mjs";
import { build } from "./build.mjs";
import { check } from "./check.mjs";
import { installWhenNeeded } from "./install.mjs";
import { withLock } from "./lock.mjs";
import { runHub, runTypeScript } from "./process.mjs";
import { test } from "./test.mjs";

const usage = `Usage: node tools/run.mjs <command> [arguments]

  start      install and build what changed, then start the hub
  demo       the same with a simulated home and workshop
  test       install, build, then run the tests (arguments go to vitest)
  bench      run the benchmarks
  check      lint, types, dependency rules, generated files, budgets
  build      install and build what changed
  manifests  write the manifest.json of every plugin
`;

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const commands = {
  start: async (args) => (await prepare()) || runHub(["start", ...args]),
  demo: async (args) => (await prepare()) || runHub(["demo", ...args]),
  test: async (args) => (await prepare()) || test(args),
  bench: async (args) => (await prepare()) || bench(args),
  check: async (args) => (await install()) || check(args),
  build: () => prepare(),
  manifests: async (args) => (await install()) || runTypeScript("tools/build-manifests.ts", args),
};

/** @param {string[]} argv */
export async function main([name = "", ...args]) {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    console.error(name === "" ? usage : `Unknown command "${name}".\n\n${usage}`);
    process.exitCode = name === "" ? 0 : 2;
    return;
  }
  try {
    process.exitCode = await command(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

function install() {
  return withLock("prepare", installWhenNeeded);
}

/** Two commands at a time in one checkout must not install or build over each other. */
function prepare() {
  return withLock("prepare", async () => (await installWhenNeeded()) || build());
}
