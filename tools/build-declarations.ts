import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import ts from "typescript";
import { problemOf } from "./lib/diagnostics.js";
import { emitDeclarations } from "./lib/emit-declarations.js";
import { buildableEntries, type Entry } from "./lib/entries.mjs";
import { isMain } from "./lib/is-main.js";
import { type Problem, report } from "./lib/problems.js";
import { isObject, libraryPackages, repository, type WorkspacePackage } from "./lib/workspace.mjs";

// `npm start` needs no declarations, so the build makes none. This writes them into dist before a package is packed;
// --check makes them in .cache and compiles a program that uses every package as its users will.

const cache = path.join(repository, ".cache/declarations");
const checkFolder = path.join(cache, "consumer");

function main(check: boolean): void {
  const packages = libraryPackages().filter((pkg) => typedEntries(pkg).length > 0);
  const emitted = path.join(cache, "emitted");
  const sources = packages.flatMap((pkg) => typedEntries(pkg).map((entry) => path.join(pkg.path, entry.source)));
  const problems = emitDeclarations(repository, sources, emitted);
  if (problems.length === 0) {
    if (check) rmSync(checkFolder, { recursive: true, force: true });
    for (const pkg of packages) {
      writePackage(pkg, emitted, check ? path.join(checkFolder, "node_modules", pkg.name) : pkg.path);
    }
    if (check) problems.push(...checkAsConsumer(packages));
  }
  report("Declarations", problems);
}

function typedEntries(pkg: WorkspacePackage): (Entry & { readonly types: string })[] {
  return buildableEntries(pkg).flatMap((entry) =>
    entry.types === undefined ? [] : [{ ...entry, types: entry.types }],
  );
}

/** dist/types mirrors the sources; the file that package.json names forwards to it. */
function writePackage(pkg: WorkspacePackage, emitted: string, target: string): void {
  const types = path.join(target, "dist/types");
  rmSync(types, { recursive: true, force: true });
  cpSync(path.join(emitted, pkg.folder), types, { recursive: true });
  if (target !== pkg.path) cpSync(path.join(pkg.path, "package.json"), path.join(target, "package.json"));
  for (const entry of typedEntries(pkg)) {
    const file = path.join(target, entry.types);
    const source = path.join(types, entry.source.replace(/\.ts$/, ".d.ts"));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, forwarder(file, source));
  }
}

function forwarder(file: string, source: string): string {
  const relative = path
    .relative(path.dirname(file), source)
    .split(path.sep)
    .join("/")
    .replace(/\.d\.ts$/, ".js");
  const specifier = JSON.stringify(`./${relative}`);
  const text = ts.sys.readFile(source) ?? "";
  const hasDefault = /^export default |\bas default\b/m.test(text);
  return `export * from ${specifier};\n${hasDefault ? `export { default } from ${specifier};\n` : ""}`;
}

function checkAsConsumer(packages: readonly WorkspacePackage[]): Problem[] {
  const specifiers = packages.flatMap((pkg) => typedEntries(pkg).map((entry) => specifierOf(pkg, entry)));
  const lines = specifiers.map((specifier, index) => `export * as entry${index} from ${JSON.stringify(specifier)};\n`);
  const file = path.join(checkFolder, "consumer.ts");
  writeFileSync(file, lines.join(""));
  writeFileSync(path.join(checkFolder, "package.json"), '{ "type": "module" }\n');
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    types: ["node"],
    typeRoots: [path.join(repository, "node_modules/@types")],
    strict: true,
    noEmit: true,
  });
  return program
    .getSourceFiles()
    .filter((source) => source.fileName.startsWith(checkFolder))
    .flatMap((source) => [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)])
    .map((diagnostic) => problemOf(repository, diagnostic));
}

function specifierOf(pkg: WorkspacePackage, entry: Entry): string {
  const exports = isObject(pkg.manifest.exports) ? pkg.manifest.exports : {};
  const subpath = Object.entries(exports).find(([, conditions]) => {
    return isObject(conditions) && conditions.source === `./${entry.source}`;
  })?.[0];
  return path.posix.join(pkg.name, subpath ?? ".");
}

if (isMain(import.meta.url)) main(process.argv.includes("--check"));
