import { copyFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { defineConfig, type Options } from "tsup";
import { buildableEntries, type Entry } from "./tools/lib/entries.mjs";
import { libraryPackages, type WorkspacePackage } from "./tools/lib/workspace.mjs";

// VATIO_BUILD=core/hub,plugins/shelly builds only those; one process for all of them is much faster than one each.
const only = process.env.VATIO_BUILD?.split(",").filter(Boolean);

// Seven hundred small files, half of all that a start would read: on an SD card that is seconds.
const bundled = "typebox";

export default defineConfig(
  libraryPackages()
    .filter((pkg) => only === undefined || only.includes(pkg.folder))
    .flatMap((pkg) => [nodeBuild(pkg), panelBuild(pkg)])
    .filter((options) => options !== undefined),
);

function nodeBuild(pkg: WorkspacePackage): Options | undefined {
  const entries = buildableEntries(pkg).filter((entry) => entry.platform === "node");
  if (entries.length === 0) return undefined;
  return {
    ...sharedOptions(pkg, entries),
    target: "node20",
    platform: "node",
    // Entries of one package share classes and module state; without splitting each would carry its own copy.
    splitting: entries.length > 1,
  };
}

function panelBuild(pkg: WorkspacePackage): Options | undefined {
  const entries = buildableEntries(pkg).filter((entry) => entry.platform === "browser");
  if (entries.length === 0) return undefined;
  return {
    ...sharedOptions(pkg, entries),
    target: "es2022",
    platform: "browser",
    splitting: false,
    minify: true,
    // Decorators of Lit; the same settings as the interface itself.
    tsconfig: "ui/tsconfig.json",
  };
}

function sharedOptions(pkg: WorkspacePackage, entries: readonly Entry[]): Options {
  return {
    name: pkg.folder,
    entry: Object.fromEntries(entries.map((entry) => [entryName(entry), `${pkg.folder}/${entry.source}`])),
    outDir: `${pkg.folder}/dist`,
    format: "esm",
    sourcemap: true,
    dts: false,
    // Two builds may share one dist folder, so whoever starts tsup empties it.
    clean: false,
    // Every package finds its dependencies at run time; a change of one never rebuilds another.
    skipNodeModulesBundle: true,
    noExternal: [new RegExp(`^${bundled}(/|$)`)],
    // Sources import the prefixed names, and node:sqlite and others exist only with the prefix.
    removeNodeProtocol: false,
    silent: true,
    config: false,
    onSuccess: async () => copyLicense(`${pkg.folder}/dist`),
  };
}

/** What is bundled goes with its licence. */
function copyLicense(dist: string): void {
  copyFileSync(`node_modules/${bundled}/license`, path.join(dist, `${bundled}.license.txt`));
}

function entryName(entry: Entry): string {
  return path.posix.relative("dist", entry.output).replace(/\.js$/, "");
}
