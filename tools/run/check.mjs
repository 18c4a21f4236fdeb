import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { repository } from "../lib/workspace.mjs";
import { build } from "./build.mjs";
import { withLock } from "./lock.mjs";
import { binOf, runNode, runTypeScript } from "./process.mjs";

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {() => Promise<number>} run answers an exit code
 */

/** The programs for tsc: what runs on Node is one, the others differ in their globals. */
const programs = ["core/model", "core/plugin-api", "ui", "."];

/** @type {Step[]} */
const steps = [
  { name: "lint", run: () => runNode([binOf("@biomejs/biome"), "check", "--error-on-warnings"]) },
  { name: "lock", run: () => runNode(["tools/check-lock.mjs"]) },
  { name: "types", run: types },
  { name: "boundaries", run: () => runTypeScript("tools/check-boundaries.ts") },
  { name: "clock", run: () => runTypeScript("tools/check-clock.ts") },
  { name: "sizes", run: () => runTypeScript("tools/check-sizes.ts") },
  { name: "manifests", run: () => runTypeScript("tools/build-manifests.ts", ["--check"]) },
  { name: "api-types", run: () => runTypeScript("tools/generate-api-types.ts", ["--check"]) },
  { name: "declarations", run: () => runTypeScript("tools/build-declarations.ts", ["--check"]) },
  { name: "build", run: () => withLock("prepare", build) },
  { name: "budget", run: () => runTypeScript("tools/check-budget.ts") },
];

/**
 * Runs the steps named, or all of them; a failed one does not stop the others. Answers an exit code.
 * @param {string[]} names
 */
export async function check(names) {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(`Unknown check ${unknown.join(", ")}; there are ${steps.map((step) => step.name).join(", ")}.`);
    return 2;
  }
  const failed = [];
  for (const step of steps.filter((each) => names.length === 0 || names.includes(each.name))) {
    console.log(`\n== ${step.name}`);
    if ((await step.run()) !== 0) failed.push(step.name);
  }
  console.log(failed.length === 0 ? "\nAll checks passed." : `\nFailed: ${failed.join(", ")}.`);
  return failed.length === 0 ? 0 : 1;
}

async function types() {
  const compiler = binOf("typescript", { command: "tsc" });
  const present = programs.filter((folder) => folder === "." || hasSources(folder));
  const codes = await Promise.all(present.map((folder) => runNode([compiler, "-p", folder])));
  return Math.max(0, ...codes);
}

/**
 * For tsc, a folder in which nothing is written yet is an error.
 * @param {string} folder
 */
function hasSources(folder) {
  const absolute = path.join(repository, folder);
  if (!existsSync(path.join(absolute, "src"))) return false;
  const files = readdirSync(path.join(absolute, "src"), { recursive: true });
  return files.some((file) => String(file).endsWith(".ts"));
}
