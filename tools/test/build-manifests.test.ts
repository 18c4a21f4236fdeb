import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { buildManifests } from "../build-manifests.js";
import { formatProblem } from "../lib/problems.js";
import { tempWorkspace } from "./temp-workspace.js";

function workspaceWith(manifest: string): ReturnType<typeof tempWorkspace> {
  return tempWorkspace({
    "package.json": { workspaces: ["plugins/*"] },
    "plugins/one/package.json": { name: "@vatio/plugin-one", version: "1.0.0", vatio: { manifest: "./manifest.json" } },
    "plugins/one/src/manifest.ts": `export const manifest = ${manifest};`,
  });
}

describe("build-manifests", () => {
  it("writes what --check then accepts", async () => {
    using workspace = workspaceWith(`{ id: "one", version: "1.0.0", name: "One", isolation: undefined }`);
    const before = await buildManifests(workspace.root, { check: true });
    expect(before.map(formatProblem)).toEqual([expect.stringContaining("plugins/one/manifest.json is not what")]);
    expect(await buildManifests(workspace.root, { check: false })).toEqual([]);
    expect(await buildManifests(workspace.root, { check: true })).toEqual([]);
    const text = readFileSync(path.join(workspace.root, "plugins/one/manifest.json"), "utf8");
    expect(text).toBe('{\n  "id": "one",\n  "version": "1.0.0",\n  "name": "One"\n}\n');
  });

  it.each([
    ["another id than the folder", `{ id: "two", version: "1.0.0" }`, /must be the name of the folder/],
    ["another version than the package", `{ id: "one", version: "2.0.0" }`, /must be that of package.json/],
    ["a function", `{ id: "one", version: "1.0.0", run() {} }`, /"run" is a function/],
    ["NaN", `{ id: "one", version: "1.0.0", config: { default: NaN } }`, /"default" is a number/],
    ["no manifest", "undefined", /must export/],
  ])("refuses %s", async (_what, manifest, message) => {
    using workspace = workspaceWith(manifest);
    const problems = await buildManifests(workspace.root, { check: false });
    expect(problems.map(formatProblem)).toEqual([expect.stringMatching(message)]);
  });
});
