import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { isObject, readJson, repository } from "../lib/workspace.mjs";
import { run, runNode } from "./process.mjs";

const lockFile = path.join(repository, "package-lock.json");
// In node_modules, so that it goes when node_modules goes.
const stampFile = path.join(repository, "node_modules/.vatio-install");

/** Runs `npm ci` unless the installed packages are those of the lock file. Answers an exit code. */
export async function installWhenNeeded() {
  const wanted = installHash();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted) return 0;
  if (!matchesLockFile(repository)) {
    console.error("Installing the packages of package-lock.json ...");
    const code = await npm(["ci", "--include=dev", "--no-fund", "--no-audit"]);
    if (code !== 0) {
      console.error("npm ci failed; its message is above. Vatio needs the npm registry for the first start only.");
      return code;
    }
  }
  writeFileSync(stampFile, wanted);
  return 0;
}

export function lockHash() {
  return createHash("sha256").update(readFileSync(lockFile)).digest("hex");
}

/** Some packages hold a binary for one platform, so a folder that moved to another machine is installed again. */
function installHash() {
  return [lockHash(), process.platform, process.arch].join(" ");
}

/**
 * Whether an `npm install` made by hand has left exactly what the lock file says. npm notes what it installed in
 * node_modules/.package-lock.json.
 * @param {string} root
 */
export function matchesLockFile(root) {
  const hidden = path.join(root, "node_modules/.package-lock.json");
  if (!existsSync(hidden)) return false;
  const installed = packagesOf(hidden);
  return Object.entries(packagesOf(path.join(root, "package-lock.json")))
    .filter(([location]) => location.startsWith("node_modules/"))
    .every(([location, wanted]) => {
      const actual = installed[location];
      // Left out on this platform.
      if (actual === undefined) return wanted.optional === true && !existsSync(path.join(root, location));
      return actual.version === wanted.version && existsSync(path.join(root, location));
    });
}

/**
 * @param {string} file
 * @returns {Record<string, Record<string, unknown>>}
 */
function packagesOf(file) {
  const packages = readJson(file).packages;
  if (!isObject(packages)) return {};
  return Object.fromEntries(Object.entries(packages).map(([key, value]) => [key, isObject(value) ? value : {}]));
}

/** @param {string[]} args */
function npm(args) {
  const cli = npmCli();
  return cli === undefined ? run("npm", args) : runNode([cli, ...args]);
}

/** npm's own JavaScript: without a shell, Windows cannot start its `npm.cmd`. */
function npmCli() {
  const beside = path.dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath ?? "",
    path.join(beside, "node_modules/npm/bin/npm-cli.js"),
    path.join(beside, "../lib/node_modules/npm/bin/npm-cli.js"),
  ];
  return candidates.find((file) => file.endsWith("npm-cli.js") && existsSync(file));
}
