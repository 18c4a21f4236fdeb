import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { binOf, hubEnvironment, runNode } from "./process.mjs";

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/**
 * Runs vitest and ends with one line of counts. Answers an exit code.
 * @param {string[]} args for vitest
 */
export async function test(args) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "vatio-test-"));
  const report = path.join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const code = await runNode([binOf("vitest"), "run", ...reporters, ...args], {
      env: { ...hubEnvironment(), VATIO_BUILT: "1" },
    });
    return tell(code, readCounts(report));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {number} code
 * @param {Counts | undefined} counts
 */
function tell(code, counts) {
  if (counts === undefined) {
    console.error("vitest ended without a report; its message is above.");
    console.log("0 passed, 1 failed, 0 skipped");
    return code === 0 ? 1 : code;
  }
  if (code !== 0 && counts.failed === 0) {
    console.error("Every test passed, but the run failed: see the errors outside of tests above.");
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return code === 0 && counts.failed > 0 ? 1 : code;
}

/**
 * @param {string} file
 * @returns {Counts | undefined}
 */
function readCounts(file) {
  try {
    return countTests(/** @type {VitestReport} */ (JSON.parse(readFileSync(file, "utf8"))));
  } catch {
    return undefined;
  }
}

/**
 * @typedef {object} VitestReport the part of vitest's JSON report that is used here
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults
 */

/**
 * @param {VitestReport} report
 * @returns {Counts}
 */
export function countTests(report) {
  // A file that fails outside of its tests, while loading or in a hook, has no failed test of its own.
  const failedFiles = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + failedFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
