import { describe, expect, it } from "vitest";
import { findBoundaryViolations } from "../check-boundaries.js";
import { formatProblem } from "../lib/problems.js";
import { repository } from "../lib/workspace.mjs";
import { tempWorkspace } from "./temp-workspace.js";

const entry = { ".": { source: "./src/index.ts", default: "./dist/index.js" } };
const withSimulator = { ...entry, "./simulator": { source: "./simulator/index.ts", default: "./dist/simulator.js" } };

function plugin(name: string, more: object = {}): object {
  return {
    name: `@vatio/plugin-${name}`,
    exports: withSimulator,
    peerDependencies: { "@vatio/plugin-api": "1" },
    dependencies: { "@vatio/model": "1", mqtt: "1" },
    devDependencies: { "@vatio/testkit": "1", "@vatio/ui": "1" },
    ...more,
  };
}

/** A clean workspace in the shape of ours. */
const clean: Readonly<Record<string, unknown>> = {
  "package.json": {
    workspaces: ["core/*", "plugins/*", "ui", "examples/plugin-*"],
    devDependencies: { vitest: "1", typescript: "1" },
  },
  "core/model/package.json": { name: "@vatio/model", exports: entry, dependencies: { "decimal.js": "1" } },
  "core/plugin-api/package.json": {
    name: "@vatio/plugin-api",
    exports: entry,
    dependencies: { "@vatio/model": "1", typebox: "1", hono: "1" },
  },
  "core/hub/package.json": {
    name: "@vatio/hub",
    exports: { ...entry, "./worker": { source: "./src/worker.ts" } },
    dependencies: { "@vatio/model": "1", "@vatio/plugin-api": "1", hono: "1" },
    devDependencies: { "@vatio/testkit": "1" },
  },
  "core/testkit/package.json": {
    name: "@vatio/testkit",
    exports: entry,
    dependencies: { "@vatio/hub": "1", "@vatio/model": "1", "@vatio/plugin-api": "1" },
    peerDependencies: { vitest: "1" },
  },
  "core/app/package.json": {
    name: "vatio",
    exports: entry,
    dependencies: { "@vatio/hub": "1", "@vatio/plugin-one": "1", "@vatio/ui": "1" },
  },
  "plugins/one/package.json": plugin("one"),
  "plugins/two/package.json": plugin("two"),
  "plugins/demo/package.json": plugin("demo", {
    dependencies: { "@vatio/plugin-one": "1", "@vatio/plugin-two": "1" },
  }),
  "examples/plugin-minimal/package.json": {
    name: "vatio-plugin-minimal",
    exports: entry,
    peerDependencies: { "@vatio/plugin-api": "1" },
  },
  "ui/package.json": {
    name: "@vatio/ui",
    exports: { "./root": { default: "./root.js" }, "./sdk": { source: "./src/sdk.ts" } },
    devDependencies: { "@vatio/model": "1", "@vatio/plugin-api": "1", lit: "1", uplot: "1", zod: "1" },
  },
};

function violationsWith(files: Readonly<Record<string, unknown>>): string[] {
  using workspace = tempWorkspace({ ...clean, ...files });
  return findBoundaryViolations(workspace.root).map(formatProblem);
}

const forbidden: readonly (readonly [what: string, file: string, text: string, message: RegExp])[] = [
  ["the hub imports a plugin", "core/hub/src/a.ts", `import "@vatio/plugin-one";`, /the hub never imports a plugin/],
  ["the hub imports a plugin lazily", "core/hub/src/a.ts", `await import("@vatio/plugin-one");`, /hub never/],
  [
    "the hub imports a type of a plugin",
    "core/hub/src/a.ts",
    `import type { A } from "@vatio/plugin-one";`,
    /hub never/,
  ],
  ["the hub names a type of a plugin", "core/hub/src/a.ts", `type A = import("@vatio/plugin-one").A;`, /hub never/],
  ["the hub re-exports a plugin", "core/hub/src/a.ts", `export * from "@vatio/plugin-one";`, /hub never/],
  ["the hub resolves a plugin", "core/hub/src/a.ts", `import.meta.resolve("@vatio/plugin-one");`, /hub never/],
  ["the hub imports the test kit", "core/hub/src/a.ts", `import "@vatio/testkit";`, /hub must not import testkit/],
  ["a plugin imports the hub", "plugins/one/src/a.ts", `import { x } from "@vatio/hub";`, /never imports the hub/],
  ["a test of a plugin imports the hub", "plugins/one/test/a.test.ts", `import "@vatio/hub";`, /never imports the hub/],
  ["a plugin imports another", "plugins/one/src/a.ts", `import "@vatio/plugin-two";`, /or another plugin/],
  [
    "a plugin imports a simulator",
    "plugins/one/src/a.ts",
    `import "@vatio/plugin-two/simulator";`,
    /or another plugin/,
  ],
  [
    "a plugin imports the test kit",
    "plugins/one/src/a.ts",
    `import "@vatio/testkit";`,
    /plugin must not import testkit/,
  ],
  [
    "a simulator needs the test kit",
    "plugins/one/simulator/a.ts",
    `import "@vatio/testkit";`,
    /add it to the dependencies/,
  ],
  [
    "the demo imports a whole plugin",
    "plugins/demo/src/a.ts",
    `import "@vatio/plugin-one";`,
    /only the .\/simulator entry/,
  ],
  ["a panel imports the model", "plugins/one/ui/a.ts", `import "@vatio/model";`, /a panel imports only @vatio\/ui/],
  ["a panel imports lit", "plugins/one/ui/a.ts", `import { html } from "lit";`, /a panel imports only @vatio\/ui/],
  ["a panel imports its plugin", "plugins/one/ui/a.ts", `import "../src/a.js";`, /leaves plugins\/one\/ui/],
  ["a panel imports Node", "plugins/one/ui/a.ts", `import "node:fs";`, /part of Node/],
  ["an import beside the exports", "plugins/one/src/a.ts", `import "@vatio/model/src/units.js";`, /does not export/],
  ["an import of dist", "core/app/src/a.ts", `import "@vatio/hub/dist/index.js";`, /does not export/],
  ["a path into another package", "core/hub/src/a.ts", `import "../../model/src/index.js";`, /leaves core\/hub/],
  [
    "a URL into another package",
    "core/hub/src/a.ts",
    `new URL("../../model/a.sql", import.meta.url);`,
    /leaves core\/hub/,
  ],
  ["a source imports a test", "core/hub/src/a.ts", `import "../test/helper.js";`, /is a test file/],
  ["a tool reaches into a package", "tools/a.ts", `import "../core/hub/src/index.js";`, /reaches into @vatio\/hub/],
  ["the model imports Node", "core/model/src/a.ts", `import { readFileSync } from "node:fs";`, /part of Node/],
  ["the model imports Node without a prefix", "core/model/src/a.ts", `import fs from "fs";`, /part of Node/],
  ["the model imports a library with I/O", "core/model/src/a.ts", `import "mqtt";`, /model must not import mqtt/],
  [
    "the model imports plugin-api",
    "core/model/src/a.ts",
    `import "@vatio/plugin-api";`,
    /model must not import plugin-api/,
  ],
  ["plugin-api imports Node", "core/plugin-api/src/a.ts", `import "node:events";`, /part of Node/],
  ["plugin-api imports hono", "core/plugin-api/src/a.ts", `import { Hono } from "hono";`, /only types of hono/],
  [
    "plugin-api imports the hub",
    "core/plugin-api/src/a.ts",
    `import type {} from "@vatio/hub";`,
    /must not import hub/,
  ],
  ["the ui imports values of plugin-api", "ui/src/a.ts", `import { x } from "@vatio/plugin-api";`, /import type/],
  [
    "an inline type leaves an import behind",
    "ui/src/a.ts",
    `import { type X } from "@vatio/plugin-api";`,
    /import type/,
  ],
  ["the ui imports the hub", "ui/src/a.ts", `import type { X } from "@vatio/hub";`, /ui must not import hub/],
  ["the ui imports another library", "ui/src/a.ts", `import "zod";`, /ui must not import zod/],
  ["the ui imports Node", "ui/src/a.ts", `import "node:path";`, /part of Node/],
  [
    "an example imports the hub",
    "examples/plugin-minimal/src/a.ts",
    `import "@vatio/hub";`,
    /example must not import hub/,
  ],
  ["nobody declared it", "core/hub/src/a.ts", `import "left-pad";`, /left-pad is not declared/],
  ["it is declared for development only", "plugins/one/src/a.ts", `import "vitest";`, /add it to the dependencies/],
  ["an augmentation of a plugin", "core/hub/src/a.ts", `declare module "@vatio/plugin-one" {}`, /hub never/],
];

const allowed: readonly (readonly [what: string, file: string, text: string])[] = [
  [
    "the hub and its packages",
    "core/hub/src/a.ts",
    `import "@vatio/model"; import "@vatio/plugin-api"; import "node:fs";`,
  ],
  ["a test of the hub and the test kit", "core/hub/test/a.test.ts", `import "@vatio/testkit"; import "vitest";`],
  [
    "a test beside the code",
    "core/model/src/a.test.ts",
    `import "vitest"; import "node:fs"; import "../../../test/support/x.js";`,
  ],
  [
    "a plugin and its libraries",
    "plugins/one/src/a.ts",
    `import "@vatio/plugin-api"; import "mqtt"; import "node:net";`,
  ],
  ["an augmentation of plugin-api", "plugins/one/src/a.ts", `declare module "@vatio/plugin-api" {}`],
  ["a test of a plugin", "plugins/one/test/a.test.ts", `import "@vatio/testkit"; import "../simulator/index.js";`],
  ["a simulator and types of the test kit", "plugins/one/simulator/a.ts", `import type {} from "@vatio/testkit";`],
  ["the demo and simulators", "plugins/demo/src/a.ts", `import "@vatio/plugin-one/simulator";`],
  ["a panel and the SDK", "plugins/one/ui/a.ts", `import { html } from "@vatio/ui/sdk"; import "./b.js";`],
  [
    "the ui",
    "ui/src/a.ts",
    `import "@vatio/model"; import type {} from "@vatio/plugin-api"; import css from "uplot/a.css?inline";`,
  ],
  ["plugin-api and types of hono", "core/plugin-api/src/a.ts", `import type { Hono } from "hono"; import "typebox";`],
  ["the model and a pure library", "core/model/src/a.ts", `import { Decimal } from "decimal.js";`],
  [
    "the app and everything",
    "core/app/src/a.ts",
    `import "@vatio/hub"; import "@vatio/plugin-one"; import "@vatio/ui/root";`,
  ],
  ["a tool and exports", "tools/a.ts", `import "@vatio/hub/worker"; import "typescript"; import "./b.js";`],
  [
    "a comment or a string",
    "core/hub/src/a.ts",
    `// import "@vatio/plugin-one"\nexport const text = 'import "@vatio/plugin-one"';`,
  ],
];

describe("check-boundaries", () => {
  it("accepts a clean workspace", () => {
    expect(violationsWith({})).toEqual([]);
  });

  it.each(forbidden)("finds that %s", (_what, file, text, message) => {
    const found = violationsWith({ [file]: `\n${text}\n` });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
    expect(found[0]).toContain(`${file}:2 `);
  });

  it.each(allowed)("allows %s", (_what, file, text) => {
    expect(violationsWith({ [file]: text })).toEqual([]);
  });

  it.each([
    [
      "a plugin that depends on the hub",
      plugin("one", { dependencies: { "@vatio/hub": "1" } }),
      /never imports the hub/,
    ],
    [
      "a plugin with its own copy of plugin-api",
      plugin("one", { dependencies: { "@vatio/plugin-api": "1" } }),
      /belongs in peerDependencies/,
    ],
  ])("finds %s in package.json", (_what, manifest, message) => {
    const found = violationsWith({ "plugins/one/package.json": manifest });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  it("finds nothing in this repository", () => {
    expect(findBoundaryViolations(repository).map(formatProblem)).toEqual([]);
  });
});
