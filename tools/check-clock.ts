import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { scriptKind } from "./lib/imports.js";
import { isMain } from "./lib/is-main.js";
import { type Problem, report } from "./lib/problems.js";
import { isTestFile, sourceFiles } from "./lib/source-files.js";
import { repository, workspacePackages } from "./lib/workspace.mjs";

// The only places that may know the real time and real chance; everything else gets them handed in, so that tests
// run in virtual time and repeat exactly.
const allowedFiles = new Set([
  "core/hub/src/clock.ts",
  "core/hub/src/random.ts",
  // Waits in real time for real sockets and commits while virtual time stands still.
  "core/testkit/src/settle.ts",
]);

const bannedGlobals = new Set(["setTimeout", "setInterval", "setImmediate"]);
const bannedMembers = new Set([
  "Date.now",
  "performance.now",
  "process.hrtime",
  "Math.random",
  "crypto.randomUUID",
  "webcrypto.randomUUID",
]);
const globalObjects = new Set(["globalThis", "window", "self", "global"]);
const bannedImports: Readonly<Record<string, readonly string[] | "all">> = {
  "node:timers": "all",
  "node:timers/promises": "all",
  "node:perf_hooks": ["performance"],
  "node:crypto": ["randomUUID"],
};
const remedy = "use the injected clock, scheduler or random source.";

/** Uses of real time and chance in the source and simulators of core and plugins. */
export function findClockViolations(root: string): Problem[] {
  return workspacePackages(root)
    .filter((pkg) => pkg.folder.startsWith("core/") || pkg.folder.startsWith("plugins/"))
    .flatMap((pkg) => ["src", "simulator"].flatMap((folder) => sourceFiles(root, `${pkg.folder}/${folder}`)))
    .filter((file) => !allowedFiles.has(file) && !isTestFile(file))
    .flatMap((file) => findInFile(file, readFileSync(path.join(root, file), "utf8")));
}

function findInFile(file: string, text: string): Problem[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true, scriptKind(file));
  const problems: Problem[] = [];
  const visit = (node: ts.Node): void => {
    for (const what of bannedUses(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      problems.push({ file, line: line + 1, message: `${what} is banned here: ${remedy}` });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return problems;
}

function bannedUses(node: ts.Node): string[] {
  if (ts.isImportDeclaration(node)) return bannedImportsOf(node);
  if (ts.isPropertyAccessExpression(node)) return bannedMember(node);
  if (ts.isNewExpression(node)) return isNowDate(node) ? ["new Date()"] : [];
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "Date")
    return ["Date()"];
  return ts.isIdentifier(node) && bannedGlobals.has(node.text) && isValue(node) ? [node.text] : [];
}

/** Also `globalThis.Date.now` and `globalThis.setTimeout`. */
function bannedMember(node: ts.PropertyAccessExpression): string[] {
  const [object, member] = [lastName(node.expression), node.name.text];
  if (object === undefined) return [];
  if (globalObjects.has(object) && bannedGlobals.has(member)) return [`${object}.${member}`];
  return bannedMembers.has(`${object}.${member}`) ? [`${object}.${member}`] : [];
}

/** `Date` for both `Date` and `globalThis.Date`; nothing for `this.clock` and other objects of ours. */
function lastName(node: ts.Expression): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  return globalObjects.has(node.expression.text) ? node.name.text : undefined;
}

function isNowDate({ expression, arguments: given }: ts.NewExpression): boolean {
  return lastName(expression) === "Date" && (given === undefined || given.length === 0);
}

function bannedImportsOf(node: ts.ImportDeclaration): string[] {
  if (!ts.isStringLiteral(node.moduleSpecifier) || node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) {
    return [];
  }
  const module = node.moduleSpecifier.text.replace(/^(?!node:)/, "node:");
  const banned = bannedImports[module];
  if (banned === undefined) return [];
  if (banned === "all") return [node.moduleSpecifier.text];
  const bindings = node.importClause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) return [];
  return bindings.elements
    .map((element) => (element.propertyName ?? element.name).text)
    .filter((name) => banned.includes(name))
    .map((name) => `${name} of ${module}`);
}

/** Not the name of a member, of a property or of a type: `clock.setTimeout`, `{ setTimeout: … }`. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name !== node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isImportSpecifier(parent) || ts.isTypeQueryNode(parent)) return false;
  return !isNameOf(parent, node);
}

function isNameOf(parent: ts.Node, node: ts.Identifier): boolean {
  return (ts.isDeclarationStatement(parent) || ts.isClassElement(parent) || isMember(parent)) && parent.name === node;
}

function isMember(node: ts.Node): node is ts.PropertyAssignment | ts.TypeElement {
  return ts.isPropertyAssignment(node) || ts.isTypeElement(node);
}

if (isMain(import.meta.url)) report("Clock", findClockViolations(repository));
