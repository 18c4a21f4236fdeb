import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { scriptKind } from "./lib/imports.js";
import { isMain } from "./lib/is-main.js";
import { formatProblem, type Problem, report } from "./lib/problems.js";
import { isTestFile, sourceFiles } from "./lib/source-files.js";
import { repository } from "./lib/workspace.mjs";

interface Limits {
  readonly warn: number;
  readonly fail: number;
}

const fileLimits: Limits = { warn: 400, fail: 600 };
const functionLimits: Limits = { warn: 60, fail: 100 };
const folders = ["core", "plugins", "firmware-protocol", "ui", "examples", "tools", "test", "bench"];
// Long because the world is: message catalogues, tables of a vendor's models, and what is generated from a table.
const tables = /(?:^|\/)(?:tables|messages)\/|\/api-types\.ts$/;

export interface Sizes {
  readonly failures: Problem[];
  readonly warnings: Problem[];
}

/** Files and functions that grew too long. */
export function findSizes(root: string): Sizes {
  const sizes: Sizes = { failures: [], warnings: [] };
  const files = folders.flatMap((folder) => sourceFiles(root, folder)).filter((file) => !tables.test(file));
  for (const file of files) measureFile(file, readFileSync(path.join(root, file), "utf8"), sizes);
  return sizes;
}

function measureFile(file: string, text: string, sizes: Sizes): void {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true, scriptKind(file));
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  judge(sizes, fileLimits, lines, { file, message: `has ${lines} lines: split it by what its parts are for.` });
  // The callbacks of describe hold whole suites.
  if (isTestFile(file)) return;
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) {
      const line = lineOf(node.getStart(source));
      const length = lineOf(node.end) - line + 1;
      const message = `a function of ${length} lines: name its steps and make them functions.`;
      judge(sizes, functionLimits, length, { file, line, message });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

function judge(sizes: Sizes, limits: Limits, lines: number, problem: Problem): void {
  if (lines > limits.fail) sizes.failures.push(problem);
  else if (lines > limits.warn) sizes.warnings.push(problem);
}

if (isMain(import.meta.url)) {
  const { failures, warnings } = findSizes(repository);
  for (const warning of warnings) console.warn(`warning: ${formatProblem(warning)}`);
  report("Sizes", failures);
}
