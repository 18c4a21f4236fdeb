import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { repository } from "../lib/workspace.mjs";

const pollMs = 200;
const takenWithinMs = 5_000;

/**
 * Runs the work while no other process of this checkout holds the lock of that name.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @param {string} [folder]
 * @returns {Promise<T>}
 */
export async function withLock(name, work, folder = path.join(repository, ".cache")) {
  const file = path.join(folder, `${name}.lock`);
  mkdirSync(folder, { recursive: true });
  let told = false;
  while (!tryLock(file)) {
    if (!told) console.error("Waiting for another command that is installing or building in this checkout.");
    told = true;
    await setTimeout(pollMs);
  }
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

/** @param {string} file */
function tryLock(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
  }
  if (isHeld(file)) return false;
  rmSync(file, { force: true });
  return tryLock(file);
}

/**
 * Whether the process that made the file still lives. It writes its number right after it made the file, so an empty
 * one is being taken just now, unless it is old.
 * @param {string} file
 */
function isHeld(file) {
  try {
    const holder = Number(readFileSync(file, "utf8"));
    return holder === 0 ? Date.now() - statSync(file).mtimeMs < takenWithinMs : isAlive(holder);
  } catch {
    // Released in this moment.
    return false;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}
