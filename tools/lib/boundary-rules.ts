import path from "node:path";
import { isTestFile } from "./source-files.js";
import { isObject, type WorkspacePackage } from "./workspace.mjs";

/** What a package is, as far as the dependency rule is concerned. */
export type Role =
  | "model"
  | "firmware-protocol"
  | "plugin-api"
  | "hub"
  | "testkit"
  | "app"
  | "plugin"
  | "ui"
  | "example"
  | "repository";

/** What part of a package a file belongs to. */
export type Area = "src" | "simulator" | "panel" | "test" | "config";

/** The arrows: what the built code of each role may import from the workspace. */
const arrows: Record<Role, readonly Role[]> = {
  model: [],
  "firmware-protocol": [],
  "plugin-api": ["model"],
  hub: ["plugin-api", "model"],
  testkit: ["hub", "plugin-api", "model"],
  app: ["hub", "ui", "plugin", "plugin-api", "model"],
  plugin: ["plugin-api", "model", "firmware-protocol"],
  ui: ["model", "plugin-api"],
  example: ["plugin-api", "model", "firmware-protocol"],
  repository: ["model", "firmware-protocol", "plugin-api", "hub", "testkit", "app", "plugin", "ui", "example"],
};

/** Who may use the test kit in tests (and, types only, in simulators). */
const testedWithTestkit: readonly Role[] = ["hub", "app", "plugin", "example"];

/** Roles that run in a browser as well, or promise to do no I/O. */
const withoutNode: readonly Role[] = ["model", "plugin-api", "ui"];

/**
 * Third-party packages for the roles that may not choose freely. Before adding one to the model, make sure that it
 * does no I/O and runs in a browser.
 */
const thirdParty: Partial<Record<Role, readonly string[]>> = {
  model: ["decimal.js", "decimal.js-light", "big.js"],
  "firmware-protocol": ["cbor-x"],
  "plugin-api": ["typebox"],
  ui: ["lit", "@lit/context", "@lit/task", "uplot", "@fontsource-variable/figtree", "lucide-static"],
};

/** The same for imports that leave no trace in the JavaScript. */
const thirdPartyTypes: Partial<Record<Role, readonly string[]>> = { "plugin-api": ["hono"], ui: ["typebox", "vite"] };

export function roleOf(folder: string): Role {
  if (folder.startsWith("plugins/")) return "plugin";
  if (folder.startsWith("examples/")) return "example";
  const name = path.posix.basename(folder);
  switch (name) {
    case "model":
    case "firmware-protocol":
    case "plugin-api":
    case "hub":
    case "testkit":
    case "app":
    case "ui":
      return name;
    default:
      return "repository";
  }
}

/** @param file relative to its package */
export function areaOf(role: Role, file: string): Area {
  if (role === "repository" || isTestFile(file)) return "test";
  if (!file.includes("/")) return "config";
  if (file.startsWith("simulator/")) return "simulator";
  return file.startsWith("ui/") && (role === "plugin" || role === "example") ? "panel" : "src";
}

export interface WorkspaceImport {
  readonly from: WorkspacePackage;
  readonly area: Area;
  readonly to: WorkspacePackage;
  /** `.` or `./simulator` */
  readonly subpath: string;
  readonly typeOnly: boolean;
}

/** Why the import is against the arrows; undefined when it is allowed. */
export function arrowViolation({ from, area, to, subpath, typeOnly }: WorkspaceImport): string | undefined {
  const [source, target] = [roleOf(from.folder), roleOf(to.folder)];
  if (from.name === to.name) return undefined;
  if (area === "panel") {
    return target === "ui" ? undefined : `a panel imports only @vatio/ui, not ${to.name}.`;
  }
  if (source === "ui" && target === "plugin-api" && area === "src" && !typeOnly) {
    return "the interface uses only types of @vatio/plugin-api: write `import type`.";
  }
  if (arrows[source].includes(target)) return undefined;
  if (target === "testkit" && testedWithTestkit.includes(source) && area !== "src") return undefined;
  if (from.folder === "plugins/demo" && target === "plugin") {
    return subpath === "./simulator" ? undefined : `the demo uses only the ./simulator entry of ${to.name}.`;
  }
  return explain(source, target, to.name);
}

function explain(source: Role, target: Role, name: string): string {
  if (source === "hub" && target === "plugin") {
    return `the hub never imports a plugin (${name}): the app hands it the list of plugins.`;
  }
  if (source === "plugin" && (target === "hub" || target === "plugin")) {
    return `a plugin never imports the hub or another plugin (${name}): use the context, events and commands.`;
  }
  return `${source} must not import ${target} (${name}). Allowed: ${arrows[source].join(", ") || "nothing of the workspace"}.`;
}

/** Why a module of Node may not be used here; undefined when it may. */
export function nodeViolation(role: Role, area: Area, specifier: string): string | undefined {
  if (area === "test" || area === "config") return undefined;
  if (area !== "panel" && !withoutNode.includes(role)) return undefined;
  return `${specifier} is part of Node, and this code must run without it.`;
}

export interface ThirdPartyImport {
  readonly role: Role;
  readonly area: Area;
  readonly name: string;
  readonly typeOnly: boolean;
}

/** Why a third-party package may not be used here; undefined when it may. */
export function thirdPartyViolation({ role, area, name, typeOnly }: ThirdPartyImport): string | undefined {
  if (area === "panel") return `a panel imports only @vatio/ui, not ${name}.`;
  const allowed = thirdParty[role];
  if (allowed === undefined || area !== "src" || allowed.includes(name)) return undefined;
  if (thirdPartyTypes[role]?.includes(name) === true) {
    return typeOnly ? undefined : `${role} uses only types of ${name}: write \`import type\`.`;
  }
  return `${role} must not import ${name}. Allowed: ${allowed.join(", ")} (see tools/lib/boundary-rules.ts).`;
}

/** Why the subpath cannot be imported from outside; undefined when the package exports it. */
export function exportsViolation(to: WorkspacePackage, subpath: string): string | undefined {
  const exports = isObject(to.manifest.exports) ? Object.keys(to.manifest.exports) : [];
  const exported = exports.some((key) => {
    const [before = "", after] = key.split("*");
    return after === undefined ? key === subpath : subpath.startsWith(before) && subpath.endsWith(after);
  });
  return exported ? undefined : `${to.name} does not export ${subpath}. It exports: ${exports.join(", ")}.`;
}
