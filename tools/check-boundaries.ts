import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import {
  type Area,
  areaOf,
  arrowViolation,
  exportsViolation,
  nodeViolation,
  type Role,
  roleOf,
  thirdPartyViolation,
} from "./lib/boundary-rules.js";
import { findImports, type ImportReference } from "./lib/imports.js";
import { isMain } from "./lib/is-main.js";
import { type Problem, report } from "./lib/problems.js";
import { sourceFiles } from "./lib/source-files.js";
import { isObject, readJson, repository, type WorkspacePackage, workspacePackages } from "./lib/workspace.mjs";

// Folders of the repository itself, which may use every package through its exports.
const repositoryFolders = ["tools", "test", "bench"];

interface Workspace {
  readonly root: string;
  readonly packages: readonly WorkspacePackage[];
  /** The repository's own package.json. */
  readonly rootPackage: WorkspacePackage;
}

interface SourceFile {
  /** Relative to the repository. */
  readonly file: string;
  readonly pkg: WorkspacePackage;
  readonly role: Role;
  readonly area: Area;
}

/** Everything in package.json files and import statements that is against the dependency rule. */
export function findBoundaryViolations(root: string): Problem[] {
  const rootPackage = { name: "", folder: ".", path: root, manifest: readJson(path.join(root, "package.json")) };
  const workspace = { root, packages: workspacePackages(root), rootPackage };
  return [
    ...workspace.packages.flatMap((pkg) => checkManifest(workspace, pkg)),
    ...allSources(workspace).flatMap((source) => checkFile(workspace, source)),
  ];
}

function allSources(workspace: Workspace): SourceFile[] {
  const own = (pkg: WorkspacePackage, folder: string): SourceFile[] =>
    sourceFiles(workspace.root, folder).map((file) => {
      const role = roleOf(pkg.folder);
      return { file, pkg, role, area: areaOf(role, path.posix.relative(pkg.folder, file)) };
    });
  return [
    ...workspace.packages.flatMap((pkg) => own(pkg, pkg.folder)),
    ...repositoryFolders.flatMap((folder) => own(workspace.rootPackage, folder)),
  ];
}

function checkManifest(workspace: Workspace, pkg: WorkspacePackage): Problem[] {
  const file = `${pkg.folder}/package.json`;
  const problems: Problem[] = [];
  for (const [kind, area] of [
    ["dependencies", "src"],
    ["peerDependencies", "src"],
    ["optionalDependencies", "src"],
    ["devDependencies", "test"],
  ] as const) {
    for (const name of dependencyNames(pkg, kind)) {
      const to = workspace.packages.find((other) => other.name === name);
      if (to === undefined) continue;
      const message = dependencyViolation(pkg, area, to);
      if (message !== undefined) problems.push({ file, message: `${kind}: ${message}` });
    }
  }
  if (roleOf(pkg.folder) === "plugin" && dependencyNames(pkg, "dependencies").includes("@vatio/plugin-api")) {
    const message = "dependencies: @vatio/plugin-api belongs in peerDependencies; the hub brings the only copy.";
    problems.push({ file, message });
  }
  return problems;
}

/** A package.json does not say which files use the dependency, so what any of them may use is fine. */
function dependencyViolation(from: WorkspacePackage, area: "src" | "test", to: WorkspacePackage): string | undefined {
  const subpath = from.folder === "plugins/demo" ? "./simulator" : ".";
  const forPanel = area === "test" && ["plugin", "example"].includes(roleOf(from.folder)) && roleOf(to.folder) === "ui";
  return forPanel ? undefined : arrowViolation({ from, area, to, subpath, typeOnly: true });
}

function checkFile(workspace: Workspace, source: SourceFile): Problem[] {
  const text = readFileSync(path.join(workspace.root, source.file), "utf8");
  return findImports(source.file, text).flatMap((reference) => {
    const message = checkReference(workspace, source, reference);
    return message === undefined ? [] : [{ file: source.file, line: reference.line, message }];
  });
}

function checkReference(workspace: Workspace, source: SourceFile, reference: ImportReference): string | undefined {
  const specifier = reference.specifier.replace(/\?.*$/, "");
  if (reference.asset || specifier.startsWith(".")) return checkRelative(workspace, source, specifier);
  if (isBuiltin(specifier)) return nodeViolation(source.role, source.area, specifier);
  // Made up by the bundler of the interface, or declared for it: `declare module "*.css"`.
  if (specifier.startsWith("virtual:") || specifier.includes("*")) return undefined;
  const { name, subpath } = splitSpecifier(specifier);
  const to = workspace.packages.find((pkg) => pkg.name === name);
  if (to === undefined) {
    const { typeOnly } = reference;
    return thirdPartyViolation({ ...source, name, typeOnly }) ?? undeclared(workspace, source, name, typeOnly);
  }
  return (
    arrowViolation({ from: source.pkg, area: source.area, to, subpath, typeOnly: reference.typeOnly }) ??
    exportsViolation(to, subpath) ??
    undeclared(workspace, source, name, reference.typeOnly)
  );
}

/** A relative path stays in its package; tests may also use test/support, and a panel stays in its folder. */
function checkRelative(workspace: Workspace, source: SourceFile, specifier: string): string | undefined {
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(source.file), specifier));
  if (source.area === "test" && isInside(target, "test/support")) return undefined;
  if (source.pkg === workspace.rootPackage) {
    // A benchmark measures parts that nobody else may use; the fuzz suite reads the tables of entry points, which are no public API.
    if (isInside(source.file, "bench") || isInside(source.file, "test/fuzz")) return undefined;
    const entered = workspace.packages.find((pkg) => isInside(target, pkg.folder));
    return entered === undefined ? undefined : `${specifier} reaches into ${entered.name}: import what it exports.`;
  }
  const home = source.area === "panel" ? `${source.pkg.folder}/ui` : source.pkg.folder;
  if (!isInside(target, home)) return `${specifier} leaves ${home}: import what the other package exports.`;
  const testFolder = isInside(target, `${source.pkg.folder}/test`);
  return testFolder && source.area !== "test" ? `${specifier} is a test file, which is not shipped.` : undefined;
}

/** npm puts all packages in one folder, so an import that nobody declared works here and nowhere else. */
function undeclared(
  { packages, rootPackage }: Workspace,
  { pkg, role, area }: SourceFile,
  name: string,
  typeOnly: boolean,
): string | undefined {
  if (name === pkg.name) return undefined;
  const declared = (owner: WorkspacePackage, ...kinds: readonly string[]): boolean =>
    kinds.some((kind) => dependencyNames(owner, kind).includes(name));
  const shipped = ["dependencies", "peerDependencies", "optionalDependencies"];
  // The repository's own tools, tests and benchmarks may use whatever some package of the workspace brings.
  if (pkg === rootPackage) {
    const known = declared(rootPackage, "devDependencies") || packages.some((each) => each.name === name);
    if (known || packages.some((each) => declared(each, ...shipped, "devDependencies"))) return undefined;
    return `${name} is not declared: add it to the devDependencies of package.json.`;
  }
  if (declared(pkg, ...shipped)) return undefined;
  // The interface is one bundle, so everything that it is made of is a devDependency; a panel finds it in the browser.
  const development = role === "ui" || typeOnly || !["src", "simulator"].includes(area);
  if (development && (declared(pkg, "devDependencies") || declared(rootPackage, "devDependencies"))) return undefined;
  // Its types come with a package of another name.
  if (typeOnly && declaresTypesOf(pkg, name)) return undefined;
  return `${name} is not declared: add it to the ${development ? "devDependencies" : "dependencies"} of ${pkg.folder}/package.json.`;
}

function declaresTypesOf(pkg: WorkspacePackage, name: string): boolean {
  return dependencyNames(pkg, "devDependencies").includes(`@types/${name}`);
}

function dependencyNames(pkg: WorkspacePackage, kind: string): string[] {
  const value = pkg.manifest[kind];
  return isObject(value) ? Object.keys(value) : [];
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith("node:") || builtinModules.includes(specifier);
}

function isInside(file: string, folder: string): boolean {
  return file === folder || file.startsWith(`${folder}/`);
}

function splitSpecifier(specifier: string): { name: string; subpath: string } {
  const segments = specifier.split("/");
  const length = specifier.startsWith("@") ? 2 : 1;
  const rest = segments.slice(length).join("/");
  return { name: segments.slice(0, length).join("/"), subpath: rest === "" ? "." : `./${rest}` };
}

if (isMain(import.meta.url)) report("Dependency rule", findBoundaryViolations(repository));
