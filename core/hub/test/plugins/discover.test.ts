import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { Type } from "@vatio/plugin-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { discoverPlugins } from "../../src/plugins/discover.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "vatio-plugins-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const manifest = {
  ...{ id: "third", name: "Third", version: "1.2.3", hub: "^0.1", config: Type.Object({}), configVersion: 1 },
  permissions: ["http", "ui"],
  ui: { module: "./dist/ui.js", api: 1 },
};

const description = {
  name: "@somebody/third",
  version: "1.2.3",
  keywords: ["vatio-plugin"],
  vatio: { manifest: "./manifest.json", main: "./dist/index.js", ui: "./dist/ui.js" },
  peerDependencies: { "@vatio/plugin-api": "^0.1.0" },
};

function install(name: string, files: Readonly<Record<string, unknown>>, below = "node_modules"): void {
  for (const [file, content] of Object.entries(files)) {
    const target = path.join(folder, below, name, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, typeof content === "string" ? content : JSON.stringify(content));
  }
}

const explosive = "throw new Error('the code of a plugin ran');";

describe("discoverPlugins", () => {
  it("finds nothing where nothing is", async () => {
    await expect(discoverPlugins(path.join(folder, "missing"))).resolves.toEqual({ sources: [], refused: [] });
  });

  it("finds packages by keyword, scoped ones too, without running their code", async () => {
    install("@somebody/third", { "package.json": description, "manifest.json": manifest, "dist/index.js": explosive });
    install("left-pad", { "package.json": { name: "left-pad" }, "index.js": explosive });
    install(".cache", { "package.json": description });
    install("broken", { "package.json": "{" });
    const { sources, refused } = await discoverPlugins(folder);
    expect(refused).toEqual([]);
    expect(sources).toHaveLength(1);
    const root = path.join(folder, "node_modules/@somebody/third");
    expect(sources[0]).toMatchObject({
      manifest: { id: "third", version: "1.2.3" },
      firstParty: false,
      entry: `file://${path.join(root, "dist/index.js")}`,
      uiRoot: path.join(root, "dist"),
    });
  });

  it("finds folders right below, which must be plugins", async () => {
    install("third", { "package.json": description, "manifest.json": manifest, "dist/index.js": explosive }, "");
    install("holidays", { "photo.json": {} }, "");
    install("library", { "package.json": { name: "library" } }, "");
    install(".git", { "package.json": description }, "");
    const { sources, refused } = await discoverPlugins(folder);
    expect(sources).toMatchObject([{ package: "third", manifest: { id: "third" }, firstParty: false }]);
    expect(refused).toMatchObject([
      { package: "holidays", error: { code: "E_PLUGIN_INVALID" } },
      { package: "library", error: { message: expect.stringContaining("vatio-plugin") } },
    ]);
  });

  it("gives what it finds the hub's own plugin-api, again after an update of the hub", async () => {
    install("third", { "package.json": description, "manifest.json": manifest, "dist/index.js": explosive }, "");
    const api = path.join(folder, "node_modules/@vatio/plugin-api");
    await discoverPlugins(folder);
    const first = readFileSync(path.join(api, "index.js"), "utf8");
    writeFileSync(path.join(api, "index.js"), "export * from 'file:///where/it/was';");
    await discoverPlugins(folder);
    expect(readFileSync(path.join(api, "index.js"), "utf8")).toBe(first);
    expect(first).toContain("file://");
    // What Node.js will look for from inside of the plugin.
    const resolved = createRequire(path.join(folder, "third/dist/index.js")).resolve("@vatio/plugin-api");
    expect(realpathSync(resolved)).toBe(realpathSync(path.join(api, "index.js")));
  });

  it("refuses them all when plugin-api cannot be handed on", async () => {
    install("third", { "package.json": description, "manifest.json": manifest }, "");
    writeFileSync(path.join(folder, "node_modules"), "a file where a folder must be");
    await expect(discoverPlugins(folder)).resolves.toMatchObject({
      sources: [],
      refused: [{ package: "third", id: "third", version: "1.2.3", error: { code: "E_PLUGIN_FOLDER" } }],
    });
  });

  it("loads the code when asked", async () => {
    const code = `export default { $vatioPlugin: 1, manifest: { id: "third", version: "1.2.3" }, setup() {} };`;
    const files = {
      "package.json": { ...description, type: "module" },
      "manifest.json": manifest,
      "dist/index.js": code,
    };
    install("@somebody/third", files);
    const { sources } = await discoverPlugins(folder);
    await expect(sources[0]?.load()).resolves.toMatchObject({ $vatioPlugin: 1 });
  });

  it.each<[string, object, object, string]>([
    ["with its own copy declared", { ...description, dependencies: { "@vatio/plugin-api": "1" } }, {}, "own copy"],
    ["with its own copy installed", description, { "node_modules/@vatio/plugin-api/package.json": {} }, "own copy"],
    ["without a manifest", description, { "manifest.json": undefined }, "manifest.json"],
    ["with a broken manifest", description, { "manifest.json": "{" }, "manifest.json"],
    ["with a wrong manifest", description, { "manifest.json": { ...manifest, id: "X" } }, "/id"],
    ["without an entry", { ...description, vatio: { manifest: "manifest.json" } }, {}, "vatio.main"],
    ["that leads elsewhere", { ...description, vatio: { ...description.vatio, main: "../../x.js" } }, {}, "vatio.main"],
    ["that says nothing", { ...description, vatio: undefined }, {}, "vatio.main"],
  ])("refuses one %s, and says why", async (_name, packageJson, files, why) => {
    const { "manifest.json": own = "manifest.json" in files ? undefined : manifest, ...others } = files as Record<
      string,
      unknown
    >;
    install("third", {
      "package.json": packageJson,
      ...(own === undefined ? {} : { "manifest.json": own }),
      ...others,
    });
    const { sources, refused } = await discoverPlugins(folder);
    expect(sources).toEqual([]);
    expect(refused).toMatchObject([{ package: "third", error: { message: expect.stringContaining(why) } }]);
  });
});
