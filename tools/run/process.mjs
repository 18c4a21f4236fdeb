import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { clearInterval, setInterval, setTimeout } from "node:timers";
import { isObject, readJson, repository } from "../lib/workspace.mjs";

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {Record<string, string>} [env] added to the environment of this process
 * @property {boolean} [ownGroup] the child hears of signals from this process only
 */

// One Ctrl-C reaches this process several times: from the terminal, and again from npm. The child must hear it once,
// because a second one usually means "now, without waiting".
const oneKeyPressMs = 1_000;
const shellPollMs = 500;

/** @type {NodeJS.Signals[]} */
const forwarded = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs a program without a shell, with the terminal of this process, and answers its exit code.
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>}
 */
export function run(program, args, { cwd = repository, env = {}, ownGroup = false } = {}) {
  // A process group of its own keeps the terminal's Ctrl-C away. On Windows it would open a second console instead.
  const detached = ownGroup && process.platform !== "win32";
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: "inherit", detached });
  const stopForwarding = forwardSignals(child, detached);
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      stopForwarding();
      reject(new Error(`${program} could not be started: ${error.message}`));
    });
    child.once("exit", (code, signal) => {
      stopForwarding();
      resolve(code ?? exitCodeOf(signal));
    });
  });
}

/**
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export function runNode(args, options) {
  return run(process.execPath, args, options);
}

/**
 * Runs a tool of ours straight from its TypeScript.
 * @param {string} file relative to the repository
 * @param {string[]} [args]
 */
export function runTypeScript(file, args = []) {
  if (!existsSync(path.join(repository, file))) {
    console.error(`${file} does not exist yet.`);
    return Promise.resolve(1);
  }
  return runNode(["--import", "tsx", "--conditions=source", "--enable-source-maps", file, ...args], {
    env: hubEnvironment(),
  });
}

/**
 * Starts the built hub as its users will.
 * @param {string[]} args
 */
export function runHub(args) {
  const cli = path.join(repository, "core/app/dist/cli.js");
  if (!existsSync(cli)) {
    console.error("core/app/src/cli.ts does not exist yet, so there is nothing to start.");
    return Promise.resolve(1);
  }
  return runNode(["--enable-source-maps", cli, ...args], { env: hubEnvironment(), ownGroup: true });
}

/** The thread pool is shared by files, name resolution, compression and passwords; Node's four are too few for a hub. */
export function hubEnvironment() {
  return { UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? "8" };
}

/**
 * The JavaScript file behind the command of an installed package.
 * @param {string} name the package, for example `vitest`
 * @param {{ command?: string, from?: string }} [options] a command that is not named like the package; the workspace
 *   folder that depends on it
 */
export function binOf(name, { command = path.basename(name), from = "." } = {}) {
  const require = createRequire(path.join(repository, from, "package.json"));
  const manifestFile = require.resolve(`${name}/package.json`);
  const bin = readJson(manifestFile).bin;
  const file = isObject(bin) ? bin[command] : bin;
  if (typeof file !== "string") throw new Error(`${name} has no command; run npm ci and try again.`);
  return path.join(path.dirname(manifestFile), file);
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {boolean} detached
 */
function forwardSignals(child, detached) {
  let busy = false;
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    // The terminal has already told a child of the same group.
    if (signal === "SIGINT" && !detached && process.stdin.isTTY) return;
    if (busy) return;
    busy = true;
    setTimeout(() => {
      busy = false;
    }, oneKeyPressMs).unref();
    child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
  };
  for (const signal of forwarded) process.on(signal, forward);
  const watch = watchShellOfNpm(() => forward("SIGTERM"));
  return () => {
    clearInterval(watch);
    for (const signal of forwarded) process.off(signal, forward);
  };
}

/**
 * npm hands a signal to the shell that it started us with, and the shell dies of it without a word to us.
 * @param {() => void} onGone
 */
function watchShellOfNpm(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    onGone();
  }, shellPollMs);
  return watch.unref();
}

/** @param {NodeJS.Signals | null} signal */
function exitCodeOf(signal) {
  return signal === null ? 1 : 128 + (os.constants.signals[signal] ?? 0);
}
