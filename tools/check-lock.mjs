import { writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { isObject, readJson, repository, workspacePackages } from "./lib/workspace.mjs";

// Binaries come as optional packages, one for each platform. npm leaves those that it could not see out of the lock
// file (https://github.com/npm/cli/issues/4828), and then `npm ci` fails on the machines that need them. This finds
// what is missing; --fix writes it, without a checksum, which npm takes from the registry on such a machine.

/**
 * @typedef {Record<string, unknown>} LockEntry
 * @typedef {Record<string, LockEntry>} LockEntries by location, `node_modules/x`
 */

const platforms = {
  os: ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"],
  cpu: ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"],
};

/**
 * Entries that the lock file should have.
 * @param {LockEntries} packages
 * @returns {LockEntries}
 */
export function findMissing(packages) {
  /** @type {LockEntries} */
  const missing = {};
  for (const [location, entry] of Object.entries(packages)) {
    const optional = isObject(entry.optionalDependencies) ? entry.optionalDependencies : {};
    for (const [name, range] of Object.entries(optional)) {
      if (isLocked(packages, location, name)) continue;
      missing[`node_modules/${name}`] = platformEntry(name, String(range), entry.dev === true);
    }
  }
  return missing;
}

/**
 * Node looks in the package's own node_modules, then in those of every folder above.
 * @param {LockEntries} packages
 * @param {string} location
 * @param {string} name
 */
function isLocked(packages, location, name) {
  const above = location.split("/node_modules/").map((_, index, all) => all.slice(0, index + 1).join("/node_modules/"));
  return [...above.map((folder) => `${folder}/node_modules/${name}`), `node_modules/${name}`].some(
    (candidate) => packages[candidate] !== undefined,
  );
}

/**
 * @param {string} name ends in the platform: `@rollup/rollup-linux-x64-musl`
 * @param {string} range
 * @param {boolean} dev
 * @returns {LockEntry}
 */
function platformEntry(name, range, dev) {
  if (!/^\d/.test(range))
    throw new Error(`${name} ${range} is missing in package-lock.json and is not an exact version.`);
  const words = name.split(/[-/]/);
  const cpu = platforms.cpu.filter((each) => words.includes(each));
  const os = platforms.os.filter((each) => words.includes(each));
  const libc = libcOf(words);
  return {
    version: range,
    ...(cpu.length > 0 && { cpu }),
    ...(dev && { dev }),
    ...(libc !== undefined && { libc }),
    optional: true,
    ...(os.length > 0 && { os }),
  };
}

/**
 * @param {string[]} words `gnu`, `gnueabihf`, `musl`
 * @returns {string[] | undefined}
 */
function libcOf(words) {
  if (words.some((word) => word.startsWith("musl"))) return ["musl"];
  return words.some((word) => word.startsWith("gnu")) ? ["glibc"] : undefined;
}

const dependencyKinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/**
 * Workspace folders whose dependencies are not those of the lock file: `npm ci` refuses such a lock file.
 * @param {LockEntries} packages
 * @param {{ folder: string, manifest: Record<string, unknown> }[]} workspaces
 * @returns {string[]}
 */
export function findStale(packages, workspaces) {
  return workspaces
    .filter(({ folder, manifest }) => {
      const entry = packages[folder];
      return entry === undefined || dependencyKinds.some((kind) => !isSameRecord(entry[kind], manifest[kind]));
    })
    .map(({ folder }) => folder);
}

/**
 * @param {unknown} a
 * @param {unknown} b
 */
function isSameRecord(a, b) {
  /** @param {unknown} value */
  const sorted = (value) => JSON.stringify(isObject(value) ? Object.entries(value).sort() : []);
  return sorted(a) === sorted(b);
}

function main() {
  const file = path.join(repository, "package-lock.json");
  const lock = readJson(file);
  const packages = /** @type {LockEntries} */ (isObject(lock.packages) ? lock.packages : {});
  const missing = findMissing(packages);
  const names = Object.keys(missing);
  const stale = findStale(packages, workspacePackages());
  if (stale.length > 0) {
    console.error(`package-lock.json is older than ${stale.join(", ")}: run \`npm install --package-lock-only\`.`);
    process.exitCode = 1;
  }
  if (names.length === 0) {
    console.log("Lock file: nothing missing.");
  } else if (process.argv.includes("--fix")) {
    const all = Object.entries({ ...packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, "en"));
    writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(all) }, null, 2)}\n`);
    console.log(`Lock file: added ${names.length} packages for other platforms.`);
  } else {
    console.error(`package-lock.json lacks ${names.join(", ")}: run \`node tools/check-lock.mjs --fix\`.`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === import.meta.filename) main();
